import type { IntegerWeights } from "../export/quantized-network.ts";
import { layerWeights } from "../forward/layer-weights.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { stepKey } from "../graph/weight-shapes.ts";
import { quantizeWeights } from "../quantize/quantizers/quantize-weights.ts";
import { isOnGrids, type LayerGrids, trainedIntegers, widthOf } from "../quantize/trained-integers.ts";
import type { Width } from "../quantize/width.ts";

/**
 * Grids and steps that fine-tuning starts from: of the least squared error, as without training; a layer that was trained at its
 * width before keeps its own. Throws RangeError on a layer without a width.
 */
export function initialSteps(
  model: FloatModel,
  widths: ReadonlyMap<string, Width>,
): { readonly codes: LayerGrids; readonly steps: ReadonlyMap<string, Tensor> } {
  const before = isOnGrids(model) ? trainedIntegers(model) : new Map<string, IntegerWeights>();
  const layers = [...layerWeights(model)].map(([name, { values, outChannels }]) => {
    const width = widths.get(name);
    if (width === undefined) throw new RangeError(`layer ${name} has no width`);
    const kept = before.get(name);
    const levels = kept && widthOf(kept) === width ? kept : quantizeWeights(values, outChannels, width, "mse");
    return { name, ...levels };
  });
  return {
    codes: new Map(layers.map(({ name, grid, bits }) => [name, { grid, bits }])),
    steps: new Map(
      layers.map(({ name, scale }) => [stepKey(name), { shape: [scale.length], data: Float32Array.from(scale) }]),
    ),
  };
}
