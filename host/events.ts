import * as layout from "../assembly/shared/events.ts";
import { QUALITY_FLAT, QUALITY_NOISY, QUALITY_OK, QUALITY_SATURATED } from "../assembly/shared/quality.ts";
import type { EngineExports } from "./engine-module.ts";

/**
 * Verdict on the signal: "flat" (no electrode, or no heart beat), "saturated" (at the ends of the converter's range),
 * "noisy" (too noisy for beats), or "ok".
 */
export type SignalQuality = "ok" | "flat" | "saturated" | "noisy";

const QUALITIES: Readonly<Record<number, SignalQuality>> = {
  [QUALITY_OK]: "ok",
  [QUALITY_FLAT]: "flat",
  [QUALITY_SATURATED]: "saturated",
  [QUALITY_NOISY]: "noisy",
};

/** An R peak. Positions are samples of the conditioned record, 500 Hz. */
export interface BeatEvent {
  readonly kind: "beat";
  readonly sample: number;
  /** Samples taken when the detector was sure. */
  readonly detectedAt: number;
  /** The verdict on the signal when it was detected: a beat of a bad signal is reported, and marked. */
  readonly quality: SignalQuality;
}

/** The verdict on the signal has changed; a record begins as "ok". It is given about once a second. */
export interface QualityEvent {
  readonly kind: "quality";
  /** First sample of the verdict, which holds until the next one. */
  readonly sample: number;
  /** Samples taken when it was given. */
  readonly detectedAt: number;
  readonly quality: SignalQuality;
}

/** A decision over the last window. */
export interface DecisionEvent {
  readonly kind: "decision";
  /** Conditioned samples of the record that it reaches up to, exclusive. */
  readonly sample: number;
  /** Samples taken when the network made it. */
  readonly detectedAt: number;
  readonly classIndex: number;
  readonly label: string;
  /** One a class; softmax gives probabilities. */
  readonly logits: Float64Array;
}

export type EngineEvent = BeatEvent | QualityEvent | DecisionEvent;

/** Takes all events out of the engine's queue. */
export function drainEvents(
  exports: EngineExports,
  memory: WebAssembly.Memory,
  classes: readonly string[],
  logitScale: number,
): EngineEvent[] {
  const count = exports.eventCount();
  if (count === 0) return [];
  const bytes = exports.eventBytes();
  const events: EngineEvent[] = [];
  for (let i = 0; i < count; i++) {
    const view = new DataView(memory.buffer, exports.eventsAt() + i * bytes, bytes);
    const sample = Number(view.getBigInt64(layout.EVENT_SAMPLE_AT, true));
    const detectedAt = Number(view.getBigInt64(layout.EVENT_DETECTED_AT, true));
    const kind = view.getInt32(layout.EVENT_KIND_AT, true);
    const classIndex = view.getInt32(layout.EVENT_CLASS_AT, true);
    if (kind !== layout.EVENT_DECISION) {
      const quality = QUALITIES[classIndex];
      events.push({ kind: kind === layout.EVENT_BEAT ? "beat" : "quality", sample, detectedAt, quality });
      continue;
    }
    const logits = Float64Array.from(
      classes,
      (_, j) => view.getInt16(layout.EVENT_LOGITS_AT + 2 * j, true) * logitScale,
    );
    events.push({ kind: "decision", sample, detectedAt, classIndex, label: classes[classIndex], logits });
  }
  exports.clearEvents();
  return events;
}
