/**
 * The multiply-accumulate instructions of the dsp build. Compiled with `--use QHUBERT_INTRINSICS=1` they are imports
 * that wasm2c's C runtime inlines as machine instructions (SMLAD and SXTB16 on Armv7E-M). Otherwise they have a body,
 * since an import costs 5 to 6 ns a call in a JavaScript engine.
 */

// @ts-ignore: decorator
@external("env", "dot4")
declare function importedDot4(x: i32, w: i32, sum: i32): i32;

// @ts-ignore: decorator
@external("env", "smlad")
declare function importedSmlad(x: i32, w: i32, sum: i32): i32;

/** sum + the four products of the int8 values of x and w. */
// @ts-ignore: decorator
@inline
export function dot4(x: i32, w: i32, sum: i32): i32 {
  if (isDefined(QHUBERT_INTRINSICS)) return importedDot4(x, w, sum);
  return sum + signed8(x) * signed8(w) + signed8(x >> 8) * signed8(w >> 8) + signed8(x >> 16) * signed8(w >> 16) +
    (x >> 24) * (w >> 24);
}

/** sum + the two products of the int16 values of x and w, modulo 2^32. */
// @ts-ignore: decorator
@inline
export function smlad(x: i32, w: i32, sum: i32): i32 {
  if (isDefined(QHUBERT_INTRINSICS)) return importedSmlad(x, w, sum);
  return sum + signed16(x) * signed16(w) + (x >> 16) * (w >> 16);
}

// @ts-ignore: decorator
@inline
function signed8(value: i32): i32 {
  return (value << 24) >> 24;
}

// @ts-ignore: decorator
@inline
function signed16(value: i32): i32 {
  return (value << 16) >> 16;
}
