import type { Tensor } from "../graph/model.ts";
import { weightShapes } from "../graph/weight-shapes.ts";
import { SeededRandom } from "../random/random.ts";
import { type AdamState, initialAdam } from "../train/adam.ts";
import { NOTHING_FROZEN } from "../train/freeze.ts";
import { initialWeights, isTrained } from "../train/initialise.ts";
import { copyWeights } from "../train/state.ts";
import type { ClusterUsage } from "./cluster-usage.ts";
import type { Codebook } from "./codebook.ts";
import type { PretrainingNetwork } from "./network.ts";
import type { PretrainOptions } from "./options.ts";

/** The figures of an epoch. Accuracies and usages are over its masked tokens. */
export interface PretrainEpochRecord {
  readonly iteration: number;
  readonly epoch: number;
  /** Mean of eq. 2, in nats. */
  readonly loss: number;
  /** Share of tokens whose cluster was guessed; the labels' `largestShare` is what a constant guess would have. */
  readonly accuracy: number;
  readonly labels: ClusterUsage;
  readonly guesses: ClusterUsage;
  readonly learningRate: number;
}

/** The codebook of an iteration's clusters, and the network whose hidden states they cluster. */
export interface IterationTargets {
  readonly codebook: Codebook;
  /** The network whose hidden states the clusters are of; null for features. */
  readonly teacher: ReadonlyMap<string, Tensor> | null;
}

/** Everything that pretraining carries from one epoch to the next: a run resumed from it ends in the same bits. */
export interface PretrainingState {
  readonly history: readonly PretrainEpochRecord[];
  /** The weights of the network and, under `pretraining.`, those that mask and predict. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly adam: AdamState;
  readonly targets: IterationTargets;
}

export const MASKED_TOKEN = "pretraining.masked";
export const PROJECTION_WEIGHT = "pretraining.projection.weight";
export const PROJECTION_BIAS = "pretraining.projection.bias";
export const CLUSTER_VECTORS = "pretraining.labels";
const PREFIX = "pretraining.";

/** The network's own weights. */
export function networkWeights(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...weights].filter(([key]) => !key.startsWith(PREFIX)));
}

/** Returns the weights that a gradient moves: all but the running moments and the head, which sees no label here. */
export function trainedKeys({ graph, stem, encoder }: PretrainingNetwork, weights: ReadonlyMap<string, Tensor>) {
  const names = new Set([...stem, ...encoder].map(({ name }) => name));
  const ofGraph = [...weightShapes(graph).keys()].filter((key) => names.has(key.slice(0, key.lastIndexOf("."))));
  return [...ofGraph, ...[...weights.keys()].filter((key) => key.startsWith(PREFIX))].filter((key) =>
    isTrained(key, NOTHING_FROZEN),
  );
}

export function freshNetwork({ graph }: PretrainingNetwork, { seed }: PretrainOptions): Map<string, Tensor> {
  return initialWeights(graph, new SeededRandom(seed).fork("weights"));
}

/** An iteration's beginning: the network as it is, all that predicts the clusters new. */
export function iterationState(
  network: PretrainingNetwork,
  options: PretrainOptions,
  history: readonly PretrainEpochRecord[],
  weights: ReadonlyMap<string, Tensor>,
  targets: IterationTargets,
): PretrainingState {
  const iteration = (history.at(-1)?.iteration ?? 0) + 1;
  const random = new SeededRandom(options.seed).fork(`head ${iteration}`);
  const { width } = network;
  const projected = options.projected ?? width;
  const all = copyWeights(networkWeights(weights));
  const masked = weights.get(MASKED_TOKEN);
  // Uniform in 0 to 1 where there is none yet, as HuBERT's.
  all.set(MASKED_TOKEN, masked ?? tensorOf([width], () => random.next()));
  const deviation = Math.sqrt(1 / width);
  all.set(
    PROJECTION_WEIGHT,
    tensorOf([width, projected], () => deviation * random.normal()),
  );
  all.set(
    PROJECTION_BIAS,
    tensorOf([projected], () => 0),
  );
  all.set(
    CLUSTER_VECTORS,
    tensorOf([targets.codebook.set.count, projected], () => random.normal()),
  );
  return { history, weights: all, adam: initialAdam(all, trainedKeys(network, all)), targets };
}

function tensorOf(shape: readonly number[], value: () => number): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: Float32Array.from({ length: size }, value) };
}
