import { describe, expect, it } from "vitest";
import { checkLogits, INT8_TOLERANCE } from "../../../tools/bench/logits-check.ts";
import { timeRounds } from "../../../tools/bench/rounds.ts";
import type { RowPlan } from "../../../tools/bench/row.ts";
import { summarise } from "../../../tools/bench/summary.ts";
import { sentencesOf } from "../run-qhubert.ts";
import { warmQhubert } from "../warm-qhubert.ts";

describe.concurrent("a wrong usage of bench gives exit code 2 and one sentence:", () => {
  it.each([
    [["--rows", "no such row"], /no row of the bench matches "no such row"/],
    [["--rows", "simd("], /regular expression: .*simd\(/],
    [["--rounds", "0"], /expected a whole number of 1 or more, found "0"/],
    [["--rounds", "many"], /expected a whole number, found "many"/],
    [["--fast"], /unknown option '--fast'/],
  ])("qhubert bench %j", async (args, sentence) => {
    const { exitCode, stdout, stderr } = await warmQhubert(["bench", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(sentencesOf(stderr)).toEqual([expect.stringMatching(sentence)]);
  });
});

describe("rounds", () => {
  it("run every row after an untimed run of it, each round beginning with the next row", async () => {
    const ran: string[] = [];
    const rows = ["a", "b", "c"].map((name) => () => ran.push(name));
    const times = await timeRounds(rows, { rounds: 3, roundMs: 0, warmUpRounds: 1 });
    expect(ran.join("")).toBe("aabbccbbccaaccaabbaabbcc");
    expect(times.map((rounds) => rounds.length)).toEqual([3, 3, 3]);
  });

  it("give ratios that are paired: a machine that slows down changes none", () => {
    const row = (build: string, network: string): RowPlan => ({
      name: "run",
      build,
      bits: 8,
      network,
      macs: 6e6,
      prepare: async () => ({ run: () => undefined }),
    });
    const plans = [row("onnxruntime-web", "a"), row("simd", "a"), row("simd", "b")];
    const [baseline, ours, alone] = summarise(plans, [
      [[10], [100], [20]],
      [[5, 4, 90], [50], [10]],
      [[2], [2], [2]],
    ]);
    expect(baseline.ratioToOrtWebInt8).toBe(1);
    expect(ours).toMatchObject({ medianMs: 10, p99Ms: 90, gmacPerSecond: 0.6, ratioToOrtWebInt8: 2 });
    expect(alone.ratioToOrtWebInt8).toBeNull();
  });
});

describe("the check of outputs", () => {
  it.each([
    ["another network", [1, 2, -4.5]],
    ["fewer logits", [1, 2]],
    ["no number", [1, 2, Number.NaN]],
  ])("refuses %s", (_, logits) => {
    expect(() => checkLogits(logits, [1, 2, -4], INT8_TOLERANCE)).toThrow(/are not within 10 % of/);
  });

  it("takes what rounding to int8 does", () => {
    expect(() => checkLogits([1.2, 1.9, -4.1], [1, 2, -4], INT8_TOLERANCE)).not.toThrow();
  });
});
