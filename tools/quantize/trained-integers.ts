import { z } from "zod";
import { checkWidth, type IntegerWeights, type LayerGrid } from "../export/quantized-network.ts";
import { type LayerWeights, layerWeights } from "../forward/layer-weights.ts";
import { type FloatModel, weightOf } from "../graph/model.ts";
import { stepKey } from "../graph/weight-shapes.ts";
import { roundToGrid } from "./quantizers/round-to-grid.ts";
import { parseWidth, type Width } from "./width.ts";

/** The grid of every conv and dense layer, by name. */
export type LayerGrids = ReadonlyMap<string, LayerGrid>;

const GridFacts = z.object({
  weightGrids: z.record(z.string(), z.object({ grid: z.enum(["midTread", "midRise", "ternary"]), bits: z.int() })),
});

/** A weight may be this far from its integer, in steps: a float32 is closer by far. */
const TOLERANCE = 1e-3;

/** The facts of a model whose weights lie on grids. */
export function gridFacts(grids: LayerGrids): z.infer<typeof GridFacts> {
  return { weightGrids: Object.fromEntries(grids) };
}

/** Whether the facts of a model say that it was trained on quantized weights. */
export function isOnGrids({ facts }: FloatModel): boolean {
  return GridFacts.safeParse(facts).success;
}

/** The width that a grid stands for. */
export function widthOf({ grid, bits }: LayerGrid): Width {
  return grid === "ternary" ? grid : parseWidth(String(bits));
}

/**
 * Reads the integers and steps that a model was trained on. Throws RangeError on a model that was not trained on quantized
 * weights, and on a weight that lies beside its grid.
 */
export function trainedIntegers(model: FloatModel): ReadonlyMap<string, IntegerWeights> {
  const { data: facts } = GridFacts.safeParse(model.facts);
  if (!facts) throw new RangeError("the model was not trained on quantized weights: finetune it first");
  const trained = new Map<string, IntegerWeights>();
  for (const [name, layer] of layerWeights(model)) {
    const grid = facts.weightGrids[name];
    if (!grid) throw new RangeError(`layer ${name} has no grid among the model's facts`);
    checkWidth(grid.grid, grid.bits);
    const scale = Float64Array.from(weightOf(model, stepKey(name)).data);
    trained.set(name, { ...grid, scale, integers: integersOf(layer, scale, grid) });
  }
  return trained;
}

function integersOf({ name, values, fanIn }: LayerWeights, scale: Float64Array, { grid, bits }: LayerGrid): Int8Array {
  return Int8Array.from(values, (value, index) => {
    const step = scale[Math.floor(index / fanIn)];
    const integer = roundToGrid(value / step, grid, bits);
    if (Math.abs(value / step - integer) <= TOLERANCE) return integer;
    throw new RangeError(
      `layer ${name} has the weight ${value}, which is no level of its ${grid} grid of step ${step}`,
    );
  });
}
