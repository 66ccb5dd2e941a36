import type { FloatModel, Tensor } from "../graph/model.ts";
import { stepKey } from "../graph/weight-shapes.ts";
import { layerWeights } from "../quantize/layer-weights.ts";
import { quantizeWeights } from "../quantize/quantizers/quantize-weights.ts";
import type { WeightCodes } from "../quantize/trained-levels.ts";
import type { Width } from "../quantize/width.ts";

/** Grids and steps that fine-tuning starts from: of the least squared error, as without training. */
export function initialSteps(
  model: FloatModel,
  widths: ReadonlyMap<string, Width>,
): { readonly codes: WeightCodes; readonly steps: ReadonlyMap<string, Tensor> } {
  const layers = [...layerWeights(model)].map(([name, { values, outChannels }]) => {
    const width = widths.get(name);
    if (width === undefined) throw new RangeError(`layer ${name} has no width`);
    return { name, outChannels, ...quantizeWeights(values, outChannels, width, "mse") };
  });
  return {
    codes: new Map(layers.map(({ name, grid, bits }) => [name, { grid, bits }])),
    steps: new Map(
      layers.map(({ name, outChannels, scale }) => [
        stepKey(name),
        { shape: [outChannels], data: Float32Array.from(scale) },
      ]),
    ),
  };
}
