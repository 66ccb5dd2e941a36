import { beforeAll, describe, expect, it } from "vitest";
import type { StepReport } from "../../../tools/bench/training/step-bench.ts";
import { runQhubert } from "../run-qhubert.ts";

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
