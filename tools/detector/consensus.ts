import type { LabelledSignal } from "./labelled-signal.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** Leads agree on a beat within 120 ms. */
const TOGETHER_SAMPLES = 60;
/** A beat is what two thirds of the leads see; what a quarter or more see is unsure, 200 ms on either side. */
const BEAT_SHARE = 2 / 3;
const UNSURE_SHARE = 1 / 4;
const UNSURE_SAMPLES = 100;

/**
 * The leads of one record, recorded at the same time, each with the beats that they agree on: where a lead alone errs, the
 * others know. None if more than a third of what they see is unsure.
 *
 * @param leads conditioned samples of each
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
