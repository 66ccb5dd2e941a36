import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Tensor } from "../graph/model.ts";

/*
 * The safetensors format (github.com/huggingface/safetensors, README "Format"), F32 only:
 *
 *     u64 N, little-endian | N bytes of JSON, padded with spaces | tensor data, end to end
 *
 * The JSON maps each tensor's name to {dtype, shape, data_offsets: [begin, end)}, offsets from the end of the header,
 * and "__metadata__" to a map of strings.
 */
const HEADER_AT = 8;
const METADATA = "__metadata__";
/** The data starts on a multiple of this. */
const ALIGNMENT_BYTES = 8;
/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

const SIZE = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const ENTRY = z.strictObject({ dtype: z.string(), shape: z.array(SIZE), data_offsets: z.tuple([SIZE, SIZE]) });
type Entry = z.infer<typeof ENTRY>;

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes a file that is either whole or not there. Throws RangeError on a tensor whose data does not fill its shape. */
export function writeSafetensors(path: string, { tensors, metadata }: Safetensors): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(partial, encodeSafetensors({ tensors, metadata }));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const entries: [string, Entry | Readonly<Record<string, string>>][] = [[METADATA, metadata]];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA || elements(shape) !== data.length) {
      throw new RangeError(`tensor ${name} has ${data.length} elements and shape [${shape}]`);
    }
    entries.push([name, { dtype: "F32", shape: [...shape], data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil((HEADER_AT + json.length) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES - HEADER_AT;
  const bytes = new Uint8Array(HEADER_AT + headerBytes + end).fill(0x20, 0, HEADER_AT + headerBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, HEADER_AT);
  let at = HEADER_AT + headerBytes;
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** Reads a file. Throws Error with one sentence that names the file and the field that is wrong. */
export function readSafetensors(path: string): Safetensors {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return decodeSafetensors(bytes, path);
}

/** @param path names the source in errors */
export function decodeSafetensors(bytes: Uint8Array, path: string): Safetensors {
  const fail = (sentence: string): never => {
    throw new Error(`${path}: ${sentence}`);
  };
  if (bytes.length < HEADER_AT) fail(`header length: the file has ${bytes.length} bytes, expected at least ${HEADER_AT}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  const limit = Math.min(bytes.length - HEADER_AT, MAX_HEADER_BYTES);
  if (headerBytes > BigInt(limit)) fail(`header length: found ${headerBytes}, expected at most ${limit}`);
  const dataAt = HEADER_AT + Number(headerBytes);
  const { entries, metadata } = parseHeader(bytes.subarray(HEADER_AT, dataAt), fail);
  checkLayout(entries, bytes.length - dataAt, fail);
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape, data_offsets: [begin, end] }] of entries) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(dataAt + begin + 4 * i, true);
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}

type Fail = (sentence: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): { entries: [string, Entry][]; metadata: Record<string, string> } {
  let text = "";
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    fail("header: is not JSON in UTF-8");
  }
  const header = z.record(z.string(), z.unknown()).safeParse(json);
  if (!header.success) return fail("header: expected a JSON object");
  const twice = duplicateKey(text);
  if (twice !== null) fail(`header: the name ${JSON.stringify(twice)} stands twice`);
  const { [METADATA]: given = {}, ...named } = header.data;
  const metadata = z.record(z.string(), z.string()).safeParse(given);
  if (!metadata.success) return fail(`${METADATA}: expected a map of strings`);
  const entries = Object.entries(named).map(([name, value]): [string, Entry] => {
    const entry = ENTRY.safeParse(value);
    if (entry.success) return [name, entry.data];
    const { path, message } = entry.error.issues[0];
    return fail(`tensor ${name}, ${path.join(".") || "entry"}: ${message}`);
  });
  return { entries, metadata: metadata.data };
}

/** Each tensor has its shape's bytes, and together they cover the data without a gap or an overlap. */
function checkLayout(entries: readonly [string, Entry][], dataBytes: number, fail: Fail): void {
  let end = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])) {
    const [from, to] = entry.data_offsets;
    if (entry.dtype !== "F32") fail(`tensor ${name}, dtype: found ${entry.dtype}, expected F32`);
    if (from !== end) fail(`tensor ${name}, data_offsets: begins at ${from}, expected ${end}, the end of the one before`);
    if (to > dataBytes) fail(`tensor ${name}, data_offsets: ends at ${to}, but the file has ${dataBytes} bytes of data`);
    const expected = 4 * elements(entry.shape);
    if (to - from !== expected) fail(`tensor ${name}, data_offsets: has ${to - from} bytes, expected ${expected} by its shape`);
    end = to;
  }
  if (end !== dataBytes) fail(`data: the file has ${dataBytes} bytes, expected ${end}`);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A top-level key that a JSON object has twice, or null: JSON.parse keeps the last one silently. */
function duplicateKey(text: string): string | null {
  const keys = new Set<string>();
  let depth = 0;
  // Strings (a colon behind one makes it a key) and brackets; all else is of no account.
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]/g)) {
    if (!string) depth += token === "{" || token === "[" ? 1 : -1;
    else if (depth === 1 && colon) {
      const key: string = JSON.parse(string);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
