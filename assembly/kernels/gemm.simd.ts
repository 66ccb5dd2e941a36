import { addressOf, I16View, I32View, I8View } from "../views";

/**
 * The SIMD128 twin of gemm.ts: same result, byte for byte. Input elements are i16; the panel is
 * i16[taps][pairs][8 lanes][2]. One step multiplies a pair of elements with eight lanes through i32x4.dot_i16x8_s; four
 * columns share each panel load (two panel registers, eight accumulators).
 */
export function gemmSimd(
  input: I16View, columnStep: i32, taps: i32, tapStep: i32, span: i32,
  panel: I8View, rows: I32View, lanes: i32, shift: i32, low: i32, high: i32,
  out: I8View, outStep: i32, columns: i32,
): void {
  const pairs = (span + 1) >> 1;
  const step = columnStep << 1;
  const bias = v128.shuffle<i32>(v128.load(addressOf(rows)), v128.load(addressOf(rows), 16), 1, 3, 5, 7);
  const bias4 = v128.shuffle<i32>(v128.load(addressOf(rows), 32), v128.load(addressOf(rows), 48), 1, 3, 5, 7);
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    const row = addressOf(input) + column * step;
    let a0 = bias, a1 = bias, a2 = bias, a3 = bias;
    let b0 = bias4, b1 = bias4, b2 = bias4, b3 = bias4;
    let weights = <usize>addressOf(panel);
    for (let tap = 0; tap < taps; tap++) {
      let p = <usize>(row + (tap * tapStep << 1));
      for (let pair = 0; pair < pairs; pair++) {
        const w0 = v128.load(weights);
        const w1 = v128.load(weights, 16);
        let x = v128.load32_splat(p);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w1));
        x = v128.load32_splat(p + <usize>step);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w0));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
        x = v128.load32_splat(p + <usize>(2 * step));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x, w0));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x, w1));
        x = v128.load32_splat(p + <usize>(3 * step));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x, w0));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x, w1));
        p += 4;
        weights += 32;
      }
    }
    storeLanes(a0, b0, rows, lanes, shift, low, high, out.from(column * outStep));
    storeLanes(a1, b1, rows, lanes, shift, low, high, out.from((column + 1) * outStep));
    storeLanes(a2, b2, rows, lanes, shift, low, high, out.from((column + 2) * outStep));
    storeLanes(a3, b3, rows, lanes, shift, low, high, out.from((column + 3) * outStep));
  }
  for (; column < columns; column++) {
    const row = addressOf(input) + column * step;
    let a = bias, b = bias4;
    let weights = <usize>addressOf(panel);
    for (let tap = 0; tap < taps; tap++) {
      let p = <usize>(row + (tap * tapStep << 1));
      for (let pair = 0; pair < pairs; pair++) {
        const x = v128.load32_splat(p);
        a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load(weights)));
        b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load(weights, 16)));
        p += 4;
        weights += 32;
      }
    }
    storeLanes(a, b, rows, lanes, shift, low, high, out.from(column * outStep));
  }
}

/** Requantises eight sums and stores the first `lanes` as i8. */
function storeLanes(
  sums: v128, sums4: v128, rows: I32View, lanes: i32, shift: i32, low: i32, high: i32, out: I8View,
): void {
  const address = addressOf(rows);
  const multipliers = v128.shuffle<i32>(v128.load(address), v128.load(address, 16), 0, 2, 4, 6);
  const multipliers4 = v128.shuffle<i32>(v128.load(address, 32), v128.load(address, 48), 0, 2, 4, 6);
  const words = i16x8.narrow_i32x4_s(
    requantizeLanes(sums, multipliers, shift, low, high),
    requantizeLanes(sums4, multipliers4, shift, low, high),
  );
  const bytes = i8x16.narrow_i16x8_s(words, words);
  if (lanes == 8) {
    v128.store64_lane(addressOf(out), bytes, 0);
    return;
  }
  let rest = i64x2.extract_lane(bytes, 0);
  for (let lane = 0; lane < lanes; lane++) {
    out[lane] = <i32>rest;
    rest >>= 8;
  }
}

function requantizeLanes(sums: v128, multipliers: v128, shift: i32, low: i32, high: i32): v128 {
  const half = i64x2.splat((<i64>1) << <i64>(shift - 1));
  const first = i64x2.shr_s(i64x2.add(i64x2.extmul_low_i32x4_s(sums, multipliers), half), shift);
  const second = i64x2.shr_s(i64x2.add(i64x2.extmul_high_i32x4_s(sums, multipliers), half), shift);
  const rounded = v128.shuffle<i32>(first, second, 0, 2, 4, 6);
  return i32x4.min_s(i32x4.max_s(rounded, i32x4.splat(low)), i32x4.splat(high));
}

/** Widens `count` int8 elements to int16. */
export function widen(from: I8View, to: I16View, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    v128.store(addressOf(to.from(i)), v128.load8x8_s(addressOf(from.from(i))));
  }
  for (; i < count; i++) to[i] = from[i];
}
