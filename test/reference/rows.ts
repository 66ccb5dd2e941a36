import { crc32 } from "node:zlib";
import { ACTIVATION_RELU, TYPE_INT8, TYPE_INT13, TYPE_INT16 } from "../../assembly/shared/ops.ts";

/** A tensor over the whole record, or over one sequence: values[row * channels + channel]. */
export interface Rows {
  readonly rows: number;
  readonly channels: number;
  /** TYPE_INT8, TYPE_INT13 or TYPE_INT16: the range, and the bytes that a check value sees. */
  readonly type: number;
  readonly values: Int32Array;
}

/** One channel of one row; rows outside the record are zero (NUMERICS.md, "Virtual zero rows"). */
export function valueAt(x: Rows, row: number, channel: number): number {
  return row < 0 || row >= x.rows ? 0 : x.values[row * x.channels + channel];
}

/** Largest magnitude of a tensor's type: 127, 4095 or 32767. */
export function largestOf(type: number): number {
  if (type === TYPE_INT8) return 127;
  if (type === TYPE_INT13) return 4095;
  if (type === TYPE_INT16) return 32767;
  throw new RangeError(
    `tensor type ${type}: expected ${TYPE_INT8} (int8), ${TYPE_INT13} (int13) or ${TYPE_INT16} (int16)`,
  );
}

/** NUMERICS.md, "Clamp". */
export function clamp(value: number, type: number, activation: number): number {
  const largest = largestOf(type);
  const least = activation === ACTIVATION_RELU ? 0 : -largest;
  return Math.min(largest, Math.max(least, value));
}

/** Makes a tensor row by row from its formula. */
export function makeRows(
  rows: number,
  channels: number,
  type: number,
  value: (row: number, channel: number) => number,
): Rows {
  const values = new Int32Array(rows * channels);
  for (let at = 0; at < values.length; at++) values[at] = value(Math.floor(at / channels), at % channels);
  return { rows, channels, type, values };
}

/** The pieces of a tensor, one behind the other. */
export function joinRows(pieces: readonly Rows[], channels: number, type: number): Rows {
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  const values = new Int32Array(rows * channels);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece.values, at);
    at += piece.values.length;
  }
  return { rows, channels, type, values };
}

/** NUMERICS.md, "Checks on the rows": the CRC-32 of one tensor's little-endian bytes, window after window. */
export function crcOfRows(windows: readonly Rows[]): number {
  let crc = 0;
  for (const { values, type } of windows) {
    const bytes = new DataView(new ArrayBuffer(values.length * (type === TYPE_INT8 ? 1 : 2)));
    for (let at = 0; at < values.length; at++) {
      if (type === TYPE_INT8) bytes.setInt8(at, values[at]);
      else bytes.setInt16(2 * at, values[at], true);
    }
    crc = crc32(new Uint8Array(bytes.buffer), crc);
  }
  return crc;
}
