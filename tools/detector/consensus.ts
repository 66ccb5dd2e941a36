import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import type { LabelledSignal } from "./labelled-signal.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** Leads agree on a beat within 120 ms. */
const TOGETHER_SAMPLES = (120 * MODEL_SAMPLE_RATE_HZ) / 1000;
/** Two thirds of the leads make a beat; a quarter or more make the 200 ms on either side unsure. */
const BEAT_SHARE = 2 / 3;
const UNSURE_SHARE = 1 / 4;
const UNSURE_SAMPLES = (200 * MODEL_SAMPLE_RATE_HZ) / 1000;

/**
 * Labels the leads of one record with the beats that they agree on: the leads were recorded at the same time, so where
 * one of them errs the others know. Returns no lead where more than a third of the events are unsure.
 *
 * @param leads conditioned samples of each lead
 */
export function labelByConsensus(
  detector: WeighingDetector,
  leads: readonly Int16Array[],
  weights: readonly number[],
): LabelledSignal[] {
  const seen = leads
    .flatMap((samples, lead) => detector.detect(samples, weights).beats.map(({ sample }) => ({ sample, lead })))
    .sort((a, b) => a.sample - b.sample);
  const beats: number[] = [];
  const unsure: { from: number; to: number }[] = [];
  for (let first = 0; first < seen.length; ) {
    let next = first;
    while (next < seen.length && seen[next].sample - seen[first].sample <= TOGETHER_SAMPLES) next++;
    const together = seen.slice(first, next);
    const { sample } = together[together.length >> 1];
    const voices = new Set(together.map(({ lead }) => lead)).size;
    if (voices >= BEAT_SHARE * leads.length) beats.push(sample);
    else if (voices >= UNSURE_SHARE * leads.length)
      unsure.push({ from: sample - UNSURE_SAMPLES, to: sample + UNSURE_SAMPLES });
    first = next;
  }
  if (2 * unsure.length > beats.length) return [];
  return leads.map((samples) => ({ samples, beats, unsure, times: 1 }));
}
