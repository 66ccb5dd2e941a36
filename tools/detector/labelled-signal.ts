import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import type { Stretch } from "../evaluate/beats/ec57.ts";
import { matchBeats } from "../evaluate/beats/match-beats.ts";
import type { Observation } from "./logistic-regression.ts";
import { TERMS } from "./terms.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** A conditioned signal whose beats are known; all times are its samples, 500 Hz. */
export interface LabelledSignal {
  readonly samples: Int16Array;
  readonly beats: readonly number[];
  /** Stretches in which nobody knows the beats. */
  readonly unsure: readonly Stretch[];
  /** Weight of each of the signal's candidates. */
  readonly times: number;
}

/** EC57's 150 ms. */
const WINDOW_SAMPLES = (150 * MODEL_SAMPLE_RATE_HZ) / 1000;
/** References often begin with the first whole beat, so the first 0.4 s are left out. */
const START_SAMPLES = (400 * MODEL_SAMPLE_RATE_HZ) / 1000;

/**
 * Collects the candidates that a detector with these weights judges: their terms in bits and ratios, and whether they
 * are beats.
 */
export function observeCandidates(
  detector: WeighingDetector,
  { samples, beats, unsure, times }: LabelledSignal,
  weights: readonly number[],
): Observation[] {
  const judged = [...detector.detect(samples, weights).judged].sort((a, b) => a.sample - b.sample);
  const at = judged.map(({ sample }) => sample);
  const isBeat = new Set(matchBeats(beats, at, WINDOW_SAMPLES).pairs.map(([, candidate]) => candidate));
  return judged.flatMap(({ sample, terms }, i) => {
    if (sample < START_SAMPLES || sample >= samples.length) return [];
    if (unsure.some(({ from, to }) => sample >= from && sample < to)) return [];
    return [{ terms: terms.map((value, term) => value / TERMS[term].unit), isTrue: isBeat.has(i), times }];
  });
}
