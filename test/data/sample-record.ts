import fc from "fast-check";
import type { EcgRecord, Lead } from "../../tools/data/record.ts";

const count = fc.integer({ min: -32_767, max: 32_767 });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,5}$/);

function leadOf(length: number): fc.Arbitrary<Lead> {
  return fc.record({
    name: word,
    samples: fc.array(count, { minLength: length, maxLength: length }).map((counts) => Int32Array.from(counts)),
    countsPerMillivolt: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    baseline: fc.integer({ min: -200_000, max: 200_000 }),
  });
}

/** Records that a format-16 file can hold. */
export const anyRecord: fc.Arbitrary<EcgRecord> = fc
  .record({ length: fc.integer({ min: 1, max: 40 }), leads: fc.integer({ min: 1, max: 4 }) })
  .chain(({ length, leads }) =>
    fc.record({
      name: word,
      sampleRateHz: fc.double({ min: 1, max: 1000, noNaN: true }),
      leads: fc.array(leadOf(length), { minLength: leads, maxLength: leads }),
      comments: fc.array(word, { maxLength: 3 }),
    }),
  );

/** Makes a plain record of one lead, II, at 500 Hz. */
export function plainRecord(name: string, samples: readonly number[]): EcgRecord {
  const lead = { name: "II", samples: Int32Array.from(samples), countsPerMillivolt: 1000, baseline: 0 };
  return { name, sampleRateHz: 500, leads: [lead], comments: [] };
}
