import { clearBytes, I8View, U8View, addressOf } from "../views";
import { GRID_MID_RISE, GRID_TERNARY } from "../shared/ops";
import { panelBytes, panelSpan, storeWeight } from "./panel";

/**
 * Unpacks one tile (FORMAT.md, "Weights") into a panel: a bit stream, lowest bit first, in the order
 * [tap][element][lane], or five ternary digits to a byte.
 */
export function unpack(packed: U8View, panel: I8View, taps: i32, span: i32, lanes: i32, bits: i32, grid: i32): void {
  clearBytes(addressOf(panel), panelBytes(taps, span));
  if (grid == GRID_TERNARY) unpackTernary(packed, panel, taps, span, lanes);
  else unpackBits(packed, panel, taps, span, lanes, bits, grid);
}

function unpackBits(packed: U8View, panel: I8View, taps: i32, span: i32, lanes: i32, bits: i32, grid: i32): void {
  const mask = (1 << bits) - 1;
  const signShift = 32 - bits;
  let buffer = 0;
  let held = 0;
  let next = 0;
  for (let tap = 0; tap < taps; tap++) {
    const first = tap * panelSpan(span);
    for (let element = first; element < first + span; element++) {
      for (let lane = 0; lane < lanes; lane++) {
        if (held < bits) {
          buffer |= packed[next++] << held;
          held += 8;
        }
        const code = buffer & mask;
        buffer >>>= bits;
        held -= bits;
        storeWeight(panel, element, lane, grid == GRID_MID_RISE ? 2 * code - mask : (code << signShift) >> signShift);
      }
    }
  }
}

function unpackTernary(packed: U8View, panel: I8View, taps: i32, span: i32, lanes: i32): void {
  let digits = 0;
  let held = 0;
  let next = 0;
  for (let tap = 0; tap < taps; tap++) {
    const first = tap * panelSpan(span);
    for (let element = first; element < first + span; element++) {
      for (let lane = 0; lane < lanes; lane++) {
        if (held == 0) {
          digits = packed[next++];
          held = 5;
        }
        storeWeight(panel, element, lane, digits % 3 - 1);
        digits /= 3;
        held--;
      }
    }
  }
}

/** Bytes of a packed tile of `weights` weights. */
export function packedBytes(weights: i32, bits: i32, grid: i32): i32 {
  return grid == GRID_TERNARY ? (weights + 4) / 5 : (weights * bits + 7) >> 3;
}
