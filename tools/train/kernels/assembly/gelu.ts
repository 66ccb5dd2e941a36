import { f32At, LANES, quadAt, setF32, setQuad } from "./floats";

/*
 * gelu(x) = x * P(x) with P the normal distribution's integral (Hendrycks and Gimpel 2016), and its derivative P(x) + x * p(x).
 * P by Abramowitz and Stegun 7.1.26, within 0.8e-7, which needs the same exp(-x*x/2) as the density p does.
 */
const P: f32 = 0.3275911;
const A1: f32 = 0.254829592;
const A2: f32 = -0.284496736;
const A3: f32 = 1.421413741;
const A4: f32 = -1.453152027;
const A5: f32 = 1.061405429;
const SQRT_HALF: f32 = 0.70710678;
/** 1 / sqrt(2 pi) */
const DENSITY: f32 = 0.39894228;

/** y[i] = gelu(x[i]) */
export function gelu(x: usize, count: i32, y: usize): void {
  const quads = count & ~(LANES - 1);
  for (let i = 0; i < quads; i += LANES) setQuad(y, i, value(quadAt(x, i)));
  for (let i = quads; i < count; i++) setF32(y, i, f32x4.extract_lane(value(f32x4.splat(f32At(x, i))), 0));
}

/** dx[i] = dy[i] * gelu'(x[i]) */
export function geluGradient(dy: usize, x: usize, count: i32, dx: usize): void {
  const quads = count & ~(LANES - 1);
  for (let i = 0; i < quads; i += LANES) setQuad(dx, i, f32x4.mul(quadAt(dy, i), slope(quadAt(x, i))));
  for (let i = quads; i < count; i++) {
    setF32(dx, i, f32At(dy, i) * f32x4.extract_lane(slope(f32x4.splat(f32At(x, i))), 0));
  }
}

@inline function value(x: v128): v128 {
  return f32x4.mul(x, integral(x, bell(x)));
}

@inline function slope(x: v128): v128 {
  const height = bell(x);
  return f32x4.add(integral(x, height), f32x4.mul(f32x4.mul(x, height), f32x4.splat(DENSITY)));
}

/** exp(-x*x/2) */
@inline function bell(x: v128): v128 {
  return exp(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** The integral of the density up to x, given bell(x). */
@inline function integral(x: v128, height: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(SQRT_HALF));
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(P), z)));
  let sum = f32x4.splat(A5);
  sum = f32x4.add(f32x4.mul(sum, t), f32x4.splat(A4));
  sum = f32x4.add(f32x4.mul(sum, t), f32x4.splat(A3));
  sum = f32x4.add(f32x4.mul(sum, t), f32x4.splat(A2));
  sum = f32x4.add(f32x4.mul(sum, t), f32x4.splat(A1));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(sum, t), height), f32x4.splat(0.5));
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(x, f32x4.splat(0)));
}

/** For x <= 0: 2^n * exp(r), |r| <= ln 2 / 2, by its series up to r^6; 0 below 2^-126. */
@inline function exp(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  // ln 2 in two parts, the first exact in a product with n.
  const r = f32x4.sub(f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.splat(1.0 / 720);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(sum, power), f32x4.gt(x, f32x4.splat(-87)));
}
