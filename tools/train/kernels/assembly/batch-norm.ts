import { addQuad, f32At, f64At, LANES, quadAt, setF32, setF64, setQuad } from "./floats";

/*
 * Batch norm over the rows of x [rows][channels] (Ioffe and Szegedy 2015) and the bounds that follow it, such as a relu's:
 *
 *     y = min(high, max(low, scale * x + shift)),  scale = gamma / sqrt(variance + epsilon),  shift = beta - scale * mean
 *
 * A block of rows stays in the first-level cache while each quad of channels sums it in registers; blocks are summed in
 * doubles, so a sum over 40,000 rows is as good as one over 64.
 */
const BLOCK_ROWS: i32 = 64;

/**
 * Writes y, and the mean and the biased variance [channels].
 * @param scratch 2 doubles a channel
 */
export function batchNorm(
  x: usize, rows: i32, channels: i32, gamma: usize, beta: usize, epsilon: f32, low: f32, high: f32,
  y: usize, mean: usize, variance: usize, scratch: usize,
): void {
  moments(x, rows, channels, mean, variance, scratch);
  const scale = scratch;
  const shift = scratch + (<usize>channels << 2);
  affine(channels, gamma, beta, mean, variance, epsilon, scale, shift);
  const quads = channels & ~(LANES - 1);
  const floor = f32x4.splat(low);
  const ceiling = f32x4.splat(high);
  for (let row = 0; row < rows; row++) {
    const at = row * channels;
    for (let channel = 0; channel < quads; channel += LANES) {
      const value = f32x4.add(f32x4.mul(quadAt(x, at + channel), quadAt(scale, channel)), quadAt(shift, channel));
      setQuad(y, at + channel, f32x4.pmin(ceiling, f32x4.pmax(floor, value)));
    }
    for (let channel = quads; channel < channels; channel++) {
      const value = f32At(x, at + channel) * f32At(scale, channel) + f32At(shift, channel);
      setF32(y, at + channel, min(high, max(low, value)));
    }
  }
}

/** Sums of x - x_0 and its square: a first row near the mean keeps the difference of two large numbers away. */
function moments(x: usize, rows: i32, channels: i32, mean: usize, variance: usize, sums: usize): void {
  clear(sums, 2 * channels);
  const quads = channels & ~(LANES - 1);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = min(start + BLOCK_ROWS, rows);
    for (let channel = 0; channel < quads; channel += LANES) {
      const first = quadAt(x, channel);
      let sum = f32x4.splat(0);
      let squares = f32x4.splat(0);
      for (let row = start; row < end; row++) {
        const value = f32x4.sub(quadAt(x, row * channels + channel), first);
        sum = f32x4.add(sum, value);
        squares = f32x4.add(squares, f32x4.mul(value, value));
      }
      addQuad(sums, channel, sum);
      addQuad(sums, channels + channel, squares);
    }
    for (let channel = quads; channel < channels; channel++) {
      for (let row = start; row < end; row++) {
        const value = <f64>f32At(x, row * channels + channel) - <f64>f32At(x, channel);
        setF64(sums, channel, f64At(sums, channel) + value);
        setF64(sums, channels + channel, f64At(sums, channels + channel) + value * value);
      }
    }
  }
  for (let channel = 0; channel < channels; channel++) {
    const shifted = f64At(sums, channel) / <f64>rows;
    setF32(mean, channel, <f32>(shifted + <f64>f32At(x, channel)));
    setF32(variance, channel, <f32>max<f64>(0, f64At(sums, channels + channel) / <f64>rows - shifted * shifted));
  }
}

function affine(
  channels: i32, gamma: usize, beta: usize, mean: usize, variance: usize, epsilon: f32, scale: usize, shift: usize,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const factor = f32At(gamma, channel) / Mathf.sqrt(f32At(variance, channel) + epsilon);
    setF32(scale, channel, factor);
    setF32(shift, channel, f32At(beta, channel) - factor * f32At(mean, channel));
  }
}

/**
 * Writes the gradients of x, gamma and beta, where g = dy, or 0 where a bound cut y off, and n = rows:
 *
 *     dBeta = sum g,  dGamma = sum g * xhat,  dx = scale * (g - dBeta / n - xhat * dGamma / n),  xhat = (x - mean) * inverse
 *
 * that is dx = scale * g - slope * x - rest, two numbers a channel.
 * @param scratch 4 doubles a channel
 */
export function batchNormGradient(
  dy: usize, x: usize, rows: i32, channels: i32, gamma: usize, beta: usize, mean: usize, variance: usize, epsilon: f32,
  low: f32, high: f32, dx: usize, dGamma: usize, dBeta: usize, scratch: usize,
): void {
  const scale = scratch;
  const shift = scale + (<usize>channels << 2);
  const sums = shift + (<usize>channels << 2);
  const slope = sums + (<usize>channels << 4);
  const rest = slope + (<usize>channels << 2);
  affine(channels, gamma, beta, mean, variance, epsilon, scale, shift);
  gradientSums(dy, x, rows, channels, low, high, scale, shift, mean, sums);
  for (let channel = 0; channel < channels; channel++) {
    const inverse = 1 / Math.sqrt(<f64>f32At(variance, channel) + <f64>epsilon);
    const offset = f64At(sums, channel);
    const gain = f64At(sums, channels + channel) * inverse;
    const factor = <f64>f32At(scale, channel);
    setF32(dBeta, channel, <f32>offset);
    setF32(dGamma, channel, <f32>gain);
    const perValue = factor * inverse * gain / <f64>rows;
    setF32(slope, channel, <f32>perValue);
    setF32(rest, channel, <f32>(factor * offset / <f64>rows - perValue * <f64>f32At(mean, channel)));
  }
  const quads = channels & ~(LANES - 1);
  const floor = f32x4.splat(low);
  const ceiling = f32x4.splat(high);
  for (let row = 0; row < rows; row++) {
    const at = row * channels;
    for (let channel = 0; channel < quads; channel += LANES) {
      const value = quadAt(x, at + channel);
      const factor = quadAt(scale, channel);
      const given = passed(quadAt(dy, at + channel), value, factor, quadAt(shift, channel), floor, ceiling);
      const drift = f32x4.add(f32x4.mul(value, quadAt(slope, channel)), quadAt(rest, channel));
      setQuad(dx, at + channel, f32x4.sub(f32x4.mul(given, factor), drift));
    }
    for (let channel = quads; channel < channels; channel++) {
      const value = f32At(x, at + channel);
      const factor = f32At(scale, channel);
      const given = isInside(value * factor + f32At(shift, channel), low, high) ? f32At(dy, at + channel) : <f32>0;
      setF32(dx, at + channel, given * factor - (value * f32At(slope, channel) + f32At(rest, channel)));
    }
  }
}

/** The gradient behind the bounds: dy where scale * x + shift lies between them. */
@inline function passed(dy: v128, x: v128, scale: v128, shift: v128, low: v128, high: v128): v128 {
  const value = f32x4.add(f32x4.mul(x, scale), shift);
  return v128.and(dy, v128.and(f32x4.gt(value, low), f32x4.lt(value, high)));
}

@inline function isInside(value: f32, low: f32, high: f32): bool {
  return value > low && value < high;
}

/** Sums of g, and of g * (x - mean), in doubles. */
function gradientSums(
  dy: usize, x: usize, rows: i32, channels: i32, low: f32, high: f32, scale: usize, shift: usize, mean: usize, sums: usize,
): void {
  clear(sums, 2 * channels);
  const quads = channels & ~(LANES - 1);
  const floor = f32x4.splat(low);
  const ceiling = f32x4.splat(high);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = min(start + BLOCK_ROWS, rows);
    for (let channel = 0; channel < quads; channel += LANES) {
      const factor = quadAt(scale, channel);
      const offset = quadAt(shift, channel);
      const centre = quadAt(mean, channel);
      let sum = f32x4.splat(0);
      let products = f32x4.splat(0);
      for (let row = start; row < end; row++) {
        const at = row * channels + channel;
        const value = quadAt(x, at);
        const given = passed(quadAt(dy, at), value, factor, offset, floor, ceiling);
        sum = f32x4.add(sum, given);
        products = f32x4.add(products, f32x4.mul(given, f32x4.sub(value, centre)));
      }
      addQuad(sums, channel, sum);
      addQuad(sums, channels + channel, products);
    }
    for (let channel = quads; channel < channels; channel++) {
      for (let row = start; row < end; row++) {
        const at = row * channels + channel;
        const value = f32At(x, at);
        if (!isInside(value * f32At(scale, channel) + f32At(shift, channel), low, high)) continue;
        const given = <f64>f32At(dy, at);
        setF64(sums, channel, f64At(sums, channel) + given);
        setF64(sums, channels + channel, f64At(sums, channels + channel) + given * <f64>(value - f32At(mean, channel)));
      }
    }
  }
}

function clear(sums: usize, count: i32): void {
  for (let i = 0; i < count; i++) setF64(sums, i, 0);
}
