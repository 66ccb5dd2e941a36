import { describe, expect, it } from "vitest";
import { Engine, ModelFile } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import { compress } from "../../tools/quantize/compress.ts";
import { type CompressionMethod, laqMethod, parseMethod } from "../../tools/quantize/compression-method.ts";
import { measureOutcome } from "../../tools/quantize/loss/engine-loss.ts";
import { selectCrops, withFloatLogits } from "../../tools/quantize/loss/selection-set.ts";
import { DEFAULT_QUANTIZATION } from "../../tools/quantize/quantization-state.ts";
import type { SearchStep } from "../../tools/quantize/search/scan.ts";
import { TOY_CLASSES, toyModel, toyRecords } from "./toy-model.ts";

const RECORDS = toyRecords(24, 5);
const model = toyModel(11);

const run = (method: CompressionMethod, changes: object = {}) =>
  compress({ model, records: RECORDS, method, seed: 1, selectionCrops: 24, calibrationCrops: 8, ...changes });

describe("compression, measured on the engine", () => {
  it("follows the float network at 8 bits, negative batch-norm gains included", async () => {
    const { report, file } = await run({ kind: "fixed", width: 8 });
    expect(report.selection.divergence).toBeLessThan(1e-3);
    expect(report.meanBits).toBe(8);
    (await Engine.load(file)).selfTest();
  });

  it("follows a clipped network on records ten times as loud as those it was calibrated on", async () => {
    const loud = RECORDS.map((record) => ({ ...record, samples: record.samples.map((sample) => 10 * sample) }));
    const divergenceOf = async (changes: object) => {
      const candidate = toyModel(11, changes);
      const { network } = await run({ kind: "fixed", width: 8 }, { model: candidate });
      return (
        await measureOutcome(pack(network), withFloatLogits(candidate, selectCrops(loud, candidate.graph, 24, 1)))
      ).divergence;
    };
    expect(await divergenceOf({ clip: 2 })).toBeLessThan(1e-3);
    expect(await divergenceOf({})).toBeGreaterThan(1e-2);
  });

  it("does the same for a one-window network", async () => {
    const flat = toyModel(12, { padding: "symmetric", head: { kind: "flatten", windowSamples: 1024 } });
    const { report, file } = await run({ kind: "fixed", width: 8 }, { model: flat });
    expect(report.selection.divergence).toBeLessThan(1e-3);
    (await Engine.load(file)).selfTest();
  });

  it("diverges more with fewer bits, in a smaller file", async () => {
    const wide = (await run({ kind: "fixed", width: 8 })).report;
    const narrow = (await run({ kind: "fixed", width: "ternary" })).report;
    expect(narrow.selection.divergence).toBeGreaterThan(wide.selection.divergence);
    expect(narrow.fileBytes).toBeLessThan(wide.fileBytes);
    expect(narrow.ratios.paper).toBeGreaterThan(wide.ratios.paper);
  });

  it("stays within its divergence budget, and says in the file what it did", async () => {
    const steps: SearchStep[] = [];
    const { report, file, widths } = await run(laqMethod("kl", { divergenceBudget: 0.01 }), {
      onStep: (step: SearchStep) => steps.push(step),
    });
    const { divergence, standardError } = report.selection;
    expect(report.search?.complete).toBe(true);
    expect(divergence + standardError).toBeLessThanOrEqual(0.01);
    expect(report.search?.loss).toBeCloseTo(divergence + standardError, 12);
    expect(report.meanBits).toBeLessThan(8);
    expect(steps).toEqual(report.search?.steps);
    const layers = new ModelFile(file).layers.filter((layer) => layer.weights > 0);
    for (const layer of layers) {
      const width = widths.get(layer.name);
      expect(layer.grid === "ternary" ? "ternary" : layer.bits).toBe(width);
    }
    const { compression } = new ModelFile(file).metadata;
    expect(compression).toMatchObject({ seed: 1, meanBits: expect.closeTo(report.meanBits, 2) });
  });

  it("keeps the paper's error budget on its selection set", async () => {
    const { report } = await run(laqMethod("errors"));
    expect(report.search?.unmet).toEqual([]);
    expect(report.selection.errors).toBeLessThanOrEqual(report.selection.floatErrors);
  });

  it("gives the same file for the same seed", async () => {
    const method = laqMethod("kl", { divergenceBudget: 0.05 });
    expect((await run(method)).file).toEqual((await run(method)).file);
  });

  it("gives the best so far when its evaluations run out", async () => {
    const { report, file } = await run(laqMethod("kl", { divergenceBudget: 1e-6, maxEvaluations: 3 }));
    expect(report.search).toMatchObject({ complete: false, evaluations: 3 });
    (await Engine.load(file)).selfTest();
  });

  it("brings two bits closer to the float network by batch-norm statistics that follow", async () => {
    const at = async (reestimateBatchNorm: boolean) => {
      const quantization = { ...DEFAULT_QUANTIZATION, rounding: "nearest", reestimateBatchNorm };
      return (await run({ kind: "fixed", width: 2 }, { quantization })).report;
    };
    const [following, fixed] = [await at(true), await at(false)];
    expect(following.selection.divergence).toBeLessThan(fixed.selection.divergence);
  });
});

describe("selection crops", () => {
  it("take every record before one comes twice, and are the same for the same seed", () => {
    const crops = selectCrops(RECORDS, model.graph, RECORDS.length, 3);
    expect(TOY_CLASSES.map((_, index) => crops.filter((crop) => crop.classIndex === index).length)).toEqual([8, 8, 8]);
    expect(selectCrops(RECORDS, model.graph, RECORDS.length, 3)).toEqual(crops);
    expect(selectCrops(RECORDS, model.graph, RECORDS.length, 4)).not.toEqual(crops);
  });

  it("pad a short record with zeros, and name a label that is no class", () => {
    const [crop] = selectCrops([{ ...RECORDS[0], samples: Int16Array.of(5, 6) }], model.graph, 1, 1);
    expect(crop.samples).toHaveLength(5120);
    expect([...crop.samples.subarray(0, 3)]).toEqual([5, 6, 0]);
    expect(() => selectCrops([{ ...RECORDS[0], label: "odd" }], model.graph, 1, 1)).toThrow(/label odd/);
    expect(() => selectCrops([], model.graph, 1, 1)).toThrow(RangeError);
  });
});

describe("methods", () => {
  it.each([
    ["fixed:4", { kind: "fixed", width: 4 }],
    ["fixed:ternary", { kind: "fixed", width: "ternary" }],
  ])("reads %s", (text, method) => {
    expect(parseMethod(text)).toEqual(method);
  });

  it.each(["fixed:9", "fixed:", "lap", ""])("refuses %s, naming it", (text) => {
    expect(() => parseMethod(text)).toThrow(RangeError);
  });
});
