/** Typed memory: element i of a vector of floats at an address. */

export const LANES: i32 = 4;

@inline export function f32At(base: usize, index: i32): f32 { return load<f32>(base + (<usize>index << 2)); }
@inline export function setF32(base: usize, index: i32, value: f32): void { store<f32>(base + (<usize>index << 2), value); }
@inline export function f64At(base: usize, index: i32): f64 { return load<f64>(base + (<usize>index << 3)); }
@inline export function setF64(base: usize, index: i32, value: f64): void { store<f64>(base + (<usize>index << 3), value); }
@inline export function quadAt(base: usize, index: i32): v128 { return v128.load(base + (<usize>index << 2)); }
@inline export function setQuad(base: usize, index: i32, value: v128): void { v128.store(base + (<usize>index << 2), value); }

/** Adds the lanes of a quad to four doubles from `index` on. */
@inline export function addQuad(base: usize, index: i32, quad: v128): void {
  setF64(base, index, f64At(base, index) + <f64>f32x4.extract_lane(quad, 0));
  setF64(base, index + 1, f64At(base, index + 1) + <f64>f32x4.extract_lane(quad, 1));
  setF64(base, index + 2, f64At(base, index + 2) + <f64>f32x4.extract_lane(quad, 2));
  setF64(base, index + 3, f64At(base, index + 3) + <f64>f32x4.extract_lane(quad, 3));
}
