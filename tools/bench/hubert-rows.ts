import { pack } from "../export/pack.ts";
import { cropMacs, macsPer } from "../graph/costs.ts";
import type { Graph } from "../graph/graph.ts";
import { BUILDS } from "./builds.ts";
import { checkedEngine, fixtureOf, HOST_CACHE_BYTES, hopRun, windowRun } from "./engine-run.ts";
import { NANO_NAME, nanoStreamGraph, nanoWindowGraph, smallGraph } from "./hubert-graphs.ts";
import { checkLogits, INT8_TOLERANCE } from "./logits-check.ts";
import { once } from "./once.ts";
import { type PeerRuntimes, peerRows, TRANSFORMER_PEERS } from "./peers/peer-rows.ts";
import { WINDOW_SAMPLES } from "./reference-network.ts";
import type { RowPlan } from "./row.ts";
import { ecgStream, ecgWindow, randomSubject, type Subject } from "./subject.ts";

/** The RAM that an engine without a tile cache is granted, for 30 MB of weights too. */
const PAGED_RAM_BYTES = 4 << 20;
/** Samples of a pass in that RAM: a whole window needs more, and a shorter pass unpacks the first conv more often. */
const TICK_SAMPLES = 256;
const NANO_HOP_SAMPLES = 256;
const STREAM_SECONDS = 16;

/** Plans HuBERT with random weights: the small network's window, the nano one's window and the hop of its stream. */
export function hubertRows(runtimes: PeerRuntimes): RowPlan[] {
  const small = once(() => randomSubject(smallGraph()));
  const nano = once(() => randomSubject(nanoWindowGraph()));
  return [
    ...peerRows(smallGraph(), runtimes, small, TRANSFORMER_PEERS),
    ...windowRows(smallGraph(), small),
    ...peerRows(nanoWindowGraph(), runtimes, nano, TRANSFORMER_PEERS),
    ...windowRows(nanoWindowGraph(), nano),
    ...nanoHopRows(nano),
  ];
}

/**
 * Plans a window with all weights unpacked in a cache, and one whose layers read their weights anew into little RAM.
 */
function windowRows(graph: Graph, subject: () => Subject): RowPlan[] {
  const window = ecgWindow();
  const fixture = once(async () => {
    const { network, logits } = subject();
    const made = await fixtureOf(pack(network, { tickSamples: TICK_SAMPLES }), window);
    checkLogits(made.logits[0], logits, INT8_TOLERANCE);
    return made;
  });
  const row = { bits: 8, network: graph.name, macs: cropMacs(graph, WINDOW_SAMPLES) };
  return BUILDS.flatMap((build): RowPlan[] => [
    {
      ...{ ...row, name: `${graph.name} window`, build },
      prepare: async () => windowRun(await checkedEngine(await fixture(), build, HOST_CACHE_BYTES), window),
    },
    {
      ...{ ...row, name: `${graph.name} window, no tile cache`, build },
      prepare: async () => windowRun(await checkedEngine(await fixture(), build, 0, PAGED_RAM_BYTES), window),
    },
  ]);
}

/** Plans the nano network's hop, 0.512 s: only its tokens are new, while the transformer runs over all of 10.24 s. */
function nanoHopRows(subject: () => Subject): RowPlan[] {
  const graph = nanoStreamGraph();
  const stream = ecgStream(STREAM_SECONDS);
  const fixture = once(() => fixtureOf(pack({ ...subject().network, graph }), stream));
  return BUILDS.map((build) => ({
    name: `${NANO_NAME} hop of 0.512 s`,
    build,
    bits: 8,
    network: graph.name,
    macs: macsPer(graph, NANO_HOP_SAMPLES),
    prepare: async () =>
      hopRun(await checkedEngine(await fixture(), build, HOST_CACHE_BYTES), stream, NANO_HOP_SAMPLES),
  }));
}
