import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSignals, signalChecksum } from "../../../tools/data/wfdb/wfdb-signal.ts";
import { DataError } from "../../../tools/files/data-error.ts";

/** Encodes format 212 from its definition, a nibble at a time. */
function encode212(samples: readonly number[]): Uint8Array {
  const nibbles: number[] = new Array(Math.ceil((samples.length * 3) / 2) * 2).fill(0);
  samples.forEach((sample, i) => {
    const [low, middle, high] = [sample & 15, (sample >> 4) & 15, (sample >> 8) & 15];
    const at = (i >> 1) * 6;
    if (i % 2 === 0) [nibbles[at], nibbles[at + 1], nibbles[at + 2]] = [low, middle, high];
    else [nibbles[at + 4], nibbles[at + 5], nibbles[at + 3]] = [low, middle, high];
  });
  return Uint8Array.from({ length: nibbles.length / 2 }, (_, i) => nibbles[2 * i] | (nibbles[2 * i + 1] << 4));
}

function encode16(samples: readonly number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(samples).buffer);
}

const ENCODERS = [
  { format: 212, encode: encode212, missing: -2048, max: 2047 },
  { format: 16, encode: encode16, missing: -32768, max: 32767 },
];

function signalsOf(format: number, count: number, byteOffset = 0) {
  return Array.from({ length: count }, (_, i) => ({
    ...{ file: "a.dat", format, byteOffset, gain: 1, baseline: 0, unit: "mV", description: `s${i}` },
  }));
}

describe.each(ENCODERS)("readSignals, format $format", ({ format, encode, missing, max }) => {
  const frames = fc
    .integer({ min: 1, max: 3 })
    .chain((signals) =>
      fc.array(fc.array(fc.integer({ min: -max, max }), { minLength: signals, maxLength: signals }), { minLength: 1 }),
    );

  it("decodes what was encoded, behind any offset and before any trailing bytes", () => {
    fc.assert(
      fc.property(frames, fc.nat(30), fc.nat(5), (rows, byteOffset, trailing) => {
        const body = encode(rows.flat());
        const bytes = new Uint8Array(byteOffset + body.length + trailing).fill(0xaa);
        bytes.set(body, byteOffset);
        const counts = readSignals(bytes, signalsOf(format, rows[0].length, byteOffset), rows.length, "a.dat");
        expect(counts.map((lead) => [...lead])).toEqual(rows[0].map((_, s) => rows.map((row) => row[s])));
      }),
    );
  });

  it("takes the length from the file when the header has none", () => {
    fc.assert(
      fc.property(frames, (rows) => {
        const counts = readSignals(encode(rows.flat()), signalsOf(format, rows[0].length), undefined, "a.dat");
        expect(counts[0].length).toBe(rows.length);
      }),
    );
  });

  it("repeats the sample before a missing one, and the first at the start", () => {
    const [counts] = readSignals(encode([missing, missing, 5, missing, 7]), signalsOf(format, 1), 5, "a.dat");
    expect([...counts]).toEqual([5, 5, 5, 5, 7]);
    expect(() => readSignals(encode([missing, missing]), signalsOf(format, 1), 2, "a.dat")).toThrow(
      /all 2 samples are missing/,
    );
  });

  it("says how many bytes are there and how many should be", () => {
    const bytes = encode([1, 2, 3, 4]);
    expect(() => readSignals(bytes.subarray(1), signalsOf(format, 2), 2, "a.dat")).toThrow(
      `a.dat: signals are cut short: found ${bytes.length - 1} bytes, expected ${bytes.length}`,
    );
  });

  it("refuses a first sample or a sum that the header does not have", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 0xffff }), (rows, error) => {
        const bytes = encode(rows.flat());
        const right = signalsOf(format, rows[0].length).map((signal, s) => ({
          ...signal,
          initialValue: rows[0][s],
          checksum: signalChecksum(Int32Array.from(rows, (row) => row[s])),
        }));
        // All sums 0 would mean that the header has none.
        fc.pre(right.some(({ checksum }) => checksum !== 0) && right[0].checksum + error !== 0);
        const read = (first: object) =>
          readSignals(bytes, [{ ...right[0], ...first }, ...right.slice(1)], rows.length, "f");
        expect(() => read({})).not.toThrow();
        expect(() => read({ checksum: right[0].checksum & 0xffff })).not.toThrow();
        expect(() => read({ initialValue: rows[0][0] + error })).toThrow(/^f: first sample of s0 is/);
        expect(() => read({ checksum: right[0].checksum + error })).toThrow(/^f: checksum of s0 is/);
      }),
    );
  });
});

describe("readSignals", () => {
  it("verifies nothing when all checksums are 0, as in CinC 2017", () => {
    const signal = { ...signalsOf(16, 1)[0], initialValue: -127, checksum: 0 };
    expect([...readSignals(encode16([703, 5]), [signal], 2, "a.mat")[0]]).toEqual([703, 5]);
  });

  it("sums modulo 65,536, signed", () => {
    expect(signalChecksum(Int32Array.of(30000, 30000))).toBe(60000 - 65536);
    expect(signalChecksum(Int32Array.of(-30000, -30000))).toBe(65536 - 60000);
  });

  it("refuses unknown formats, mixed formats and empty files", () => {
    const read = (signals: ReturnType<typeof signalsOf>) => readSignals(new Uint8Array(0), signals, undefined, "a.dat");
    expect(() => read(signalsOf(310, 1))).toThrow("a.dat: signal format is 310, expected one of 16, 212");
    expect(() => read([...signalsOf(16, 1), ...signalsOf(212, 1)])).toThrow(/16\+0 and 212\+0, expected one format/);
    expect(() => read(signalsOf(16, 1))).toThrow(DataError);
    expect(() => read(signalsOf(16, 1))).toThrow(/no samples/);
  });
});
