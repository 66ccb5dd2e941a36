import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanMask } from "../../tools/pretrain/span-mask.ts";
import { SeededRandom } from "../../tools/random/random.ts";

const masks = fc.record({
  tokens: fc.integer({ min: 1, max: 200 }),
  share: fc.double({ min: 0.01, max: 1, noNaN: true }),
  spanTokens: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer(),
});
const count = (mask: Uint8Array) => mask.reduce((sum, bit) => sum + bit, 0);

describe("spanMask", () => {
  it("masks one span at least, no more than its share and a span, and no run shorter than a span", () => {
    fc.assert(
      fc.property(masks, ({ tokens, share, spanTokens, seed }) => {
        const mask = spanMask(tokens, { share, spanTokens }, new SeededRandom(seed));
        expect(mask).toHaveLength(tokens);
        const span = Math.min(tokens, spanTokens);
        expect(count(mask)).toBeGreaterThanOrEqual(span);
        expect(count(mask)).toBeLessThanOrEqual(share * tokens + span);
        const runs = [...mask].join("").split("0").filter(Boolean);
        expect(Math.min(...runs.map((run) => run.length))).toBeGreaterThanOrEqual(span);
      }),
    );
  });

  it("masks its share on average where spans cannot meet, and draws anew each time", () => {
    const random = new SeededRandom(1);
    const drawn = Array.from({ length: 2000 }, () => spanMask(79, { share: 0.33, spanTokens: 1 }, random));
    const mean = drawn.reduce((sum, mask) => sum + count(mask), 0) / drawn.length;
    // The number of tokens is 26 or 27: a deviation of 0.26.
    expect(Math.abs(mean - 0.33 * 79)).toBeLessThan((4 * 0.26) / Math.sqrt(2000));
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(1990);
  });

  it("reaches every token", () => {
    const random = new SeededRandom(2);
    const hits = new Float64Array(20);
    for (let i = 0; i < 500; i++) {
      spanMask(20, { share: 0.3, spanTokens: 4 }, random).forEach((bit, token) => {
        hits[token] += bit;
      });
    }
    expect(Math.min(...hits)).toBeGreaterThan(0);
  });

  it("is the same for the same seed", () => {
    const mask = () => spanMask(79, { share: 0.4, spanTokens: 4 }, new SeededRandom(5));
    expect(mask()).toEqual(mask());
  });
});
