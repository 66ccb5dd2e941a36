import { SUMS_BYTES, tilesOf } from "./winograd.simd";

/**
 * Transforms the rows of `columns` columns into scratch, once for all output channels (winograd.simd.ts). Reads up
 * to 7 * columnStep bytes of any content after the last column's span.
 */
export function winogradTransform(input: i32, columnStep: i32, span: i32, columns: i32, scratch: i32): void {
  const tiles = tilesOf(columnStep, span, columns);
  const rowBytes = <usize>columnStep;
  const plane = <usize>(tiles * columnStep * 2);
  let from = <usize>input;
  let to = <usize>(scratch + SUMS_BYTES);
  let rows = to + 6 * plane;
  for (let tile = 0; tile < tiles; tile++) {
    for (const end = from + rowBytes; from < end; from += 8, to += 16, rows += 16) {
      const d0 = v128.load8x8_s(from), d1 = v128.load8x8_s(from + rowBytes);
      const d2 = v128.load8x8_s(from + 2 * rowBytes), d3 = v128.load8x8_s(from + 3 * rowBytes);
      const d4 = v128.load8x8_s(from + 4 * rowBytes), d5 = v128.load8x8_s(from + 5 * rowBytes);
      v128.store(rows, d0);
      v128.store(rows + 2 * rowBytes, d1);
      v128.store(rows + 4 * rowBytes, d2);
      v128.store(rows + 6 * rowBytes, d3);
      const far = i16x8.sub(d4, i16x8.shl(d2, 2)), near = i16x8.sub(d3, i16x8.shl(d1, 2));
      const even = i16x8.sub(d4, d2), odd = i16x8.shl(i16x8.sub(d3, d1), 1);
      v128.store(to, i16x8.add(i16x8.shl(i16x8.sub(d0, d2), 2), even));
      v128.store(to + plane, i16x8.add(far, near));
      v128.store(to + 2 * plane, i16x8.sub(far, near));
      v128.store(to + 3 * plane, i16x8.add(even, odd));
      v128.store(to + 4 * plane, i16x8.sub(even, odd));
      v128.store(to + 5 * plane, i16x8.add(i16x8.shl(i16x8.sub(d1, d3), 2), i16x8.sub(d5, d3)));
    }
    from += 3 * rowBytes;
    rows += 6 * rowBytes;
  }
}
