import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mcnemar } from "../../../tools/evaluate/intervals/mcnemar.ts";
import { wilsonInterval } from "../../../tools/evaluate/intervals/wilson.ts";
import { isWithoutLoss } from "../../../tools/evaluate/without-loss.ts";

describe("wilsonInterval", () => {
  it("has published values", () => {
    // Newcombe 1998 (Statistics in Medicine 17), Table I, method 3: 81/263, 15/148, 0/20 and 1/29.
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [successes, trials, low, high] of published) {
      const [foundLow, foundHigh] = wilsonInterval(successes, trials);
      expect(foundLow).toBeCloseTo(low, 4);
      expect(foundHigh).toBeCloseTo(high, 4);
    }
  });

  it("contains the share, lies in 0..1, mirrors, and shrinks with more trials", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(share * trials);
        const [low, high] = wilsonInterval(successes, trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(successes / trials);
        expect(high).toBeGreaterThanOrEqual(successes / trials);
        expect(high).toBeLessThanOrEqual(1);
        const [mirroredLow, mirroredHigh] = wilsonInterval(trials - successes, trials);
        expect(mirroredLow).toBeCloseTo(1 - high, 9);
        expect(mirroredHigh).toBeCloseTo(1 - low, 9);
        const [finerLow, finerHigh] = wilsonInterval(4 * successes, 4 * trials);
        expect(finerHigh - finerLow).toBeLessThan(high - low);
      }),
    );
  });

  it("knows nothing without trials, and refuses what cannot be", () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(() => wilsonInterval(3, 2)).toThrow("3 successes in 2 trials");
    expect(() => wilsonInterval(Number.NaN, 2)).toThrow(RangeError);
  });
});

describe("mcnemar", () => {
  const classifiers = (lost: number, gained: number) => {
    const truths = new Array<number>(lost + gained + 5).fill(1);
    return mcnemar(
      truths,
      truths.map((_, i) => (i < lost ? 1 : i < lost + gained ? 0 : 1)),
      truths.map((_, i) => (i < lost ? 0 : 1)),
    );
  };

  it("is the two-sided binomial tail, exactly", () => {
    // 2 * sum over i <= min of C(n, i) / 2^n, in integers.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (lost, gained) => {
        const n = BigInt(lost + gained);
        let tail = 0n;
        let term = 1n;
        for (let i = 0n; i <= BigInt(Math.min(lost, gained)); i++) {
          tail += term;
          term = (term * (n - i)) / (i + 1n);
        }
        const expected = Math.min(1, Number((2n * tail * 10n ** 18n) / 2n ** n) / 1e18);
        const result = classifiers(lost, gained);
        expect(result).toMatchObject({ lost, gained, changed: lost + gained });
        expect(result.p).toBeCloseTo(expected, 10);
      }),
    );
  });

  it("counts a changed outcome that stays wrong as changed, and neither lost nor gained", () => {
    expect(mcnemar([0], [1], [2])).toEqual({ lost: 0, gained: 0, changed: 1, p: 1 });
  });

  it("does not underflow on many discordant records", () => {
    expect(classifiers(2000, 2000).p).toBe(1);
    expect(classifiers(1000, 1200).p).toBeCloseTo(2.2e-5, 6);
  });

  it("refuses lists of unequal length", () => {
    expect(() => mcnemar([0], [0], [])).toThrow("1 true classes against 1 and 0 predicted");
  });
});

describe("isWithoutLoss", () => {
  const verdict = (lost: number, gained: number, otherChanges: number) => {
    const truths = new Array<number>(1000).fill(0);
    const first = truths.map((_, index) => (index < lost ? 0 : 1));
    const second = first.map((class_, index) => {
      if (index < lost) return 1;
      if (index < lost + gained) return 0;
      return index < lost + gained + otherChanges ? 2 : class_;
    });
    return isWithoutLoss(mcnemar(truths, first, second), truths.length);
  };

  it("takes a difference that chance explains", () => {
    expect(verdict(0, 0, 0)).toBe(true);
    expect(verdict(20, 10, 20)).toBe(true);
  });

  it("refuses a significant one, one of more than a point, and many changes that cancel out", () => {
    expect(verdict(6, 0, 0)).toBe(false);
    expect(verdict(26, 15, 0)).toBe(false);
    expect(verdict(26, 25, 0)).toBe(false);
    expect(verdict(10, 10, 31)).toBe(false);
  });
});
