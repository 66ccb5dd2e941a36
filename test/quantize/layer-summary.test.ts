import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layerWeights } from "../../tools/forward/layer-weights.ts";
import { compress } from "../../tools/quantize/compress.ts";
import { HISTOGRAM_BINS, summarizeLayers } from "../../tools/quantize/layer-summary.ts";
import { BIT_WIDTHS, type Width } from "../../tools/quantize/width.ts";
import { draws } from "../properties/draws.ts";
import { toyModel, toyRecords } from "./toy-model.ts";

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe("the summary of a compression's layers", () => {
  it("counts every weight of every layer once, before and after, whatever the width", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Width>(...BIT_WIDTHS, "ternary"),
        fc.integer({ min: 1, max: 99 }),
        async (width, seed) => {
          const model = toyModel(seed);
          const crops = { selectionCrops: 2, calibrationCrops: 2 };
          const made = await compress({
            model,
            records: toyRecords(6, seed),
            method: { kind: "fixed", width },
            seed,
            ...crops,
          });
          const summary = summarizeLayers(model, made.network, made.widths);
          expect(summary.map(({ name }) => name)).toEqual([...layerWeights(model).keys()]);
          for (const { weights, histogram, width: found } of summary) {
            expect(found).toBe(width);
            const { limit, before, after } = histogram;
            expect([before.length, after.length]).toEqual([HISTOGRAM_BINS, HISTOGRAM_BINS]);
            expect([sum(before), sum(after)]).toEqual([weights, weights]);
            expect(limit).toBeGreaterThan(0);
            // The largest magnitude lies in an end bin.
            expect(before[0] + after[0] + before[HISTOGRAM_BINS - 1] + after[HISTOGRAM_BINS - 1]).toBeGreaterThan(0);
            // The middle bin holds 0, which a ternary layer has and 1 bit has not.
            if (width === 1 && weights > 100) expect(after[HISTOGRAM_BINS >> 1]).toBeLessThan(weights / 2);
          }
        },
      ),
      { numRuns: draws(3) },
    );
  });
});
