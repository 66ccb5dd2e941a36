import { f32At, LANES, quadAt, setF32, setQuad } from "./floats";

/*
 * Layer norm of the rows of x [rows][channels] (Ba et al. 2016):
 *
 *     y = gamma * xhat + beta,  xhat = (x - mean) * inverse,  inverse = 1 / sqrt(variance + epsilon)
 *
 * mean and variance of the row, the variance biased and from differences to the mean.
 */

/** Writes y, and mean and inverse [rows]. */
export function layerNorm(
  x: usize, rows: i32, channels: i32, gamma: usize, beta: usize, epsilon: f32, y: usize, mean: usize, inverse: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let row = 0; row < rows; row++) {
    const at = row * channels;
    const centre = sum(x, at, channels) / <f32>channels;
    const factor = <f32>1 / Mathf.sqrt(squares(x, at, channels, centre) / <f32>channels + epsilon);
    setF32(mean, row, centre);
    setF32(inverse, row, factor);
    const centres = f32x4.splat(centre);
    const factors = f32x4.splat(factor);
    for (let channel = 0; channel < quads; channel += LANES) {
      const hat = f32x4.mul(f32x4.sub(quadAt(x, at + channel), centres), factors);
      setQuad(y, at + channel, f32x4.add(f32x4.mul(hat, quadAt(gamma, channel)), quadAt(beta, channel)));
    }
    for (let channel = quads; channel < channels; channel++) {
      setF32(y, at + channel, (f32At(x, at + channel) - centre) * factor * f32At(gamma, channel) + f32At(beta, channel));
    }
  }
}

/**
 * Writes the gradients of x, gamma and beta, where g = dy * gamma and the means are over a row:
 *
 *     dBeta = sum dy,  dGamma = sum dy * xhat,  dx = inverse * (g - mean(g) - xhat * mean(g * xhat))
 */
export function layerNormGradient(
  dy: usize, x: usize, rows: i32, channels: i32, gamma: usize, mean: usize, inverse: usize,
  dx: usize, dGamma: usize, dBeta: usize,
): void {
  for (let channel = 0; channel < channels; channel++) {
    setF32(dGamma, channel, 0);
    setF32(dBeta, channel, 0);
  }
  for (let row = 0; row < rows; row++) {
    const at = row * channels;
    const centre = f32At(mean, row);
    const factor = f32At(inverse, row);
    const given = gather(dy, x, at, channels, gamma, centre, factor, dx, dGamma, dBeta) / <f32>channels;
    const slope = alongHat(x, at, channels, centre, factor, dx) / <f32>channels;
    spread(x, at, channels, centre, factor, given, slope, dx);
  }
}

/** Writes g over dx, adds to dGamma and dBeta, returns the sum of g. */
@inline function gather(
  dy: usize, x: usize, at: i32, channels: i32, gamma: usize, centre: f32, factor: f32, dx: usize, dGamma: usize, dBeta: usize,
): f32 {
  const quads = channels & ~(LANES - 1);
  const centres = f32x4.splat(centre);
  const factors = f32x4.splat(factor);
  let sums = f32x4.splat(0);
  for (let channel = 0; channel < quads; channel += LANES) {
    const given = quadAt(dy, at + channel);
    const hat = f32x4.mul(f32x4.sub(quadAt(x, at + channel), centres), factors);
    const weighted = f32x4.mul(given, quadAt(gamma, channel));
    setQuad(dGamma, channel, f32x4.add(quadAt(dGamma, channel), f32x4.mul(given, hat)));
    setQuad(dBeta, channel, f32x4.add(quadAt(dBeta, channel), given));
    setQuad(dx, at + channel, weighted);
    sums = f32x4.add(sums, weighted);
  }
  let sum = total(sums);
  for (let channel = quads; channel < channels; channel++) {
    const given = f32At(dy, at + channel);
    const weighted = given * f32At(gamma, channel);
    setF32(dGamma, channel, f32At(dGamma, channel) + given * (f32At(x, at + channel) - centre) * factor);
    setF32(dBeta, channel, f32At(dBeta, channel) + given);
    setF32(dx, at + channel, weighted);
    sum += weighted;
  }
  return sum;
}

/** The sum of g * xhat. */
@inline function alongHat(x: usize, at: i32, channels: i32, centre: f32, factor: f32, g: usize): f32 {
  const quads = channels & ~(LANES - 1);
  const centres = f32x4.splat(centre);
  let sums = f32x4.splat(0);
  for (let channel = 0; channel < quads; channel += LANES) {
    sums = f32x4.add(sums, f32x4.mul(quadAt(g, at + channel), f32x4.sub(quadAt(x, at + channel), centres)));
  }
  let sum = total(sums);
  for (let channel = quads; channel < channels; channel++) {
    sum += f32At(g, at + channel) * (f32At(x, at + channel) - centre);
  }
  return sum * factor;
}

/** dx = inverse * (g - given - xhat * slope), over g. */
@inline function spread(
  x: usize, at: i32, channels: i32, centre: f32, factor: f32, given: f32, slope: f32, dx: usize,
): void {
  const quads = channels & ~(LANES - 1);
  const perValue = factor * slope;
  for (let channel = 0; channel < quads; channel += LANES) {
    const drift = f32x4.mul(f32x4.sub(quadAt(x, at + channel), f32x4.splat(centre)), f32x4.splat(perValue));
    const rest = f32x4.sub(f32x4.sub(quadAt(dx, at + channel), f32x4.splat(given)), drift);
    setQuad(dx, at + channel, f32x4.mul(rest, f32x4.splat(factor)));
  }
  for (let channel = quads; channel < channels; channel++) {
    const drift = (f32At(x, at + channel) - centre) * perValue;
    setF32(dx, at + channel, factor * (f32At(dx, at + channel) - given - drift));
  }
}

@inline function sum(x: usize, at: i32, channels: i32): f32 {
  const quads = channels & ~(LANES - 1);
  let sums = f32x4.splat(0);
  for (let channel = 0; channel < quads; channel += LANES) sums = f32x4.add(sums, quadAt(x, at + channel));
  let sum = total(sums);
  for (let channel = quads; channel < channels; channel++) sum += f32At(x, at + channel);
  return sum;
}

/** The sum of (x - centre)^2. */
@inline function squares(x: usize, at: i32, channels: i32, centre: f32): f32 {
  const quads = channels & ~(LANES - 1);
  let sums = f32x4.splat(0);
  for (let channel = 0; channel < quads; channel += LANES) {
    const value = f32x4.sub(quadAt(x, at + channel), f32x4.splat(centre));
    sums = f32x4.add(sums, f32x4.mul(value, value));
  }
  let sum = total(sums);
  for (let channel = quads; channel < channels; channel++) {
    const value = f32At(x, at + channel) - centre;
    sum += value * value;
  }
  return sum;
}

@inline function total(lanes: v128): f32 {
  return f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3);
}
