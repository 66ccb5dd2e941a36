import { z } from "zod";
import { checkWidth, type WeightGrid } from "../export/quantized-network.ts";
import { layerWeights } from "../forward/layer-weights.ts";
import { type FloatModel, weightOf } from "../graph/model.ts";
import { stepKey } from "../graph/weight-shapes.ts";
import type { QuantizedLevels } from "./quantizers/quantized-levels.ts";
import { roundToGrid } from "./quantizers/round-to-grid.ts";
import { parseWidth, type Width } from "./width.ts";

/** The grid of a layer's weights. */
export interface WeightCode {
  readonly grid: WeightGrid;
  readonly bits: number;
}

export type WeightCodes = ReadonlyMap<string, WeightCode>;

const GridFacts = z.object({
  weightGrids: z.record(z.string(), z.object({ grid: z.enum(["midTread", "midRise", "ternary"]), bits: z.int() })),
});

/** A weight may be this far from its integer, in steps: a float32 is closer by far. */
const TOLERANCE = 1e-3;

/** What the facts of a model say whose weights lie on grids. */
export function gridFacts(codes: WeightCodes): z.infer<typeof GridFacts> {
  return { weightGrids: Object.fromEntries(codes) };
}

/** Whether the facts of a model say that it was trained on quantized weights. */
export function isOnGrids({ facts }: FloatModel): boolean {
  return GridFacts.safeParse(facts).success;
}

export function widthOf({ grid, bits }: WeightCode): Width {
  return grid === "ternary" ? grid : parseWidth(String(bits));
}

/**
 * The integers and steps that a model was trained on. Throws RangeError on a model that was not trained on quantized
 * weights, and on a weight beside its grid.
 */
export function trainedLevels(model: FloatModel): ReadonlyMap<string, QuantizedLevels> {
  const { data: facts } = GridFacts.safeParse(model.facts);
  if (!facts) throw new RangeError("the model was not trained on quantized weights: finetune it first");
  const levels = new Map<string, QuantizedLevels>();
  for (const [name, { values, fanIn }] of layerWeights(model)) {
    const code = facts.weightGrids[name];
    if (!code) throw new RangeError(`layer ${name} has no grid among the model's facts`);
    checkWidth(code.grid, code.bits);
    const scale = Float64Array.from(weightOf(model, stepKey(name)).data);
    levels.set(name, { ...code, scale, levels: integersOf(name, values, fanIn, scale, code) });
  }
  return levels;
}

/** @param values [outChannel][k] */
function integersOf(
  name: string,
  values: Float32Array,
  fanIn: number,
  scale: Float64Array,
  { grid, bits }: WeightCode,
): Int8Array {
  return Int8Array.from(values, (value, index) => {
    const step = scale[Math.floor(index / fanIn)];
    const level = roundToGrid(value / step, grid, bits);
    if (Math.abs(value / step - level) <= TOLERANCE) return level;
    throw new RangeError(
      `layer ${name} has the weight ${value}, which is no level of its ${grid} grid of step ${step}`,
    );
  });
}
