import fc from "fast-check";
import { SeededRandom } from "../../tools/random/random.ts";

/**
 * Draws conditioned samples: silence, small and full-scale noise, and the ends of the range; one record in eight is up
 * to three times as long as the others.
 */
export function records(usualSamples: number): fc.Arbitrary<Int16Array> {
  return fc
    .record({
      seed: fc.nat(),
      length: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(0, 1, 2) },
        { weight: 5, arbitrary: fc.integer({ min: 3, max: usualSamples }) },
        { weight: 1, arbitrary: fc.integer({ min: usualSamples, max: 3 * usualSamples }) },
      ),
      amplitude: fc.constantFrom(0, 300, 5000, 32768),
      extremes: fc.boolean(),
    })
    .map(({ seed, length, amplitude, extremes }) => {
      const random = new SeededRandom(seed);
      return Int16Array.from({ length }, () => {
        const sample = Math.round((2 * random.next() - 1) * amplitude);
        return Math.min(32767, extremes ? Math.sign(sample) * amplitude : sample);
      });
    });
}

/**
 * Draws the sizes of the pieces in which a record of `length` samples is pushed: random, one sample each, or all at
 * once.
 */
export function chunkings(length: number): fc.Arbitrary<number[]> {
  const random = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }).map((sizes) => {
    const chunks: number[] = [];
    for (let left = length, at = 0; left > 0; at++) {
      chunks.push(Math.min(left, sizes[at % sizes.length]));
      left -= chunks[at];
    }
    return chunks;
  });
  return fc.oneof(random, fc.constant(new Array<number>(length).fill(1)), fc.constant<number[]>([length]));
}
