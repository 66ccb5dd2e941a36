/**
 * 1 / sqrt(value) for value in 1..2^62 - 1, as inverse / 2^shift (NUMERICS.md, "Norms"): the inverse, at most 2^31, in the low
 * half of the result, the shift, 31..61, in the high one. The value is brought to 2^60..2^62 first, so that 30 bits of its root count.
 */
export function inverseRoot(value: i64): i64 {
  const raised = (<i32>clz(value) - 2) & ~1;
  const inverse = (<i64>1 << 61) / squareRoot(value << <i64>raised);
  return (<i64>(61 - (raised >> 1)) << 32) | inverse;
}

/** floor(sqrt(value)) for value below 2^62. */
function squareRoot(value: i64): i64 {
  let root: i64 = 0;
  for (let bit: i64 = 1 << 30; bit != 0; bit >>= 1) {
    const raised = root | bit;
    if (raised * raised <= value) root = raised;
  }
  return root;
}
