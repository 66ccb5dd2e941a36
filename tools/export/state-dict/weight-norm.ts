import type { Tensor } from "../../graph/model.ts";

const CONV = "encoder.pos_conv_embed.conv";
/** Name of the tensor that gain and direction make together. */
export const FUSED_WEIGHT = `${CONV}.weight`;

/** Names of the gain [1][1][kernel] and the direction [out][in / groups][kernel], since PyTorch 2.0 and before. */
const FORMS = [
  [`${CONV}.parametrizations.weight.original0`, `${CONV}.parametrizations.weight.original1`],
  [`${CONV}.weight_g`, `${CONV}.weight_v`],
] as const;

/** Finds the two names that a checkpoint has, or should have. */
export function weightNormNames(has: (name: string) => boolean): readonly [gain: string, direction: string] {
  return FORMS.find((names) => names.some(has)) ?? FORMS[0];
}

/**
 * Fuses weight-norm over all axes but the taps (`weight_norm(dim=2)`): w = g v / |v|, tap by tap. Throws RangeError on a tap of
 * length 0.
 */
export function fuseWeightNorm(tensors: ReadonlyMap<string, Tensor>, gainName: string, directionName: string): Tensor {
  const [gain, { shape, data }] = [gainName, directionName].map((name) => tensors.get(name) as Tensor);
  const kernel = shape[2];
  const squares = new Float64Array(kernel);
  for (const [index, value] of data.entries()) squares[index % kernel] += value * value;
  const dead = squares.indexOf(0);
  if (dead >= 0)
    throw new RangeError(`tensor ${directionName}: tap ${dead} is zero, and weight-norm divides by its length`);
  const factors = squares.map((square, tap) => gain.data[tap] / Math.sqrt(square));
  return { shape, data: data.map((value, index) => value * factors[index % kernel]) };
}
