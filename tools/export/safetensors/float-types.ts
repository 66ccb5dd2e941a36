/** The storage of a safetensors dtype of real numbers, little-endian. */
export interface FloatType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** The dtypes that are read. Each value of F16 and BF16 is also a value of F32, so that reading rounds nothing. */
export const FLOAT_TYPES: ReadonlyMap<string, FloatType> = new Map([
  ["F32", { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) }],
  ["F16", { bytes: 2, read: (view: DataView, at: number) => halfValue(view.getUint16(at, true)) }],
  ["BF16", { bytes: 2, read: (view: DataView, at: number) => bfloat16Value(view.getUint16(at, true)) }],
]);

/** Decodes IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
function halfValue(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Decodes a bfloat16, the upper half of a binary32. */
function bfloat16Value(bits: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(0, bits);
  return word.getFloat32(0);
}
