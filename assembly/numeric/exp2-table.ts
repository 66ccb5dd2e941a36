import { I16View } from "../views";

/** 2^(-1/256) in Q31. */
const STEP: i64 = 2141676973;
export const EXP2_ENTRIES: i32 = 256;

/**
 * table[f] = 2^15 * 2^(-f / 256), rounded, by repeated multiplication in Q30 (NUMERICS.md, "Attention"): all platforms make the
 * same one, and a model without attention has none in its memory. To be read as u16.
 */
export function makeExp2Table(table: I16View): void {
  let power: i64 = 1 << 30;
  for (let f = 0; f < EXP2_ENTRIES; f++) {
    table[f] = <i32>((power + (1 << 14)) >> 15);
    power = (power * STEP + (1 << 30)) >> 31;
  }
}
