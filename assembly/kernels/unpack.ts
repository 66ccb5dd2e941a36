import { addressOf, clearBytes, I8View, U8View } from "../views";
import { GRID_MID_RISE, GRID_TERNARY } from "../shared/ops";
import { TILE_CHANNELS } from "../shared/limits";

/** Weights of one lane in a ternary byte: 3^5 = 243 codes. */
const TERNARY_DIGITS = 5;

/**
 * Unpacks one tile (FORMAT.md, "Weights") into lanes: i8[count][8], zero where the layer has fewer than eight channels.
 *   mid-tread, mid-rise  a bit stream, lowest bit first, in the order [count][lanes]
 *   ternary              u8[ceil(count / 5)][lanes]: five consecutive weights of a lane, the first in the lowest digit
 */
export function unpack(packed: U8View, lanes8: I8View, count: i32, lanes: i32, bits: i32, grid: i32): void {
  if (lanes < TILE_CHANNELS) clearBytes(addressOf(lanes8), count * TILE_CHANNELS);
  if (grid == GRID_TERNARY) unpackTernary(packed, lanes8, count, lanes);
  else unpackBits(packed, lanes8, count, lanes, bits, grid);
}

function unpackBits(packed: U8View, lanes8: I8View, count: i32, lanes: i32, bits: i32, grid: i32): void {
  const mask = (1 << bits) - 1;
  const signShift = 32 - bits;
  let buffer = 0;
  let held = 0;
  let next = 0;
  for (let row = 0; row < count * TILE_CHANNELS; row += TILE_CHANNELS) {
    for (let lane = 0; lane < lanes; lane++) {
      if (held < bits) {
        buffer |= packed[next++] << held;
        held += 8;
      }
      const code = buffer & mask;
      buffer >>>= bits;
      held -= bits;
      lanes8[row + lane] = grid == GRID_MID_RISE ? 2 * code - mask : (code << signShift) >> signShift;
    }
  }
}

function unpackTernary(packed: U8View, lanes8: I8View, count: i32, lanes: i32): void {
  let next = 0;
  for (let first = 0; first < count; first += TERNARY_DIGITS) {
    const end = min(first + TERNARY_DIGITS, count);
    for (let lane = 0; lane < lanes; lane++) {
      let digits = packed[next++];
      for (let row = first; row < end; row++) {
        lanes8[row * TILE_CHANNELS + lane] = digits % 3 - 1;
        digits /= 3;
      }
    }
  }
}

/** Bytes of a packed tile of `lanes` lanes with `count` weights each. */
export function packedBytes(count: i32, lanes: i32, bits: i32, grid: i32): i32 {
  return grid == GRID_TERNARY
    ? (count + TERNARY_DIGITS - 1) / TERNARY_DIGITS * lanes
    : (count * lanes * bits + 7) >> 3;
}
