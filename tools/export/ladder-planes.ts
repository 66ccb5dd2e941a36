import { MAX_RUNGS } from "../../assembly/shared/limits.ts";
import { midRiseCode, type QuantizedNetwork, type QuantizedWeights } from "./quantized-network.ts";

/**
 * Finds the layers that rungs hold at different widths, with the bits of the first rung: each is stored in as many bit planes. All
 * other layers are stored once. Throws RangeError on a rung whose weights are not the upper bits of the first's.
 */
export function ladderPlanes(rungs: readonly QuantizedNetwork[]): ReadonlyMap<string, number> {
  if (rungs.length > MAX_RUNGS) throw new RangeError(`${rungs.length} rungs, limit ${MAX_RUNGS}`);
  const planes = new Map<string, number>();
  for (const [name, finest] of rungs[0].weights) {
    const all = rungs.map((rung) => rung.weights.get(name));
    for (const [rung, weights] of all.entries()) {
      if (!weights || !isUpperPart(finest, weights)) {
        throw new RangeError(`layer ${name}: the weights of rung ${rung} are not the upper bits of those of rung 0`);
      }
    }
    if (all.some((weights) => weights?.bits !== finest.bits)) planes.set(name, finest.bits);
  }
  return planes;
}

function isUpperPart(finest: QuantizedWeights, weights: QuantizedWeights): boolean {
  const dropped = finest.bits - weights.bits;
  if (weights.grid !== finest.grid || weights.integers.length !== finest.integers.length || dropped < 0) return false;
  if (dropped === 0) return weights.integers.every((value, index) => value === finest.integers[index]);
  if (weights.grid !== "midRise") return false;
  return weights.integers.every(
    (value, index) => midRiseCode(value, weights.bits) === midRiseCode(finest.integers[index], finest.bits) >> dropped,
  );
}
