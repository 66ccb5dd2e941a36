import { type HubertOptions, hubert } from "../../tools/graph/hubert.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { TOY_CLASSES, toyWeights } from "./toy-model.ts";

const SHAPE = { classes: TOY_CLASSES, convChannels: 24, width: 32, blocks: 1, heads: 2, hidden: 40, positionKernel: 8 };

/** A transformer small enough for a test, every op in it but group norm. */
export function toyHubert(seed: number): FloatModel {
  return modelOf({ ...SHAPE, name: "toy-hubert", sequence: { kind: "stream", hop: 8, warmup: 16 } }, seed);
}

/** One of the published form: group norm behind the first conv, strided convs on the window. */
export function toyWindowHubert(seed: number): FloatModel {
  return modelOf({ ...SHAPE, name: "toy-window-hubert", sequence: { kind: "oneWindow", samples: 1024 } }, seed);
}

function modelOf(options: HubertOptions, seed: number): FloatModel {
  const graph = hubert(options);
  return { graph, weights: toyWeights(graph, seed), facts: {} };
}
