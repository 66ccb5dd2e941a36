import type { ConditionedRecord } from "../data/record.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { SeededRandom } from "../random/random.ts";
import { type BackendChoice, selectBackend } from "../train/backends.ts";
import { pretrainOptions } from "./checked-options.ts";
import { collapseOf } from "./cluster-usage.ts";
import { type FittedCodebook, fitCodebook } from "./codebook.ts";
import { type CropSource, drawCrops, type Variation } from "./crops.ts";
import { type PretrainProgress, runMaskedEpoch } from "./epoch.ts";
import { DEFAULT_K_MEANS } from "./k-means.ts";
import { type PretrainingNetwork, pretrainingNetwork, tokenGrid } from "./network.ts";
import type { PretrainOptions } from "./options.ts";
import { featurePoints, latentPoints, type PointSource } from "./points.ts";
import {
  freshNetwork,
  type IterationTargets,
  iterationState,
  networkWeights,
  type PretrainEpochRecord,
  type PretrainingState,
} from "./state.ts";
import type { TokenGrid } from "./token-grid.ts";

export interface PretrainRequest {
  readonly graph: Graph;
  /** Their labels are not looked at. */
  readonly records: readonly ConditionedRecord[];
  readonly options?: Partial<PretrainOptions>;
  /** A state given to onCheckpoint of a run with the same request. Its arrays are taken over. */
  readonly resume?: PretrainingState;
  /** When an iteration's clusters are found. */
  onClusters?(iteration: number, fitted: FittedCodebook): void;
  onProgress?(progress: PretrainProgress): void;
  /** After each epoch. The state goes on changing once the callback, or its promise, is done. */
  onCheckpoint?(state: PretrainingState): void | Promise<void>;
}

export interface PretrainResult {
  /** The network as fine-tuning takes it up. Its head is untrained; its facts hold the options and the history. */
  readonly model: FloatModel;
  readonly history: readonly PretrainEpochRecord[];
  readonly backend: BackendChoice;
  /** One sentence where the guesses of the last epoch were nearly all the same, else null. */
  readonly collapse: string | null;
}

/**
 * Pretrains a HuBERT (Hsu et al. 2021; the paper's section 2.2): tokens are labelled with clusters, a part of them is
 * masked, and the network learns to tell the masked ones' labels from what is around them (eq. 2). From the second
 * iteration on the clusters are of the network's own hidden states, and it goes on from the weights it has.
 *
 * The same request gives the same weights on the same backend. Throws RangeError on options out of range, on a graph that
 * is no HuBERT, on too few records for the clusters, and on tokens that are nearly all alike.
 */
export async function pretrain(request: PretrainRequest): Promise<PretrainResult> {
  const { options, network, block, cropSamples, grid } = pretrainingPlan(request.graph, request.options);
  if (request.records.length === 0) throw new RangeError("there are no records to pretrain on");
  const source: CropSource = {
    records: request.records,
    cropSamples,
    variation: options.variation,
  };
  const pointsOf = (teacher: IterationTargets["teacher"]) =>
    teacher ? latentPoints(network, teacher, block) : featurePoints(options.features, grid);
  const backend = await selectBackend();
  let state = request.resume;
  for (let iteration = state?.history.at(-1)?.iteration ?? 1; iteration <= options.iterations; iteration++) {
    const resumesHere = state?.history.at(-1)?.iteration === iteration;
    if (!state || !resumesHere) {
      const weights = state?.weights ?? freshNetwork(network, options);
      const teacher = state ? networkWeights(weights) : null;
      const fitted = clustersOf(pointsOf(teacher), source, options, iteration);
      request.onClusters?.(iteration, fitted);
      const targets = { codebook: fitted.codebook, teacher };
      state = iterationState(network, options, state?.history ?? [], weights, targets);
    }
    const points = pointsOf(state.targets.teacher);
    const epochRequest = { network, options, source, points, onProgress: request.onProgress };
    const done = state.history.filter((record) => record.iteration === iteration).length;
    for (let epoch = done + 1; epoch <= options.epochs; epoch++) {
      const record = await runMaskedEpoch(epochRequest, state, iteration, epoch);
      state = { ...state, history: [...state.history, record] };
      await request.onCheckpoint?.(state);
    }
  }
  return finish(request, options, state as PretrainingState, backend);
}

interface PretrainingPlan {
  readonly options: PretrainOptions;
  readonly network: PretrainingNetwork;
  /** Whose hidden states are clustered. */
  readonly block: string;
  readonly cropSamples: number;
  readonly grid: TokenGrid;
}

/**
 * Plans the part of a pretraining that needs no records. Throws RangeError on options out of range, and on a graph that
 * is no HuBERT.
 */
export function pretrainingPlan(graph: Graph, given: Partial<PretrainOptions> = {}): PretrainingPlan {
  const options = pretrainOptions(given);
  const network = pretrainingNetwork(graph);
  const cropSamples = graph.windowSamples ?? options.cropSamples;
  const grid = tokenGrid(network, cropSamples);
  return { options, network, block: latentBlockOf(network, options), cropSamples, grid };
}

function latentBlockOf({ graph, blocks }: PretrainingNetwork, { latentBlock }: PretrainOptions): string {
  const number = latentBlock ?? Math.ceil(blocks.length / 2);
  const block = blocks[number - 1];
  if (block === undefined)
    throw new RangeError(`latentBlock must be within 1 to ${blocks.length} for ${graph.name}, not ${number}`);
  return block;
}

const NO_VARIATION: Variation = { gainDeviation: 0, flipChance: 0, stretch: 0 };
/** Crops that points are made of at once. */
const CROPS_AT_ONCE = 32;

/** The clusters of an iteration, from a crop of each record, or of as many as are drawn. */
function clustersOf(
  points: PointSource,
  source: CropSource,
  options: PretrainOptions,
  iteration: number,
): FittedCodebook {
  const random = new SeededRandom(options.seed).fork(`clusters ${iteration}`);
  const chosen = random.shuffle(source.records.map((_, index) => index)).slice(0, options.clusterCrops);
  const plain = { ...source, variation: NO_VARIATION };
  const parts: Float32Array[] = [];
  for (let from = 0; from < chosen.length; from += CROPS_AT_ONCE) {
    const some = chosen.slice(from, from + CROPS_AT_ONCE);
    parts.push(points.of(drawCrops(plain, some, random).clean, some.length));
  }
  const clusters = iteration === 1 ? options.clusters : options.latentClusters;
  return fitCodebook(joined(parts), points.width, { ...DEFAULT_K_MEANS, clusters }, random);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function finish(
  { graph, records }: PretrainRequest,
  options: PretrainOptions,
  { history, weights }: PretrainingState,
  backend: BackendChoice,
): PretrainResult {
  const last = history[history.length - 1];
  const guesses = collapseOf(last.guesses, "the guesses");
  const collapse =
    guesses &&
    `pretraining has collapsed: ${guesses}, where the labels have a perplexity of ${last.labels.perplexity.toFixed(1)}; lower the learning rate or train longer`;
  const facts = {
    pretraining: {
      ...options,
      records: records.length,
      backend: `${backend.name}: ${backend.description}`,
      collapse,
      history,
    },
  };
  return { model: { graph, weights: networkWeights(weights), facts }, history, backend, collapse };
}
