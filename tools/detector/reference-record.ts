import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { FRONT_END_DELAY_MICROSECONDS } from "../../assembly/shared/signal.ts";
import { type BeatRecord, type BeatScore, type ScoringRules, scoreBeats } from "../evaluate/beats/ec57.ts";
import type { LabelledSignal } from "./labelled-signal.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** A record with reference beats, in its own samples and conditioned. */
export interface ReferenceRecord {
  readonly reference: Omit<BeatRecord, "found" | "shutdowns">;
  readonly rules: ScoringRules;
  /** Conditioned samples, 500 Hz. */
  readonly samples: Int16Array;
  /** Weight of the record's candidates and errors. */
  readonly times: number;
}

const DELAY_SAMPLES = (FRONT_END_DELAY_MICROSECONDS * MODEL_SAMPLE_RATE_HZ) / 1e6;

/** Labels a record's conditioned samples with its reference beats; flutter is unsure. */
export function labelByReference({ reference, samples, times }: ReferenceRecord): LabelledSignal {
  const conditioned = (sample: number) => (sample * MODEL_SAMPLE_RATE_HZ) / reference.sampleRateHz + DELAY_SAMPLES;
  return {
    samples,
    beats: reference.reference.map(conditioned),
    unsure: reference.flutter.map(({ from, to }) => ({ from: conditioned(from), to: conditioned(to) })),
    times,
  };
}

/** Scores the detector with these weights by the record's rules. */
export function scoreWeights(
  detector: WeighingDetector,
  { reference, rules, samples }: ReferenceRecord,
  weights: readonly number[],
): BeatScore {
  const own = (sample: number) =>
    Math.round((Math.max(0, sample - DELAY_SAMPLES) * reference.sampleRateHz) / MODEL_SAMPLE_RATE_HZ);
  const found = detector.detect(samples, weights).beats.map(({ sample, detectedAt }) => ({
    sample: own(sample),
    delayMs: ((detectedAt - sample + DELAY_SAMPLES) * 1000) / MODEL_SAMPLE_RATE_HZ,
  }));
  return scoreBeats({ ...reference, found, shutdowns: [] }, rules);
}
