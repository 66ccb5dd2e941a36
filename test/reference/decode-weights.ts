import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../assembly/shared/ops.ts";

/** Bytes of a tile whose lanes have `depth` weights each. */
export function tileBytes(depth: number, lanes: number, bits: number, grid: number): number {
  return grid === GRID_TERNARY ? Math.ceil(depth / 5) * lanes : Math.ceil((depth * lanes * bits) / 8);
}

/** The weights of one tile, [k][lane] (FORMAT.md, "Weights"; NUMERICS.md, "Weights"). */
export function decodeTile(bytes: Uint8Array, depth: number, lanes: number, bits: number, grid: number): number[] {
  return Array.from({ length: depth * lanes }, (_, at) => {
    if (grid === GRID_TERNARY) return ternaryWeight(bytes, Math.floor(at / lanes), at % lanes, lanes);
    const code = bitsAt(bytes, at * bits, bits);
    if (grid === GRID_MID_RISE) return 2 * code - (2 ** bits - 1);
    if (grid === GRID_MID_TREAD) return code < 2 ** (bits - 1) ? code : code - 2 ** bits;
    throw new RangeError(`weight grid ${grid}: expected ${GRID_MID_TREAD}, ${GRID_MID_RISE} or ${GRID_TERNARY}`);
  });
}

/** Five consecutive k of one lane share a byte; the bytes stand [block][lane]. */
function ternaryWeight(bytes: Uint8Array, k: number, lane: number, lanes: number): number {
  const byte = bytes[Math.floor(k / 5) * lanes + lane];
  return (Math.floor(byte / 3 ** (k % 5)) % 3) - 1;
}

/** The weights of one tile, [k][lane], of its `bits` upper planes, u8[k] each: FORMAT.md, "Bit planes". */
export function decodePlanes(planes: readonly Uint8Array[], lanes: number): number[] {
  const depth = planes[0].length;
  return Array.from({ length: depth * lanes }, (_, at) => {
    const code = planes.reduce((upper, plane) => 2 * upper + ((plane[Math.floor(at / lanes)] >> (at % lanes)) & 1), 0);
    return 2 * code - (2 ** planes.length - 1);
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
