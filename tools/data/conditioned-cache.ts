import { existsSync, renameSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { readBytes } from "./read-file.ts";

/*
 * A kept copy of conditioned signals, little-endian:
 *
 *     u32 CRC-32 of the rest | u32 count | u32 length of each signal | int16 samples of all signals, end to end
 */
const COUNT_AT = 4;
const LENGTHS_AT = 8;

/** Reads the signals of a file; undefined if it is not there, is damaged, or holds another number of signals. */
export function readConditioned(path: string, count: number): Int16Array[] | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readBytes(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTHS_AT + 4 * count || view.getUint32(0, true) !== crc32(bytes.subarray(COUNT_AT)))
    return undefined;
  if (view.getUint32(COUNT_AT, true) !== count) return undefined;
  let at = LENGTHS_AT + 4 * count;
  return Array.from({ length: count }, (_, i) => {
    const end = at + 2 * view.getUint32(LENGTHS_AT + 4 * i, true);
    const samples = new Int16Array(bytes.slice(at, end).buffer);
    at = end;
    return samples;
  });
}

/** The longest file that Node reads at once. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** Tells whether signals fit a file that can be read back. */
export function fitsCache(signals: readonly Int16Array[]): boolean {
  return signals.reduce((sum, signal) => sum + 4 + signal.byteLength, LENGTHS_AT) <= MAX_FILE_BYTES;
}

/** Writes a file whole or not at all. */
export function writeConditioned(path: string, signals: readonly Int16Array[]): void {
  const samples = signals.reduce((sum, signal) => sum + signal.length, 0);
  const bytes = new Uint8Array(LENGTHS_AT + 4 * signals.length + 2 * samples);
  const view = new DataView(bytes.buffer);
  view.setUint32(COUNT_AT, signals.length, true);
  let at = LENGTHS_AT + 4 * signals.length;
  signals.forEach((signal, i) => {
    view.setUint32(LENGTHS_AT + 4 * i, signal.length, true);
    bytes.set(new Uint8Array(signal.buffer, signal.byteOffset, signal.byteLength), at);
    at += signal.byteLength;
  });
  view.setUint32(0, crc32(bytes.subarray(COUNT_AT)), true);
  const partial = `${path}.partial-${process.pid}`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
}
