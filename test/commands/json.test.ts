import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { pack } from "../../tools/export/pack.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { largeNetwork, slowNetwork } from "./over-budget.ts";
import { CLASSES, makeSampleFiles, type SampleFiles } from "./sample-files.ts";
import { warmQhubert } from "./warm-qhubert.ts";

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);
/** A figure that a run without beats or decisions cannot give. */
const figure = z.number().min(0).nullable();

/** The fields that programs rely on: others may be added, none of these renamed. */
const EVALUATE = z.object({
  model: z.string(),
  records: count,
  labels: z.array(z.string()),
  accuracy: share,
  ci95: z.tuple([share, share]),
  f1: z.record(z.string(), share.nullable()),
  f1Macro: share,
  confusion: z.array(z.array(count)),
});
const LAYER = z.object({
  name: z.string(),
  op: z.string(),
  bits: z.number(),
  parameters: count,
  bytes: count,
  macs: z.number(),
});
const INSPECT = z.object({
  layers: z.array(LAYER),
  meanBits: z.number(),
  compression: z.object({ paper: z.number(), file: z.number(), flash: z.number() }),
  macsPerSecond: z.number(),
  receptiveFieldMs: z.number(),
  ramBytes: count,
  classes: z.array(z.string()),
});
const PROFILE = z.object({
  build: z.enum(["scalar", "simd", "relaxed", "dsp"]),
  seconds: z.number(),
  elapsedMs: z.number().positive(),
  macs: count,
  flashBytes: count,
  ticks: count,
  decisions: count,
  layers: z.array(
    z.object({ name: z.string(), macs: count, unpackMs: z.number().min(0), computeMs: z.number().min(0) }),
  ),
});
const SIMULATE = z.object({
  device: z.string(),
  record: z.string(),
  beats: count,
  decisions: count,
  latencyMs: z.object({ p50: figure, p99: figure, max: figure }),
  deadlineMisses: count,
  ramBytes: z.object({ limit: count, peak: count }),
  flashBytes: z.object({ limit: count, used: count }),
  dutyCycle: share,
  energyPerBeatUj: figure,
  batteryDays: z.number(),
  budgetsOk: z.boolean(),
  sources: z.record(z.string(), z.string().regex(/^(measured|modelled): ./)),
});

describe.concurrent("--json", () => {
  let samples: SampleFiles;
  const printed = async (line: string, exitCode = 0): Promise<unknown> => {
    const finished = await warmQhubert([...line.split(" "), "--json"], samples.folder);
    expect(finished.exitCode, finished.stderr).toBe(exitCode);
    return JSON.parse(finished.stdout);
  };
  beforeAll(async () => {
    samples = await makeSampleFiles();
  });
  afterAll(() => samples?.remove());

  it.each(["model.qhb", "model.safetensors"])("of evaluate %s", async (model) => {
    const report = EVALUATE.parse(await printed(`evaluate --model ${model} --data data`));
    expect(report).toMatchObject({ model, records: 8, labels: CLASSES });
    expect(Object.keys(report.f1)).toEqual(CLASSES);
    // Two records a class: the rows are the true classes.
    expect(report.confusion.map((row) => row.reduce((sum, records) => sum + records, 0))).toEqual([2, 2, 2, 2]);
    const right = report.confusion.reduce((sum, row, label) => sum + row[label], 0);
    expect(report.accuracy).toBe(right / 8);
    expect(report.ci95[0]).toBeLessThanOrEqual(report.accuracy);
    expect(report.ci95[1]).toBeGreaterThanOrEqual(report.accuracy);
  });

  it("of inspect", async () => {
    const report = INSPECT.parse(await printed("inspect model.qhb"));
    const { nodes } = buildGraph("resnet1d-edge", CLASSES);
    expect(report.layers.map(({ name, op }) => ({ name, op }))).toEqual(nodes.map(({ name, op }) => ({ name, op })));
    expect(report.classes).toEqual(CLASSES);
    expect(report.receptiveFieldMs).toBeGreaterThanOrEqual(4000);
  });

  it.each(["scalar", "relaxed"])("of profile, %s build", async (build) => {
    const report = PROFILE.parse(await printed(`profile model.qhb --build ${build} --seconds 20`));
    const { nodes } = buildGraph("resnet1d-edge", CLASSES);
    expect(report.layers.map(({ name }) => name)).toEqual(nodes.map(({ name }) => name));
    expect(report).toMatchObject({ build, seconds: 20 });
    expect(report.layers.reduce((sum, { macs }) => sum + macs, 0)).toBe(report.macs);
    expect(report.layers.every(({ computeMs }) => computeMs > 0)).toBe(true);
  });

  it.each([
    ["--record data/S000000", "S000000"],
    ["--synth sinus --seconds 6 --device stm32u575", "synth-sinus-1"],
    ["--synth noise --seconds 1", "synth-noise-1"],
  ])("of simulate %s", async (options, record) => {
    const report = SIMULATE.parse(await printed(`simulate --model model.qhb ${options}`));
    expect(report).toMatchObject({ record, deadlineMisses: 0, budgetsOk: true });
    expect(report.ramBytes.peak).toBeLessThanOrEqual(report.ramBytes.limit);
    expect(report.flashBytes.used).toBeLessThanOrEqual(report.flashBytes.limit);
    const figures = Object.keys(SIMULATE.shape).filter((name) => !["device", "record", "sources"].includes(name));
    expect(Object.keys(report.sources)).toEqual(expect.arrayContaining(figures));
  });

  it("of a model too slow for the device: the report, and exit code 1", async () => {
    writeFileSync(join(samples.folder, "slow.qhb"), pack(slowNetwork()));
    const report = SIMULATE.parse(await printed("simulate --model slow.qhb --synth sinus --seconds 2", 1));
    expect(report.budgetsOk).toBe(false);
    expect(report.deadlineMisses).toBeGreaterThan(0);
  });

  it("of a model without room on the device: a sentence with the figure it missed by, and exit code 1", async () => {
    writeFileSync(join(samples.folder, "large.qhb"), pack(largeNetwork()));
    const words = "simulate --model large.qhb --synth sinus --json".split(" ");
    const { exitCode, stdout, stderr } = await warmQhubert(words, samples.folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^qhubert: the model needs \d+ bytes of RAM on nRF52840, which has \d+: \d+ too many .*\n$/);
  });
});
