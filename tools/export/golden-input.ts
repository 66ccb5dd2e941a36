import { GOLDEN_STEP } from "../../assembly/shared/layout.ts";
import type { Graph } from "../graph/graph.ts";
import { headNode } from "../graph/sequences.ts";
import type { NetworkTiming } from "./plan/timing.ts";

const MAX_STREAM_SAMPLES = 2560;
const BEAT_SAMPLES = 400;
const SEED = 0x51484231;

/** Samples of a self-test, one byte each, in steps of GOLDEN_STEP microvolts. */
export type GoldenInput = Int8Array;

/** Gives the conditioned samples of a self-test's record. */
export function goldenSamples(input: GoldenInput): Int16Array {
  return Int16Array.from(input, (steps) => GOLDEN_STEP * steps);
}

/**
 * Makes the record of the self-test, long enough for two decisions, or for one window of a one-window network: spikes of 1.5 mV every
 * 0.8 s with slow waves around them and noise. Integers make every platform's record the same.
 */
export function goldenInput(graph: Graph, timing: NetworkTiming): GoldenInput {
  let state = SEED;
  return Int8Array.from({ length: lengthFor(graph, timing) }, (_, index) => {
    // Numerical Recipes' linear congruential generator; its high bits are the good ones.
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const noise = (state >> 16) % 40;
    const phase = index % BEAT_SAMPLES;
    const wave = triangle(phase, 90, 30, 150);
    const spike = triangle(phase, 170, 10, 1500) - triangle(phase, 184, 8, 400);
    return Math.trunc((noise + wave + spike + triangle(phase, 290, 60, 300)) / GOLDEN_STEP);
  });
}

function triangle(phase: number, centre: number, halfWidth: number, height: number): number {
  return Math.max(0, Math.trunc((height * (halfWidth - Math.abs(phase - centre))) / halfWidth));
}

function lengthFor(graph: Graph, timing: NetworkTiming): number {
  if (graph.windowSamples !== null) return graph.windowSamples;
  const head = headNode(graph);
  const columns = head.op === "dense" ? 2 * head.columns : head.warmup + head.hop;
  return Math.min(MAX_STREAM_SAMPLES, columns * timing.totalStride + timing.lookAheadSamples);
}
