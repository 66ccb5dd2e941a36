import * as layout from "../assembly/shared/events.ts";
import type { EngineExports } from "./engine-module.ts";

/** An R peak. Positions are samples of the conditioned record, 500 Hz. */
export interface BeatEvent {
  readonly kind: "beat";
  readonly sample: number;
  /** Samples taken when the detector was sure. */
  readonly detectedAt: number;
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

export type EngineEvent = BeatEvent | DecisionEvent;

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
    if (view.getInt32(layout.EVENT_KIND_AT, true) === layout.EVENT_BEAT) {
      events.push({ kind: "beat", sample, detectedAt });
      continue;
    }
    const classIndex = view.getInt32(layout.EVENT_CLASS_AT, true);
    const logits = Float64Array.from(
      classes,
      (_, j) => view.getInt16(layout.EVENT_LOGITS_AT + 2 * j, true) * logitScale,
    );
    events.push({ kind: "decision", sample, detectedAt, classIndex, label: classes[classIndex], logits });
  }
  exports.clearEvents();
  return events;
}
