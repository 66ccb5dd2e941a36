import { I32View, U8View } from "../views";

/** Takes the bits of a nibble to the lowest bits of four bytes: with this factor, then this mask. */
const SPREAD = 0x00204081;
const ONES = 0x01010101;
const SIGNS: i32 = 0x80808080;

/**
 * Unpacks one tile of bit planes (FORMAT.md, "Bit planes") into lanes: i8[count][8], as 32-bit words of four lanes.
 *   planes  u8[bits][count], the most significant plane first; bit l of a byte is lane l's
 *
 * A word is one number, the sum of weight[l] * 256^l for its lanes l: 2 * code - (2^bits - 1) for all four at once, modulo
 * 2^32. With 128 added to each no lane borrows from the next, and flipping the sign bits takes it away again.
 * Lanes that the layer does not have are -(2^bits - 1): no larger than other weights, and nobody reads their sums.
 */
export function unpackPlanes(planes: U8View, lanes8: I32View, count: i32, bits: i32): void {
  const offset = SIGNS - ((1 << bits) - 1) * ONES;
  for (let word = 0; word < 2 * count; word++) {
    const firstLane = (word & 1) << 2;
    const end = bits * count;
    let codes = 0;
    for (let next = word >> 1; next < end; next += count) {
      codes = 2 * codes + ((((planes[next] >> firstLane) & 15) * SPREAD) & ONES);
    }
    lanes8[word] = (2 * codes + offset) ^ SIGNS;
  }
}
