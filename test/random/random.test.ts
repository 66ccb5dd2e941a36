import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../tools/random/random.ts";

const MASK = 0xffffffffn;

/** xoshiro128** and splitmix32 from their definitions, in BigInt. */
function* referenceWords(seed: number): Generator<number> {
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & MASK;
  const finalize = (x: bigint) => {
    const a = ((x ^ (x >> 16n)) * 0x85ebca6bn) & MASK;
    const b = ((a ^ (a >> 13n)) * 0xc2b2ae35n) & MASK;
    return b ^ (b >> 16n);
  };
  const s = [1n, 2n, 3n, 4n].map((i) => finalize((BigInt(seed) + (i + 1n) * 0x9e3779b9n) & MASK));
  for (;;) {
    yield Number((rotate((s[1] * 5n) & MASK, 7n) * 9n) & MASK);
    const t = (s[1] << 9n) & MASK;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
}

const anySeed = fc.integer({ min: 0, max: 0xffffffff });

describe("SeededRandom", () => {
  it("gives the words of xoshiro128**", () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const random = new SeededRandom(seed);
        const reference = referenceWords(seed);
        for (let i = 0; i < 20; i++) expect(random.next() * 2 ** 32).toBe(reference.next().value);
      }),
    );
  });

  it("forks by label, whatever was drawn before", () => {
    const fresh = new SeededRandom(7);
    const used = new SeededRandom(7);
    used.normal();
    expect(used.fork("a").next()).toBe(fresh.fork("a").next());
    expect(fresh.fork("a").next()).not.toBe(fresh.fork("b").next());
  });

  it("draws integers below the limit, every one of them", () => {
    const random = new SeededRandom(1);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.integer(10)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => random.integer(0)).toThrow(RangeError);
    expect(() => new SeededRandom(0.5)).toThrow(TypeError);
  });

  it("draws normal deviates of mean 0 and variance 1", () => {
    const random = new SeededRandom(3);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Four standard errors of each.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
  });

  it("shuffles into a permutation and leaves its argument alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), anySeed, (items, seed) => {
        const before = [...items];
        const shuffled = new SeededRandom(seed).shuffle(items);
        expect([...shuffled].sort()).toEqual([...before].sort());
        expect(items).toEqual(before);
      }),
    );
  });
});
