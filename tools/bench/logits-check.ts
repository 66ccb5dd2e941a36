import { RefusedError } from "./row.ts";

/**
 * Largest distance of logits from those of the plain float run, as a share of the largest logit. Float libraries differ
 * by the order of their sums (measured: 1e-6). Int8 activations are rounded at every one of 20 layers (measured: 1 to 4
 * % on random weights); a network that is wired or scaled wrongly is off by its whole size.
 */
export const FLOAT_TOLERANCE = 1e-3;
export const INT8_TOLERANCE = 0.1;

/** Throws RefusedError with a sentence where logits are not those of the network. */
export function checkLogits(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const largest = Math.max(...Array.from(expected, Math.abs));
  const errors = Array.from(expected, (value, index) => Math.abs((found[index] ?? Number.NaN) - value) / largest);
  const worst = Math.max(...errors);
  if (found.length !== expected.length || !(worst <= tolerance)) {
    throw new RefusedError(
      `its logits ${textOf(found)} are not within ${100 * tolerance} % of the float network's ${textOf(expected)}`,
    );
  }
}

/** Throws RefusedError where a build of the engine gives other bytes than the scalar build. */
export function checkSameLogits(found: readonly Float64Array[], scalar: readonly Float64Array[]): void {
  if (JSON.stringify(found.map(textOf)) !== JSON.stringify(scalar.map(textOf))) {
    throw new RefusedError(`its ${found.length} decisions are not the ${scalar.length} of the scalar build`);
  }
}

function textOf(logits: ArrayLike<number>): string {
  return Array.from(logits, (logit) => Number(logit.toPrecision(7))).join(" ");
}
