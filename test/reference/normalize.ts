/**
 * (x - mean) / sqrt(variance + epsilon / n) of n integers in Q20, where the variance is that of the integers
 * (NUMERICS.md, "Norms"). 64 bits, exact up to the three roundings that it names.
 */
export function normalize(values: readonly number[], epsilon: number): bigint[] {
  const n = BigInt(values.length);
  const x = values.map(BigInt);
  const sum = x.reduce((total, value) => total + value, 0n);
  const squares = x.reduce((total, value) => total + value * value, 0n);
  const spread = n * squares - sum * sum + n * BigInt(epsilon);
  const even = evenShift(spread);
  const inverse = (1n << 61n) / squareRoot(spread << even);
  const half = 40n - even / 2n;
  return x.map((value) => ((n * value - sum) * inverse + (1n << half)) >> (half + 1n));
}

/** The even e with 2^60 <= value * 2^e < 2^62. */
function evenShift(value: bigint): bigint {
  let shift = 0n;
  while (value << shift < 1n << 60n) shift += 2n;
  return shift;
}

/** The largest integer whose square is not above the value. */
function squareRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (root * root > value) root--;
  while ((root + 1n) * (root + 1n) <= value) root++;
  return root;
}

/** NUMERICS.md, "Norms": gain and offset of one channel. */
export function scaleNormal(z: bigint, multiplier: number, bias: number, shift: number): number {
  const bits = BigInt(shift);
  return Number((z * BigInt(multiplier) + (BigInt(bias) << (bits - 8n)) + (1n << (bits - 1n))) >> bits);
}
