import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawCrops, type Variation } from "../../tools/pretrain/crops.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

const records = [300, 40, 100].map((length, index) => ({
  name: `record ${index}`,
  label: "",
  samples: Int16Array.from({ length }, (_, i) => 1000 * (index + 1) + i),
}));
const PLAIN: Variation = { gainDeviation: 0, flipChance: 0, stretch: 0 };
const draw = (variation: Variation, seed: number) =>
  drawCrops({ records, cropSamples: 80, variation }, [2, 0, 1], new SeededRandom(seed));

describe("drawCrops", () => {
  it("gives each record chosen a row, in millivolts, and begins a short one again", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { clean, heard } = draw(PLAIN, seed);
        expect(heard).toEqual(clean);
        [3, 1, 2].forEach((millivolts, row) => {
          const crop = clean.slice(row * 80, (row + 1) * 80);
          expect(Math.floor(Math.min(...crop) + 1e-6)).toBe(millivolts);
          for (let i = 1; i < 80; i++) {
            const jump = Math.round(1000 * (crop[i] - crop[i - 1]));
            expect(jump).toBe(row === 2 && i % 40 === 0 ? -39 : 1);
          }
        });
      }),
      { numRuns: draws(30) },
    );
  });

  it("varies what is heard by one gain a crop, of either sign, and leaves the clean one as it is", () => {
    const signs = new Set<number>();
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { clean, heard } = draw({ gainDeviation: 0.3, flipChance: 0.5, stretch: 0 }, seed);
        const gains = Array.from(heard, (value, i) => value / clean[i]);
        gains.forEach((gain, i) => {
          expect(gain).toBeCloseTo(gains[i - (i % 80)], 4);
        });
        expect(gains[0]).not.toBe(gains[80]);
        signs.add(Math.sign(gains[0]));
        expect(Math.min(...clean)).toBeGreaterThan(0);
      }),
      { numRuns: draws(30) },
    );
    expect(signs).toEqual(new Set([-1, 1]));
  });

  it("stretches both alike", () => {
    const { clean, heard } = draw({ ...PLAIN, stretch: 0.2 }, 1);
    expect(heard).toEqual(clean);
    expect(clean).not.toEqual(draw(PLAIN, 1).clean);
  });
});
