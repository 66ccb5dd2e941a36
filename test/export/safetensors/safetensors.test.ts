import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../../tools/export/safetensors/safetensors-format.ts";
import type { Tensor } from "../../../tools/graph/model.ts";
import { draws } from "../../properties/draws.ts";

const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = fc
  .uniqueArray(fc.tuple(fc.string({ maxLength: 20 }), fc.array(fc.nat(4), { maxLength: 3 })), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map(
    (entries) =>
      new Map<string, Tensor>(
        entries
          .filter(([name]) => name !== "__metadata__" && name !== "__proto__")
          .map(([name, shape]) => {
            const size = shape.reduce((product, extent) => product * extent, 1);
            return [
              name,
              { shape, data: Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i + size)) * 1e3) },
            ];
          }),
      ),
  );
const metadata = fc.dictionary(fc.string({ maxLength: 8 }), fc.string(), { noNullPrototype: true });

/** A file of the given header text and data bytes. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const headerOf = (entry: object, dataBytes: number) =>
  fileOf(JSON.stringify({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } }), dataBytes);

describe("safetensors", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(tensors, metadata, (given, strings) => {
        const read = decodeSafetensors(encodeSafetensors({ tensors: given, metadata: strings }), "memory");
        expect(read.metadata).toEqual(strings);
        expect([...read.tensors].sort()).toEqual([...given].sort());
      }),
    );
  });

  it("is laid out as the format says, byte by byte", () => {
    const bytes = encodeSafetensors({
      tensors: new Map([["a", { shape: [1, 2], data: Float32Array.of(1, -2) }]]),
      metadata: { k: "v" },
    });
    const json = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, " ");
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(padded.length));
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...bytes.subarray(8 + padded.length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it("keeps every bit of a float, signed zero, infinity and NaN among them", () => {
    const data = Float32Array.of(-0, Number.POSITIVE_INFINITY, Number.NaN, 1e-45);
    const read = decodeSafetensors(
      encodeSafetensors({ tensors: new Map([["a", { shape: [4], data }]]), metadata: {} }),
      "memory",
    );
    expect(read.tensors.get("a")?.data).toEqual(data);
  });

  it("leaves no partial file, and none at all where it fails", () => {
    const path = join(folder, "whole.safetensors");
    writeSafetensors(path, { tensors: new Map(), metadata: {} });
    expect(readSafetensors(path)).toEqual({ tensors: new Map(), metadata: {} });
    const misshapen = new Map([["a", { shape: [3], data: Float32Array.of(1) }]]);
    expect(() => writeSafetensors(join(folder, "bad.safetensors"), { tensors: misshapen, metadata: {} })).toThrow(
      "tensor a has 1 elements and shape [3]",
    );
    expect(readdirSync(folder)).toEqual(["whole.safetensors"]);
  });

  it.each([
    ["a file of 3 bytes", Uint8Array.of(1, 2, 3), "header length: the file has 3 bytes, expected at least 8"],
    [
      "a header longer than the file",
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0),
      "header length: found 9, expected at most 0",
    ],
    ["a header length of 2^64 - 1", new Uint8Array(16).fill(255), "header length: found 18446744073709551615"],
    ["a header that is no JSON", fileOf("{", 0), "header: is not JSON"],
    ["a header that is no UTF-8", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), "header: is not JSON in UTF-8"],
    ["a header that is a list", fileOf("[]", 0), "header: expected a JSON object"],
    [
      "metadata that is no map of strings",
      fileOf('{"__metadata__":{"a":1}}', 0),
      "__metadata__: expected a map of strings",
    ],
    ["an entry without a dtype", fileOf('{"a":{"shape":[],"data_offsets":[0,4]}}', 4), "tensor a, dtype:"],
    ["another dtype", headerOf({ dtype: "F64" }, 8), "tensor a, dtype: found F64, expected F32, F16, BF16"],
    ["a dtype that every object knows", headerOf({ dtype: "constructor" }, 8), "tensor a, dtype: found constructor"],
    ["a negative extent", headerOf({ shape: [-2] }, 8), "tensor a, shape.0:"],
    ["an extent that is a string", headerOf({ shape: ["2"] }, 8), "tensor a, shape.0:"],
    ["an overflowing shape", headerOf({ shape: [2 ** 53 - 1, 2 ** 53 - 1] }, 8), "tensor a, data_offsets: has 8 bytes"],
    ["an unknown field", headerOf({ extra: 1 }, 8), "tensor a, entry:"],
    ["an end behind the data", headerOf({}, 4), "tensor a, data_offsets: ends at 8, but the file has 4 bytes of data"],
    ["an end before the beginning", headerOf({ data_offsets: [0, -8] }, 8), "tensor a, data_offsets.1:"],
    ["offsets in reverse", headerOf({ data_offsets: [8, 0] }, 8), "tensor a, data_offsets: begins at 8, expected 0"],
    [
      "another size than the shape's",
      headerOf({ shape: [3] }, 8),
      "tensor a, data_offsets: has 8 bytes, expected 12 by its shape",
    ],
    [
      "a gap before a tensor",
      headerOf({ data_offsets: [4, 12] }, 12),
      "tensor a, data_offsets: begins at 4, expected 0",
    ],
    ["bytes behind the last tensor", headerOf({}, 9), "data: the file has 9 bytes, expected 8"],
    [
      "tensors that overlap",
      fileOf(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      "tensor b, data_offsets: begins at 4, expected 8",
    ],
    [
      "a name that stands twice",
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      'header: the name "a" stands twice',
    ],
  ])("refuses %s", (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes, "m.safetensors")).toThrow(`m.safetensors: ${sentence}`);
  });

  it("leaves out what it is told to, of any dtype, but not out of the layout", () => {
    const skips = (name: string) => name === "count";
    const counted = (begin: number, end: number, dataBytes: number) =>
      fileOf(
        `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},` +
          `"count":{"dtype":"I64","shape":[],"data_offsets":[${begin},${end}]}}`,
        dataBytes,
      );
    expect([...decodeSafetensors(counted(8, 16, 16), "m", skips).tensors.keys()]).toEqual(["a"]);
    expect(() => decodeSafetensors(counted(8, 16, 16), "m")).toThrow("m: tensor count, dtype: found I64");
    expect(() => decodeSafetensors(counted(8, 0, 8), "m", skips)).toThrow(
      "m: tensor count, data_offsets: ends at 0, before its beginning at 8",
    );
    expect(() => decodeSafetensors(counted(4, 12, 12), "m", skips)).toThrow("begins at 4, expected 8");
  });

  it("gives a tensor or one Error for any damage, and nothing else", () => {
    const good = encodeSafetensors({
      tensors: new Map([
        ["a", { shape: [2], data: Float32Array.of(1, 2) }],
        ["b", { shape: [], data: Float32Array.of(3) }],
      ]),
      metadata: { k: "v" },
    });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
        const bytes = good.slice(0, Math.max(at + 1, length));
        bytes[at] = value;
        try {
          for (const { shape, data } of decodeSafetensors(bytes, "m").tensors.values()) {
            expect(data).toHaveLength(shape.reduce((product, extent) => product * extent, 1));
          }
        } catch (error) {
          expect((error as Error).message).toMatch(/^m: /);
        }
      }),
      { numRuns: draws(500) },
    );
  });

  it("names a file that cannot be read", () => {
    expect(() => readSafetensors(join(folder, "none"))).toThrow(`${join(folder, "none")}: cannot be read (ENOENT)`);
  });

  it("does not depend on where in memory the bytes stand", () => {
    const path = join(folder, "whole.safetensors");
    writeSafetensors(path, { tensors: new Map([["a", { shape: [1], data: Float32Array.of(5) }]]), metadata: {} });
    const file = readFileSync(path);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    writeFileSync(path, file);
    expect(decodeSafetensors(shifted.subarray(1), "m")).toEqual(readSafetensors(path));
  });
});
