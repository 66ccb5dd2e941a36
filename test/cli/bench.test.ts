import { beforeAll, describe, expect, it } from "vitest";
import { checkLogits, INT8_TOLERANCE } from "../../tools/bench/logits-check.ts";
import { timeRounds } from "../../tools/bench/rounds.ts";
import type { RowPlan } from "../../tools/bench/row.ts";
import { summarise } from "../../tools/bench/summary.ts";
import type { StepReport } from "../../tools/bench/training/step-bench.ts";
import { runQhubert, sentencesOf } from "./run-qhubert.ts";

interface Row {
  readonly name: string;
  readonly build: string;
  readonly bits: number | "ternary";
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly gmacPerSecond: number;
  readonly ratioToOrtWebInt8: number;
}

describe("qhubert bench --quick --json", () => {
  let report: Record<string, unknown> & { rows: Row[] };
  beforeAll(async () => {
    const { exitCode, stdout, stderr } = await runQhubert(["bench", "--quick", "--json"]);
    expect(exitCode, stderr).toBe(0);
    report = JSON.parse(stdout);
  });

  it("says where, how often and on which networks", () => {
    expect(report.machine).toMatchObject({ cpu: expect.any(String), node: process.versions.node });
    expect(report.rounds).toBe(2);
    expect(report.networks).toContainEqual({ name: "R-1M", parameters: 1018564, windowMacs: 619889152 });
  });

  it("has a row of positive numbers for each build and kind of run", () => {
    const keys = ["name", "build", "bits", "medianMs", "p99Ms", "gmacPerSecond", "ratioToOrtWebInt8"];
    for (const row of report.rows) {
      expect(Object.keys(row)).toEqual(keys);
      const { medianMs, p99Ms, gmacPerSecond, ratioToOrtWebInt8 } = row;
      for (const value of [medianMs, p99Ms, gmacPerSecond, ratioToOrtWebInt8]) expect(value).toBeGreaterThan(0);
    }
    expect((report.minima as Row[]).map(({ name, build, bits }) => ({ name, build, bits }))).toEqual(
      report.rows.map(({ name, build, bits }) => ({ name, build, bits })),
    );
    const names = report.rows.map(({ name, build }) => `${name}, ${build}`);
    for (const build of ["scalar", "simd"]) {
      const runs = ["R-1M window", "R-1M beat, 160 ms ticks", "resnet1d-edge window", "resnet1d-edge hop of 0.512 s"];
      runs.push("hubert-nano window", "hubert-nano window, no tile cache", "hubert-nano hop of 0.512 s");
      for (const run of runs) expect(names).toContain(`${run}, ${build}`);
    }
  });

  it("compares with the peers of the development dependencies, whose outputs agreed", () => {
    const peersOf = (row: string) =>
      report.rows.filter(({ name }) => name === row).map(({ build, bits }) => `${build} ${bits}`);
    const ort = ["onnxruntime-web 8", "onnxruntime-web 32"];
    expect(peersOf("R-1M window")).toEqual(expect.arrayContaining([...ort, "tfjs-backend-wasm 32"]));
    expect(peersOf("hubert-nano window")).toEqual(expect.arrayContaining(ort));
    // It is no dependency: a user may have installed it.
    for (const left of report.leftOut as object[]) {
      expect(left).toMatchObject({ build: "onnxruntime-node", cause: "not installed" });
    }
  });

  it("says what R-1M's stream keeps in RAM", () => {
    const [fine, middle, coarse] = report.streaming as { tickMs: number; activationBytes: number }[];
    expect([fine, middle, coarse].map(({ tickMs }) => tickMs)).toEqual([32, 160, 800]);
    // The k - 1 rows that each convolution sees again take 7,661 B by themselves.
    expect(fine.activationBytes).toBeGreaterThan(7661);
    expect(middle.activationBytes).toBeLessThanOrEqual(16 * 1024);
    expect(coarse.activationBytes).toBeGreaterThan(middle.activationBytes);
  });

  it("says what linear memory an engine uses, and that a tile cache takes some of it", () => {
    const ram = report.ram as { name: string; build: string; ramBytes: number }[];
    const bytesOf = (row: string, build: string) =>
      ram.find((engine) => engine.name === row && engine.build === build)?.ramBytes ?? 0;
    for (const build of ["scalar", "simd"]) {
      const paged = bytesOf("hubert-nano window, no tile cache", build);
      expect(paged).toBeGreaterThan(0);
      expect(bytesOf("hubert-nano window", build)).toBeGreaterThan(paged);
    }
  });

  it("has cold starts, sizes and versions", () => {
    const builds = ["scalar", "simd", "relaxed", "onnxruntime-web", "tfjs-backend-wasm"];
    const started = (report.coldStart as { build: string; startMs: number }[]).filter(({ startMs }) => startMs > 0);
    expect(started.map(({ build }) => build)).toEqual(expect.arrayContaining(builds));
    const sizes = report.wasmBytes as Record<string, number>;
    for (const build of builds) expect(sizes[build]).toBeGreaterThan(1000);
    expect(report.versions).toMatchObject({ "onnxruntime-web": expect.stringMatching(/^\d+\.\d+/) });
  });
});

describe.concurrent("a wrong usage of bench gives exit code 2 and one sentence:", () => {
  it.each([
    [["--rows", "no such row"], /no row of the bench matches "no such row"/],
    [["--rows", "simd("], /regular expression: .*simd\(/],
    [["--rounds", "0"], /expected a whole number of 1 or more, found "0"/],
    [["--rounds", "many"], /expected a whole number, found "many"/],
    [["--fast"], /unknown option '--fast'/],
  ])("qhubert bench %j", async (args, sentence) => {
    const { exitCode, stdout, stderr } = await runQhubert(["bench", ...args]);
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

describe("qhubert bench train --rounds 1 --json", () => {
  it("has a row for every network and backend that loads, and leaves no tensor behind", async () => {
    const { exitCode, stdout, stderr } = await runQhubert(["bench", "train", "--rounds", "1", "--json"]);
    expect(exitCode, stderr).toBe(0);
    const { rows, leftOut, steps } = JSON.parse(stdout) as StepReport;
    expect(steps).toBe(1);
    for (const network of ["R-1M", "R-256k", "transformer"]) {
      const own = rows.filter((row) => row.network === network);
      expect(own.map(({ backend }) => backend)).toContain("wasm");
      for (const { medianMs, gflopPerSecond, tensorsLeft } of own) {
        expect(medianMs).toBeGreaterThan(0);
        expect(gflopPerSecond).toBeGreaterThan(0);
        expect(tensorsLeft).toBe(0);
      }
      const backends = new Set(
        [...own, ...leftOut.filter((left) => left.network === network)].map((row) => row.backend),
      );
      expect([...backends].sort()).toEqual(["tfjs-node-gpu", "wasm", "wasm+openblas"]);
    }
  }, 240_000);
});
