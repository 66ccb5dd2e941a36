import { MAX_PLANES, MAX_RUNGS } from "../../../assembly/shared/limits.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import { requireEngineNodes } from "../../export/lower/engine-node.ts";
import type { IntegerWeights, QuantizedNetwork } from "../../export/quantized-network.ts";
import { forward } from "../../forward/float-forward.ts";
import { type LayerWeights, layerWeights, nodeWeights } from "../../forward/layer-weights.ts";
import { inputRows, type Rows } from "../../forward/rows.ts";
import { INPUT, isWeighted, type WeightedNode } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { selectCrops } from "../loss/selection-set.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../quantization-state.ts";
import { quantizeWeights } from "../quantizers/quantize-weights.ts";
import { inputMoments, type SecondMoments } from "../quantizers/second-moments.ts";
import { ladderIntegers } from "./ladder-integers.ts";

interface LadderRequest {
  readonly model: FloatModel;
  /** Records whose crops give ranges and statistics: never records that results are reported on. */
  readonly records: readonly ConditionedRecord[];
  /** Bits of a laddered layer's weights on each rung, the finest first. */
  readonly widths: readonly number[];
  readonly seed: number;
  readonly calibrationCrops: number;
}

/** Width of the layers that all rungs share: they are small, and no later layer makes up for their errors. */
const SHARED_BITS = 8;

/**
 * Quantizes a model into one network for each rung; the same request gives the same networks. Layers that read the input and dense
 * layers are the same on all rungs; of the other layers, each rung has the upper bits of the same integers. Batch norm follows each
 * rung's weights. Throws RangeError on widths that make no ladder, and as `selectCrops` and `requireEngineNodes`.
 */
export function ladderNetworks(request: LadderRequest): readonly QuantizedNetwork[] {
  const { model, records, widths, seed, calibrationCrops } = request;
  checkLadderWidths(widths);
  requireEngineNodes(model.graph);
  const crops = selectCrops(records, model.graph, calibrationCrops, seed + 1).map(({ samples }) => samples);
  const moments = inputMoments(model.graph, floatTensors(model, crops));
  const layers = layerWeights(model);
  const rungs = widths.map(() => new Map<string, IntegerWeights>());
  for (const node of model.graph.nodes.filter(isWeighted)) {
    const seen = moments.get(node.name) as SecondMoments;
    const { values, outChannels } = layers.get(node.name) as LayerWeights;
    const integers = isShared(node)
      ? sharedIntegers(values, outChannels, widths, seen)
      : ladderIntegers(values, outChannels, widths, seen);
    for (const [rung, own] of rungs.entries()) own.set(node.name, integers[rung]);
  }
  // The integers are given: nothing is left to round.
  const quantization = { ...DEFAULT_QUANTIZATION, rounding: "nearest" } as const;
  return rungs.map((integers) => new QuantizationState(model, crops, integers, quantization).network());
}

/** Throws RangeError unless widths fall from rung to rung, two of them or more. */
export function checkLadderWidths(widths: readonly number[]): void {
  const isLadder = widths.every(
    (bits, rung) => bits >= 1 && bits <= MAX_PLANES && (rung === 0 || bits < widths[rung - 1]),
  );
  if (isLadder && widths.length >= 2 && widths.length <= MAX_RUNGS) return;
  throw new RangeError(
    `rungs are two widths or more that fall, from ${MAX_PLANES} bits to 1; found ${widths.join(",")}`,
  );
}

function isShared(node: WeightedNode): boolean {
  return node.input === INPUT || node.op === "dense";
}

function sharedIntegers(
  values: Float32Array,
  outChannels: number,
  widths: readonly number[],
  moments: SecondMoments,
): readonly IntegerWeights[] {
  const integers = quantizeWeights(values, outChannels, SHARED_BITS, DEFAULT_QUANTIZATION.scale, moments);
  return widths.map(() => integers);
}

function floatTensors(model: FloatModel, crops: readonly Int16Array[]): ReadonlyMap<string, readonly Rows[]> {
  const weights = nodeWeights(model);
  const runs = crops.map((crop) => forward(model.graph, weights, crop));
  return new Map([
    [INPUT, crops.map(inputRows)],
    ...model.graph.nodes.map(({ name }) => [name, runs.map((run) => run.get(name) as Rows)] as const),
  ]);
}
