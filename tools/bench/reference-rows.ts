import { pack } from "../export/pack.ts";
import { cropMacs, macsPer } from "../graph/costs.ts";
import type { Width } from "../quantize/width.ts";
import { BUILDS } from "./builds.ts";
import { checkedEngine, fixtureOf, HOST_CACHE_BYTES, hopRun, windowRun } from "./engine-run.ts";
import { checkLogits, INT8_TOLERANCE } from "./logits-check.ts";
import { once } from "./once.ts";
import {
  BEAT_HOP_COLUMNS,
  BEAT_HOP_SAMPLES,
  REFERENCE_NAME,
  referenceNetwork,
  WINDOW_SAMPLES,
} from "./reference-network.ts";
import type { RowPlan } from "./row.ts";
import { ecgStream, ecgWindow, referenceGraph, SAMPLES_PER_MS, type Subject } from "./subject.ts";

/** Length of the stream, which suffices for decisions over a full window. */
const STREAM_SECONDS = 16;

/** Plans R-1M on a whole window: 5120 samples pushed in one pass, then the 325 of its look-ahead flushed. */
export function windowRows(width: Width, subject: () => Subject): RowPlan[] {
  const window = ecgWindow();
  const fixture = once(async () => {
    const { network, logits } = subject();
    const made = await fixtureOf(pack(network, { tickSamples: WINDOW_SAMPLES }), window);
    checkLogits(made.logits[0], logits, INT8_TOLERANCE);
    return made;
  });
  const macs = cropMacs(referenceGraph(), WINDOW_SAMPLES);
  return BUILDS.map((build) => ({
    name: "R-1M window",
    build,
    bits: width,
    network: REFERENCE_NAME,
    macs,
    prepare: async () => windowRun(await checkedEngine(await fixture(), build, HOST_CACHE_BYTES), window),
  }));
}

/** Plans R-1M in a running stream: the 400 samples of a beat are pushed, and one decision comes out. */
export function beatRows(width: Width, tickMs: number, subject: () => Subject): RowPlan[] {
  const graph = referenceNetwork(BEAT_HOP_COLUMNS);
  const stream = ecgStream(STREAM_SECONDS);
  const fixture = once(() =>
    fixtureOf(pack({ ...subject().network, graph }, { tickSamples: tickMs * SAMPLES_PER_MS }), stream),
  );
  return BUILDS.map((build) => ({
    name: `R-1M beat, ${tickMs} ms ticks`,
    build,
    bits: width,
    network: REFERENCE_NAME,
    macs: macsPer(graph, BEAT_HOP_SAMPLES),
    prepare: async () =>
      hopRun(await checkedEngine(await fixture(), build, HOST_CACHE_BYTES), stream, BEAT_HOP_SAMPLES),
  }));
}
