import { addressOf, at, I16View, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/**
 * The fast twin of panel.ts's arrangeQuads: i8[taps][ceil(span / 4)][8][4] out of lanes8, i8[taps * span][8], four
 * bytes at a time: 3.2 instructions a weight instead of 16.5 on a Cortex-M4 (wasm2c). The lanes may be the last bytes
 * of the panel's own memory: a quad is read before it is written, and as no fewer rows are to be written than read, of
 * eight bytes each and both up to the same end, what is written stays below what is not yet read.
 */
export function arrangeQuadsPacked(lanes8: I8View, taps: i32, span: i32, panel: I8View): void {
  let from = addressOf(lanes8);
  let to = addressOf(panel);
  for (let tap = 0; tap < taps; tap++) {
    for (let left = span; left > 0; left -= 4) {
      const rows = min(left, 4);
      arrangeQuad(at<I32View>(from), rows, at<I32View>(to));
      from += rows * TILE_CHANNELS;
      to += 4 * TILE_CHANNELS;
    }
  }
}

/** to[lane] = the bytes of a lane in one to four rows of two words each, 0 after them. */
function arrangeQuad(from: I32View, rows: i32, to: I32View): void {
  const a = from[0], b = from[1];
  const c = rows > 1 ? from[2] : 0, d = rows > 1 ? from[3] : 0;
  const e = rows > 2 ? from[4] : 0, f = rows > 2 ? from[5] : 0;
  const g = rows > 3 ? from[6] : 0, h = rows > 3 ? from[7] : 0;
  transpose(a, c, e, g, to);
  transpose(b, d, f, h, to.from(4));
}

/**
 * The fast twin of panel.ts's arrangePairs: i16[taps][ceil(span / 2)][8][2], four bytes of two rows at a time.
 */
export function arrangePairsPacked(lanes8: I8View, taps: i32, span: i32, panel: I16View): void {
  let from = at<I32View>(addressOf(lanes8));
  let to = at<I32View>(addressOf(panel));
  for (let tap = 0; tap < taps; tap++) {
    for (let left = span; left > 0; left -= 2) {
      const hasSecond = left > 1;
      for (let half = 0; half < 2; half++) {
        pairUp(from[half], hasSecond ? from[half + 2] : 0, to);
        to = to.from(4);
      }
      from = from.from(hasSecond ? 4 : 2);
    }
  }
}

/** to[lane] = a[lane], b[lane] as int16, of four lanes. */
// @ts-ignore: decorator
@inline
function pairUp(a: i32, b: i32, to: I32View): void {
  const evenA = widened(evenBytes(a)), evenB = widened(evenBytes(b));
  const oddA = widened(evenBytes(a >>> 8)), oddB = widened(evenBytes(b >>> 8));
  to[0] = (evenA & 0xffff) | (evenB << 16);
  to[1] = (oddA & 0xffff) | (oddB << 16);
  to[2] = (evenA >>> 16) | (evenB & 0xffff0000);
  to[3] = (oddA >>> 16) | (oddB & 0xffff0000);
}

/** Two bytes as int16: eight ones go above each whose sign bit is set. */
// @ts-ignore: decorator
@inline
function widened(bytes: i32): i32 {
  return bytes | ((bytes & 0x00800080) * 0x1fe);
}

/** The transpose of the 4 x 4 bytes whose rows are a, b, c, d. */
function transpose(a: i32, b: i32, c: i32, d: i32, to: I32View): void {
  const evenAb = evenBytes(a) | (evenBytes(b) << 8);
  const oddAb = evenBytes(a >>> 8) | (evenBytes(b >>> 8) << 8);
  const evenCd = evenBytes(c) | (evenBytes(d) << 8);
  const oddCd = evenBytes(c >>> 8) | (evenBytes(d >>> 8) << 8);
  to[0] = (evenAb & 0xffff) | (evenCd << 16);
  to[1] = (oddAb & 0xffff) | (oddCd << 16);
  to[2] = (evenAb >>> 16) | (evenCd & 0xffff0000);
  to[3] = (oddAb >>> 16) | (oddCd & 0xffff0000);
}

// @ts-ignore: decorator
@inline
function evenBytes(word: i32): i32 {
  return word & 0x00ff00ff;
}
