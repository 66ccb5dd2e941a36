import { macsPer } from "../../graph/costs.ts";
import type { Graph } from "../../graph/graph.ts";
import { SeededRandom } from "../../random/random.ts";

import { adamStep, initialAdam } from "../../train/adam.ts";
import { hardTargets } from "../../train/batches/targets.ts";
import { NOTHING_FROZEN } from "../../train/freeze.ts";
import { labelObjective } from "../../train/gradients/objective.ts";
import { openGradientSource } from "../../train/gradients/open-gradient-source.ts";
import type { Batch } from "../../train/gradients/step.ts";
import { initialWeights, isTrained } from "../../train/initialise.ts";
import { referenceNetwork, stagedNetwork, WINDOW_SAMPLES } from "../reference-network.ts";
import { TRANSFORMER_BATCH, TRANSFORMER_MACS, transformerStep } from "./transformer.ts";

/** A network whose training step is timed. */
export interface TrainingNetwork {
  readonly name: string;
  readonly batchSize: number;
  /**
   * The operations of a step: forward, and twice as many for the gradients of weights and inputs; two a
   * multiply-accumulate.
   */
  readonly gflop: number;
  /** True where threads can share a batch. */
  readonly sharesBatches: boolean;
  /** Makes a step on random values, from weights to weights, and a call that frees it. Needs a selected backend. */
  open(workers: number): Promise<{ step(): Promise<void>; close(): Promise<void> }>;
}

const BATCH_SIZE = 32;
const HOP_COLUMNS = 25;

export const TRAINING_NETWORKS: readonly TrainingNetwork[] = [
  convolutional(referenceNetwork(HOP_COLUMNS)),
  convolutional(stagedNetwork("R-256k", [16, 32, 64, 64], HOP_COLUMNS)),
  {
    name: "transformer",
    batchSize: TRANSFORMER_BATCH,
    gflop: gflopOf(TRANSFORMER_MACS, TRANSFORMER_BATCH),
    sharesBatches: false,
    async open() {
      const step = transformerStep();
      return { step: async () => step(), close: async () => undefined };
    },
  },
];

function convolutional(graph: Graph): TrainingNetwork {
  return {
    name: graph.name,
    batchSize: BATCH_SIZE,
    gflop: gflopOf(macsPer(graph, WINDOW_SAMPLES), BATCH_SIZE),
    sharesBatches: true,
    async open(workers) {
      const random = new SeededRandom(1);
      const weights = initialWeights(graph, random.fork("weights"));
      const adam = initialAdam(
        weights,
        [...weights.keys()].filter((key) => isTrained(key, NOTHING_FROZEN)),
      );
      const source = await openGradientSource(labelObjective(graph), workers);
      const batch = randomBatch(graph, random);
      return {
        async step() {
          const { gradients } = await source.gradientsOf(weights, batch, random);
          adamStep(adam, weights, gradients, 1e-3, 0);
        },
        close: () => source.close(),
      };
    },
  };
}

function randomBatch({ classes }: Graph, random: SeededRandom): Batch {
  const labels = Array.from({ length: BATCH_SIZE }, () => random.integer(classes.length));
  const weighting = classes.map(() => 1);
  return {
    size: BATCH_SIZE,
    signals: Float32Array.from({ length: BATCH_SIZE * WINDOW_SAMPLES }, () => random.normal()),
    targets: { hard: hardTargets(labels, weighting, 0), soft: null },
  };
}

function gflopOf(macs: number, batchSize: number): number {
  return (3 * 2 * macs * batchSize) / 1e9;
}
