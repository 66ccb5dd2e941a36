import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterUsage, collapseOf } from "../../tools/pretrain/cluster-usage.ts";

describe("cluster usage", () => {
  it("of equally large clusters is their number, whatever stands empty", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 50 }), (used, empty) => {
        const usage = clusterUsage([...Array(empty).fill(0), ...Array(used).fill(7)]);
        expect(usage).toMatchObject({ clusters: used + empty, used, largestShare: 1 / used });
        expect(usage.perplexity).toBeCloseTo(used, 9);
      }),
    );
  });

  it("has a perplexity between 1 and the clusters used", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (sizes) => {
        fc.pre(sizes.some((size) => size > 0));
        const { perplexity, used } = clusterUsage(sizes);
        expect(perplexity).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(perplexity).toBeLessThanOrEqual(used + 1e-9);
      }),
    );
  });
});

describe("collapse", () => {
  it("is one cluster with nearly all", () => {
    expect(collapseOf(clusterUsage([1, 999]), "guesses")).toBe("99.9 % of guesses are in one cluster of 2");
    expect(collapseOf(clusterUsage([5, 0, 0]), "guesses")).toBe("100.0 % of guesses are in one cluster of 3");
    expect(collapseOf(clusterUsage([5, 95]), "guesses")).toBeNull();
  });
});
