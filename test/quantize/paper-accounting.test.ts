import { describe, expect, it } from "vitest";
import { paperChecks } from "../../tools/quantize/paper-accounting.ts";

const checks = paperChecks();
const of = (subject: string, what: RegExp) =>
  checks.filter((check) => check.subject === subject && what.test(check.what));

describe("the paper's accounting", () => {
  it("is reproduced to the last digit", () => {
    expect(checks.filter(({ equal }) => !equal)).toEqual([]);
    expect(checks.every(({ paper, computed }) => paper === computed)).toBe(true);
  });

  it("has the sixteen ratios, the network's sizes and the mean widths", () => {
    expect(of("ResNet1D", /^ratio/).map(({ computed }) => computed)).toEqual([
      "3.99",
      "4.56",
      "5.31",
      "6.37",
      "7.95",
      "10.58",
      "15.79",
      "31.16",
    ]);
    expect(of("HuBERT-ECG", /^ratio/).map(({ computed }) => computed)).toEqual([
      "3.98",
      "4.55",
      "5.30",
      "6.35",
      "7.91",
      "10.50",
      "15.63",
      "30.49",
    ]);
    expect(of("HuBERT-ECG", /^(parameters|tokens|mean)/).map(({ computed }) => computed)).toEqual([
      "30209664",
      "79",
      "93",
      "3.348",
    ]);
    expect(of("ResNet1D", /^mean/).map(({ computed }) => computed)).toEqual(["3.040"]);
  });

  it("finds one number of records behind Table 1, and whole counts of them", () => {
    expect(of("Table 1", /records/).map(({ computed }) => computed)).toEqual(["2118"]);
    expect(of("ResNet1D", /^accuracy/).map(({ right }) => right)).toEqual([
      2046, 2046, 2047, 2045, 2048, 2052, 1993, 753, 752, 2046,
    ]);
    expect(of("HuBERT-ECG", /^accuracy/).map(({ right }) => right)).toEqual([
      2057, 2056, 2055, 2054, 2053, 2026, 1067, 445, 445, 2055,
    ]);
  });
});
