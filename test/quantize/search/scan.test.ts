import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankLayers } from "../../../tools/quantize/search/importance.ts";
import { errorLimits, sharedLimits, toleranceNote } from "../../../tools/quantize/search/loss-limits.ts";
import { orderLayers, searchWidths } from "../../../tools/quantize/search/scan.ts";
import type { SearchBudget } from "../../../tools/quantize/search/search-run.ts";
import {
  BIT_WIDTHS,
  bitsPerWeight,
  SEARCH_WIDTHS,
  uniformWidths,
  type Width,
  type Widths,
} from "../../../tools/quantize/width.ts";
import { AdditiveTarget } from "./additive-target.ts";

const layerSets = fc
  .array(
    fc.record({ weights: fc.integer({ min: 1, max: 50 }), spread: fc.double({ min: 0.01, max: 3, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((specs) =>
    rankLayers(
      new Map(
        specs.map(
          ({ weights, spread }, index) =>
            [
              `layer${index}`,
              Float32Array.from({ length: weights }, (_, k) => (k % 2 === 0 ? spread : -spread)),
            ] as const,
        ),
      ),
    ),
  );

describe("importance", () => {
  it("lies between 0 and alpha + beta, its densities sum to 1", () => {
    fc.assert(
      fc.property(layerSets, (layers) => {
        expect(layers.reduce((sum, layer) => sum + layer.density, 0)).toBeCloseTo(1, 9);
        for (const layer of layers) {
          expect(layer.deviation).toBeGreaterThanOrEqual(0);
          expect(layer.deviation).toBeLessThanOrEqual(1);
          expect(layer.importance).toBeCloseTo(0.5 * layer.density + 0.5 * layer.deviation, 12);
        }
      }),
    );
  });

  it("calls equal variances all 1", () => {
    const layers = rankLayers(
      new Map([
        ["a", Float32Array.of(1, -1)],
        ["b", Float32Array.of(1, -1)],
      ]),
    );
    expect(layers.map((layer) => layer.deviation)).toEqual([1, 1]);
  });

  it("orders layers, ties by size and then by name", () => {
    const layer = (name: string, weights: number, importance: number) => ({
      name,
      weights,
      importance,
      density: 0,
      deviation: 0,
    });
    const layers = [layer("c", 5, 0.5), layer("b", 5, 0.5), layer("a", 9, 0.5), layer("d", 1, 0.9)];
    const names = (order: Parameters<typeof orderLayers>[1]) =>
      orderLayers(layers, order)
        .map(({ name }) => name)
        .join("");
    expect(names("importanceDescending")).toBe("dabc");
    expect(names("importanceAscending")).toBe("abcd");
    expect(names("sizeDescending")).toBe("abcd");
    expect(names("network")).toBe("cbad");
  });
});

describe("limits", () => {
  const layers = rankLayers(
    new Map([
      ["small", Float32Array.of(0.1, -0.1)],
      ["large", Float32Array.of(2, -2, 2, -2, 2, -2)],
    ]),
  );

  it("collapse to not one extra error where N * gamma * I < 1, in either polarity", () => {
    for (const polarity of ["eq3", "conservative"] as const) {
      expect([...errorLimits(layers, polarity, 9999, 40, 1e-4).values()]).toEqual([40, 40]);
    }
  });

  it("are explained where they collapse, and only there", () => {
    for (const polarity of ["eq3", "conservative"] as const) {
      for (const [records, gamma] of [
        [2000, 1e-4],
        [100, 0.5],
      ]) {
        const extra = [...errorLimits(layers, polarity, records, 40, gamma).values()].some((limit) => limit > 40);
        expect(toleranceNote(layers, polarity, records, gamma) === null).toBe(extra);
      }
    }
    expect(toleranceNote(layers, "eq3", 2000, 1e-4)).toMatch(/less than one of 2000 crops \(0.00050\)/);
  });

  it("give the important layer more errors by eq. 3 and fewer conservatively", () => {
    const eq3 = errorLimits(layers, "eq3", 1000, 40, 0.1);
    const conservative = errorLimits(layers, "conservative", 1000, 40, 0.1);
    expect(eq3.get("large")).toBeGreaterThan(eq3.get("small") as number);
    expect(conservative.get("large")).toBe(40);
    expect(conservative.get("small")).toBeGreaterThan(40);
  });

  it("share a smooth budget out so that the last limit is the budget", () => {
    fc.assert(
      fc.property(layerSets, fc.constantFrom("eq3" as const, "conservative" as const), (ordered, polarity) => {
        const limits = [...sharedLimits(ordered, polarity, 0.1, 0.5).values()];
        limits.reduce((before, limit) => {
          expect(limit).toBeGreaterThanOrEqual(before - 1e-12);
          return limit;
        }, 0.1);
        expect(limits[limits.length - 1]).toBeCloseTo(0.5, 9);
      }),
    );
  });
});

describe("search", () => {
  const menus = fc.constantFrom(BIT_WIDTHS, SEARCH_WIDTHS);
  const costs = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 });

  it("takes the narrowest width within its layer's limit, and no other, where nothing has to be repaired", async () => {
    await fc.assert(
      fc.asyncProperty(
        layerSets,
        menus,
        costs,
        fc.double({ min: 0, max: 5, noNaN: true }),
        async (layers, menu, table, limit) => {
          // One layer at a time: costs need not fall with the width.
          const [layer] = layers;
          const cost = (_: string, width: Width) => table[menu.indexOf(width)];
          const target = new AdditiveTarget(cost);
          const result = await searchWidths(target, {
            layers: [layer],
            menu,
            limits: new Map([[layer.name, limit]]),
            finalLimit: Number.POSITIVE_INFINITY,
          });
          const within = menu.filter((width) => cost("", width) <= limit);
          expect(result.widths.get(layer.name)).toBe(within[0] ?? menu[menu.length - 1]);
          expect(result.unmet).toEqual(within.length > 0 ? [] : [layer.name]);
          expect(result.complete).toBe(true);
        },
      ),
    );
  });

  it("brings the whole network within the final limit wherever the menu allows it", async () => {
    await fc.assert(
      fc.asyncProperty(
        layerSets,
        menus,
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        async (layers, menu, finalLimit) => {
          const cost = (name: string, width: Width) => name.length / bitsPerWeight(width) ** 2;
          const target = new AdditiveTarget(cost);
          const widest = uniformWidths(
            layers.map(({ name }) => name),
            menu[menu.length - 1],
          );
          const possible = target.lossAt(widest);
          // Limits that let every layer take the narrowest width: all is left to the repair.
          const limits = new Map(layers.map(({ name }) => [name, Number.POSITIVE_INFINITY] as const));
          const result = await searchWidths(target, { layers, menu, limits, finalLimit });
          expect(result.loss).toBeCloseTo(target.loss, 9);
          expect(target.widths).toEqual(result.widths);
          if (possible <= finalLimit) expect(result.loss).toBeLessThanOrEqual(finalLimit);
          else expect([...result.widths.values()].every((width) => width === menu[menu.length - 1])).toBe(true);
        },
      ),
    );
  });

  it("raises first what saves the most loss a bit", async () => {
    const layers = rankLayers(
      new Map([
        ["big", new Float32Array(100).fill(1)],
        ["small", new Float32Array(4).fill(1)],
      ]),
    );
    const target = new AdditiveTarget((_, width) => (width === 1 ? 1 : 0));
    const limits = new Map(layers.map(({ name }) => [name, 2] as const));
    const result = await searchWidths(target, { layers, menu: BIT_WIDTHS, limits, finalLimit: 1 });
    expect(result.widths.get("small")).toBe(2);
    expect(result.widths.get("big")).toBe(1);
  });

  it("squeezes what the choices for other layers have made room for, and ends with the round that finds nothing", async () => {
    const layers = rankLayers(
      new Map([
        ["a", Float32Array.of(1, -1)],
        ["b", Float32Array.of(1, -1)],
      ]),
    );
    // Layer b at one bit makes up for a at one bit.
    class Helpful extends AdditiveTarget {
      override lossAt(widths: Widths): number {
        return widths.get("a") === 1 && widths.get("b") !== 1 ? 1 : 0;
      }
    }
    const limits = new Map(layers.map(({ name }) => [name, 0] as const));
    const search = (squeezeRounds: number) =>
      searchWidths(new Helpful(() => 0), { layers, menu: BIT_WIDTHS, limits, finalLimit: 0, squeezeRounds });
    expect([...(await search(0)).widths.values()]).toEqual([2, 1]);
    const squeezed = await search(9);
    expect([...squeezed.widths.values()]).toEqual([1, 1]);
    expect(squeezed.loss).toBe(0);
  });

  it("stops at its evaluations with the best so far, the rest as wide as it goes", async () => {
    const layers = rankLayers(
      new Map([
        ["a", Float32Array.of(1, -1)],
        ["b", Float32Array.of(1, -1)],
      ]),
    );
    const limits = new Map([
      ["a", 0],
      ["b", 0],
    ]);
    const search = (budget: SearchBudget) =>
      searchWidths(new AdditiveTarget(() => 0), { layers, menu: BIT_WIDTHS, limits, finalLimit: 0, ...budget });
    const result = await search({ maxEvaluations: 1 });
    expect(result).toMatchObject({ complete: false, evaluations: 1 });
    expect([...result.widths.values()]).toEqual([1, 8]);
    const stopped = await search({ maxSeconds: 0 });
    expect(stopped).toMatchObject({ complete: false, evaluations: 0 });
  });
});
