import { readFileSync } from "node:fs";
import { writeWhole } from "../../files/write-whole.ts";
import type { Tensor } from "../../graph/model.ts";
import { FLOAT_TYPES, type FloatType } from "./float-types.ts";
import { checkLayout, elements, type HeaderEntry, METADATA, parseHeader } from "./safetensors-header.ts";

/*
 * The safetensors format (github.com/huggingface/safetensors, README "Format"); F32 is written, F16 and BF16 are read too:
 *
 *     u64 N, little-endian | N bytes of JSON, padded with spaces | tensor data, end to end
 *
 * The JSON maps each tensor's name to {dtype, shape, data_offsets: [begin, end)}, offsets from the end of the header,
 * and "__metadata__" to a map of strings.
 */
const HEADER_AT = 8;
/** The data starts at a multiple of these bytes. */
const ALIGNMENT_BYTES = 8;
/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes a file that is either whole or not there. Throws RangeError on a tensor whose data does not fill its shape. */
export function writeSafetensors(path: string, { tensors, metadata }: Safetensors): void {
  writeWhole(path, encodeSafetensors({ tensors, metadata }));
}

/** Encodes a file. Throws RangeError on a tensor whose data does not fill its shape. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const entries: [string, HeaderEntry | Readonly<Record<string, string>>][] = [[METADATA, metadata]];
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

/** Whether a tensor is left out, whatever its dtype. */
type Skips = (name: string) => boolean;
const SKIPS_NONE: Skips = () => false;

/** Reads a file. Throws Error with one sentence that names the file and the field that is wrong. */
export function readSafetensors(path: string, skips: Skips = SKIPS_NONE): Safetensors {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return decodeSafetensors(bytes, path, skips);
}

/** Decodes a file. Throws as `readSafetensors`. @param path names the source in errors */
export function decodeSafetensors(bytes: Uint8Array, path: string, skips: Skips = SKIPS_NONE): Safetensors {
  const fail = (sentence: string): never => {
    throw new Error(`${path}: ${sentence}`);
  };
  if (bytes.length < HEADER_AT)
    fail(`header length: the file has ${bytes.length} bytes, expected at least ${HEADER_AT}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  const limit = Math.min(bytes.length - HEADER_AT, MAX_HEADER_BYTES);
  if (headerBytes > BigInt(limit)) fail(`header length: found ${headerBytes}, expected at most ${limit}`);
  const dataAt = HEADER_AT + Number(headerBytes);
  const header = parseHeader(bytes.subarray(HEADER_AT, dataAt), fail);
  checkLayout(header, bytes.length - dataAt, skips, fail);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of header.entries) {
    if (skips(name)) continue;
    const type = FLOAT_TYPES.get(dtype) as FloatType;
    const data = new Float32Array(elements(shape));
    for (let i = 0; i < data.length; i++) data[i] = type.read(view, dataAt + data_offsets[0] + type.bytes * i);
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata: header.metadata };
}
