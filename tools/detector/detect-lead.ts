import type { DetectedBeats, FrontEnd, SignalQuality } from "qhubert-engine";
import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { FRONT_END_DELAY_MICROSECONDS } from "../../assembly/shared/signal.ts";
import type { EcgRecord, Lead } from "../data/record.ts";
import { millivoltsPerCount } from "../data/record.ts";
import { DataError } from "../files/data-error.ts";

export const MS_PER_SAMPLE = 1000 / MODEL_SAMPLE_RATE_HZ;
const DELAY_MS = FRONT_END_DELAY_MICROSECONDS / 1000;

/** A beat in the record's own time. */
export interface RecordBeat {
  readonly sample: number;
  readonly timeMs: number;
  /** R peak to report. */
  readonly delayMs: number;
  readonly quality: SignalQuality;
}

/** From one change of the verdict on the signal to the next, in the record's own time. */
export interface QualityStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly quality: SignalQuality;
}

export interface DetectedLead {
  readonly beats: readonly RecordBeat[];
  readonly quality: readonly QualityStretch[];
  readonly durationMs: number;
}

/** Runs one lead through the engine. Throws DataError naming the file where it takes neither the rate nor the scale. */
export function detectLead(frontEnd: FrontEnd, record: EcgRecord, lead: Lead, path: string): DetectedLead {
  const { beats, quality, sampleCount } = detect(frontEnd, record, lead, path);
  const changes = [{ sample: 0, quality: "ok" as SignalQuality }, ...quality];
  const durationMs = sampleCount * MS_PER_SAMPLE;
  return {
    beats: beats.map(({ sample, detectedAt, quality }) => {
      const timeMs = recordMs(sample);
      return {
        sample: Math.round((timeMs * record.sampleRateHz) / 1000),
        timeMs,
        delayMs: detectedAt * MS_PER_SAMPLE - timeMs,
        quality,
      };
    }),
    quality: changes.map(({ sample, quality }, i) => ({
      fromMs: recordMs(sample),
      toMs: i + 1 < changes.length ? recordMs(changes[i + 1].sample) : durationMs,
      quality,
    })),
    durationMs,
  };
}

/** The time of a conditioned sample in the record. */
function recordMs(sample: number): number {
  return Math.max(0, sample * MS_PER_SAMPLE - DELAY_MS);
}

function detect(frontEnd: FrontEnd, record: EcgRecord, lead: Lead, path: string): DetectedBeats {
  const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: millivoltsPerCount(lead) };
  try {
    return frontEnd.detect(lead.samples, input);
  } catch (error) {
    throw error instanceof RangeError ? new DataError(`${path}: ${error.message}`) : error;
  }
}
