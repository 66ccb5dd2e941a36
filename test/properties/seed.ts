import { randomInt } from "node:crypto";

/** Every property of the quick and the slow tier draws from this seed, so that a run says the same every time. */
const FIXED_SEED = 20_261_130;

/** The seed of a run: QHUBERT_SEED where it is set, a fresh one for fuzzing, else the fixed one. */
export function seedOfRun(isFuzz: boolean): number {
  const asked = Number(process.env.QHUBERT_SEED);
  if (process.env.QHUBERT_SEED && !Number.isSafeInteger(asked)) {
    throw new RangeError(`QHUBERT_SEED must be a whole number, found "${process.env.QHUBERT_SEED}"`);
  }
  if (process.env.QHUBERT_SEED) return asked;
  return isFuzz ? randomInt(2 ** 31) : FIXED_SEED;
}
