import { describe, expect, it } from "vitest";
import { scoreAsPaper } from "../../tools/evaluate/paper-score.ts";
import { PAPER_RESULTS } from "../../tools/evaluate/paper-tables.ts";
import { parameterCounts, uniformRatio, unquantizedShare } from "../../tools/export/accounting.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { SeededRandom } from "../../tools/random/random.ts";

const TABLE_1 = PAPER_RESULTS.Chapman;
const CLASSES = ["AFIB", "GSVT", "SB", "SR"];
/** The test records, a fifth of 10,588. */
const TEST_RECORDS = 2118;
/** Half a unit of the fourth decimal. */
const ROUNDING = 0.00005 + 1e-9;

describe("the paper's table of ResNet1D", () => {
  it("has accuracies that are counts of 2,118 records", () => {
    for (const { accuracy } of Object.values(TABLE_1)) {
      expect(Math.abs(Math.round(accuracy * TEST_RECORDS) / TEST_RECORDS - accuracy)).toBeLessThan(ROUNDING);
    }
  });

  it("has, at fixed widths, the ratios of resnet1d-paper to both decimals", () => {
    const share = unquantizedShare(parameterCounts(buildGraph("resnet1d-paper", CLASSES)));
    for (let bits = 1; bits <= 8; bits++) {
      expect([bits, uniformRatio(share, bits).toFixed(2)]).toEqual([bits, TABLE_1[`fixed:${bits}`].ratio.toFixed(2)]);
    }
  });

  it("has at 1 bit what our scores give a network that always names the class of 752 records", () => {
    // The paper does not say how the other 1,366 records spread over three classes, and the figures do not depend on it.
    const truths = Array.from({ length: TEST_RECORDS }, (_, i) => (i < 752 ? 0 : 1 + (i % 3)));
    const score = scoreAsPaper(
      truths,
      truths.map(() => 0),
      CLASSES.length,
      new SeededRandom(1),
    );
    const { accuracy, precision, recall, f1 } = TABLE_1["fixed:1"];
    expect(score.accuracy.value).toBeCloseTo(accuracy, 4);
    expect(score.precision.value).toBeCloseTo(precision, 4);
    expect(score.recall.value).toBeCloseTo(recall, 4);
    expect(score.f1.value).toBeCloseTo(f1, 4);
    for (const {
      value,
      ci95: [low, high],
    } of [score.accuracy, score.precision, score.f1]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });
});
