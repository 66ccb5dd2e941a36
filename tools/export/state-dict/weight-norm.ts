import type { Tensor } from "../../graph/model.ts";

const CONV = "encoder.pos_conv_embed.conv";
/** The tensor that the two of weight-norm make. */
export const FUSED_WEIGHT = `${CONV}.weight`;

/** Gain [1][1][kernel] and direction [out][in / groups][kernel], as PyTorch names them since 2.0 and before. */
const FORMS = [
  [`${CONV}.parametrizations.weight.original0`, `${CONV}.parametrizations.weight.original1`],
  [`${CONV}.weight_g`, `${CONV}.weight_v`],
] as const;

/** The two names that a checkpoint has, or should have. */
export function weightNormNames(has: (name: string) => boolean): readonly [gain: string, direction: string] {
  return FORMS.find((names) => names.some(has)) ?? FORMS[0];
}

/**
 * Weight-norm over all but the taps (`weight_norm(dim=2)`): w = g v / |v|, tap by tap. Throws RangeError on a tap without a length.
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
