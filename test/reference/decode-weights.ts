import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../assembly/shared/ops.ts";

/** Bytes of a tile of `count` weights. */
export function tileBytes(count: number, bits: number, grid: number): number {
  return grid === GRID_TERNARY ? Math.ceil(count / 5) : Math.ceil((count * bits) / 8);
}

/** The `count` weights of one tile in the order of the file (FORMAT.md, "Weights"; NUMERICS.md, "Weights"). */
export function decodeTile(bytes: Uint8Array, count: number, bits: number, grid: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    if (grid === GRID_TERNARY) return (Math.floor(bytes[Math.floor(at / 5)] / 3 ** (at % 5)) % 3) - 1;
    const code = bitsAt(bytes, at * bits, bits);
    if (grid === GRID_MID_RISE) return 2 * code - (2 ** bits - 1);
    if (grid === GRID_MID_TREAD) return code < 2 ** (bits - 1) ? code : code - 2 ** bits;
    throw new RangeError(`weight grid ${grid}: expected ${GRID_MID_TREAD}, ${GRID_MID_RISE} or ${GRID_TERNARY}`);
  });
}

/** The number in `count` bits from bit `first`, least significant bit first. */
function bitsAt(bytes: Uint8Array, first: number, count: number): number {
  let value = 0;
  for (let bit = 0; bit < count; bit++) {
    const at = first + bit;
    value += ((bytes[at >> 3] >> (at & 7)) & 1) * 2 ** bit;
  }
  return value;
}
