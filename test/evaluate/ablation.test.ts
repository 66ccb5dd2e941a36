import { describe, expect, it } from "vitest";
import { decideAblation, recipeGain } from "../../tools/evaluate/ablation.ts";
import { crossFitted } from "../../tools/evaluate/calibration/cross-fit.ts";
import type { FoldRun } from "../../tools/evaluate/cross-validation.ts";
import { SeededRandom } from "../../tools/random/random.ts";

const CLASSES = ["N", "A", "O"];
const random = () => new SeededRandom(1);

/** Makes records whose logits are too low for class O by `lack`. */
function records(count: number, seed: number, lack: number) {
  const draws = new SeededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const truth = i % 3;
    const logits = CLASSES.map((_, c) => (c === truth ? 1 : 0) + 0.3 * draws.normal() - (c === 2 ? lack : 0));
    return { name: `${seed}-${i}`, label: CLASSES[truth], logits };
  });
}

const runOf = (fold: number, lack: number, offsets = [0, 0, 0]): FoldRun => {
  const validation = records(120, fold, lack).map((record) => ({
    ...record,
    logits: record.logits.map((logit, c) => logit + offsets[c]),
  }));
  return { seed: 1, fold, classes: CLASSES, offsets, validation, test: [] };
};

describe("crossFitted", () => {
  it("mends what every record has in common, though none chose for itself", () => {
    const truths = records(120, 1, 1).map(({ label }) => CLASSES.indexOf(label));
    const right = (decided: readonly number[]) => decided.filter((value, i) => value === truths[i]).length;
    const fitted = crossFitted(records(120, 1, 1), CLASSES);
    expect(right(fitted)).toBeGreaterThan(100);
    // A record's own label does not influence its decision.
    const relabelled = records(120, 1, 1).map((record, i) => (i % 2 === 0 ? { ...record, label: "N" } : record));
    const again = crossFitted(relabelled, CLASSES);
    expect(again.filter((_, i) => i % 2 === 0)).toEqual(fitted.filter((_, i) => i % 2 === 0));
  });
});

describe("decideAblation", () => {
  it("pools the folds, and takes the offsets back", () => {
    const { figures, names } = decideAblation([runOf(2, 0), runOf(1, 0)]);
    expect(figures.records).toBe(240);
    expect(names[0]).toBe("1-0");
    expect(decideAblation([runOf(2, 0), runOf(1, 0, [0, 3, 0])]).figures.f1).toBeCloseTo(figures.f1, 12);
  });

  it("tells a better recipe from a worse one by an interval above 0", () => {
    const base = decideAblation([runOf(1, 0.8), runOf(2, 0.8)]);
    const better = decideAblation([runOf(1, 0), runOf(2, 0)]);
    const { f1, f1CrossFitted } = recipeGain(base, better, random);
    expect(f1.gain).toBeCloseTo(better.figures.f1 - base.figures.f1, 12);
    expect(f1.ci95[0]).toBeGreaterThan(0);
    // Calibrated, the two are the same network.
    expect(Math.abs(f1CrossFitted.gain)).toBeLessThan(f1.gain / 4);
    expect(() => recipeGain(base, decideAblation([runOf(3, 0)]), random)).toThrow("different records");
  });
});
