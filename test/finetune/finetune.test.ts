import { beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../host/index.ts";
import { wholeParameters } from "../../tools/export/accounting.ts";
import { FINETUNE_OPTIONS, type FinetuneRequest, finetune } from "../../tools/finetune/finetune.ts";
import { initialSteps } from "../../tools/finetune/initial-steps.ts";
import { quantizedView } from "../../tools/finetune/quantized-view.ts";
import { layerWeights } from "../../tools/forward/layer-weights.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { compress } from "../../tools/quantize/compress.ts";
import { divergence } from "../../tools/quantize/loss/divergence.ts";
import { trainedIntegers } from "../../tools/quantize/trained-integers.ts";
import type { Width } from "../../tools/quantize/width.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { packCheckpoint, unpackCheckpoint } from "../../tools/train/checkpoint.ts";
import { predict } from "../../tools/train/predict.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../../tools/train/recipe/options.ts";
import type { TrainingState } from "../../tools/train/state.ts";
import { train } from "../../tools/train/train.ts";
import { toyHubert } from "../quantize/toy-hubert.ts";
import { TOY_CLASSES, toyRecords } from "../quantize/toy-model.ts";
import { sineRecords, tinyGraph } from "../train/signals.ts";

const RECORDS = sineRecords(24, 1);
const VALIDATION = sineRecords(8, 2);
const OPTIONS: TrainOptions = {
  ...FINETUNE_OPTIONS,
  epochs: 2,
  batchSize: 8,
  learningRate: 5e-3,
  cropSamples: 1500,
  averageDecay: 0.9,
};

const everyLayer = (model: FloatModel, width: Width) =>
  new Map([...layerWeights(model).keys()].map((name) => [name, width]));

let model: FloatModel;
const requestOf = (changes: Partial<FinetuneRequest> = {}): FinetuneRequest => ({
  model,
  widths: everyLayer(model, "ternary"),
  train: RECORDS,
  validation: VALIDATION,
  options: OPTIONS,
  ...changes,
});

/** Mean KL divergence of whole records from the float model, in nats. */
function distanceOf(other: FloatModel): number {
  const [before, after] = [model, other].map((each) => predict(each, VALIDATION).map(({ mean }) => mean));
  return (
    before.reduce((sum, logits, i) => sum + divergence(Float64Array.from(logits), Float64Array.from(after[i])), 0) /
    before.length
  );
}

beforeAll(async () => {
  await selectBackend();
  const options = {
    ...DEFAULT_TRAIN_OPTIONS,
    epochs: 6,
    batchSize: 8,
    learningRate: 1e-2,
    cropSamples: 1500,
    averageDecay: 0.9,
  };
  ({ model } = await train({ graph: tinyGraph(), train: RECORDS, validation: VALIDATION, options }));
});

describe("fine-tuning", () => {
  it("keeps what the model tells of its pruning: ratios count from the whole network", async () => {
    const pruned = { parameters: 12345 };
    const tuned = await finetune(requestOf({ model: { ...model, facts: { ...model.facts, pruned } } }));
    expect(wholeParameters(tuned.facts)).toBe(12345);
    expect(wholeParameters((await finetune(requestOf())).facts)).toBeUndefined();
  });

  it("keeps closer to the float model than quantizing alone", async () => {
    const { codes, steps } = initialSteps(model, everyLayer(model, "ternary"));
    const untuned = { ...model, weights: quantizedView(codes).used(new Map([...model.weights, ...steps])) };
    const tuned = await finetune(requestOf({ options: { ...OPTIONS, epochs: 10 } }));
    expect(distanceOf(tuned)).toBeLessThan(0.5 * distanceOf(untuned));
  });

  it("makes the same model of the same request, and the same when it was interrupted", async () => {
    let saved: TrainingState | null = null;
    const whole = await finetune(
      requestOf({
        onCheckpoint: (state) => {
          if (state.history.length === 1) saved = structuredClone(state);
        },
      }),
    );
    const resume = unpackCheckpoint(packCheckpoint(saved as unknown as TrainingState));
    const resumed = await finetune(requestOf({ resume }));
    expect(resumed.weights).toEqual(whole.weights);
    expect(await finetune(requestOf())).toEqual(whole);
  });

  it("gives compress its integers", async () => {
    const widths = new Map<string, Width>([...everyLayer(model, "ternary"), ["stem", 8], ["head", 3]]);
    const tuned = await finetune(requestOf({ widths }));
    const made = await compress({
      model: tuned,
      reference: model,
      records: VALIDATION,
      method: { kind: "trained" },
      seed: 1,
    });
    expect(made.widths).toEqual(widths);
    for (const [name, { integers, grid }] of trainedIntegers(tuned)) {
      const packed = made.network.weights.get(name);
      expect(packed?.grid).toBe(grid);
      // A channel that batch norm turns round is packed with its integers turned round.
      const magnitudes = (values: Int8Array) => values.map(Math.abs);
      expect(magnitudes(packed?.integers as Int8Array), name).toEqual(magnitudes(integers));
    }
    expect(made.report.selection.divergence).toBeLessThan(0.1);
    (await Engine.load(made.file)).selfTest();
  });

  it("goes on where it was, layer by layer, but for a new width", async () => {
    const tuned = await finetune(requestOf());
    const narrower = new Map<string, Width>([...everyLayer(model, "ternary"), ["head", 1]]);
    const { codes, steps } = initialSteps(tuned, narrower);
    expect(codes.get("head")).toEqual({ grid: "midRise", bits: 1 });
    for (const [key, step] of steps) if (key !== "head.step") expect(step, key).toEqual(tuned.weights.get(key));
    const used = quantizedView(codes).used(new Map([...tuned.weights, ...steps]));
    for (const name of codes.keys()) {
      const key = `${name}.weight`;
      if (name !== "head") expect(used.get(key), name).toEqual(tuned.weights.get(key));
    }
  });

  it("takes a transformer, whose attention has no batch norm", async () => {
    const hubert = toyHubert(2);
    const records = toyRecords(6, 3);
    expect(hubert.graph.classes).toEqual(TOY_CLASSES);
    const tuned = await finetune({
      model: hubert,
      widths: everyLayer(hubert, 4),
      train: records,
      validation: records,
      options: { ...OPTIONS, epochs: 1, batchSize: 3 },
    });
    expect(trainedIntegers(tuned).get("block1.query")).toMatchObject({ grid: "midTread", bits: 4 });
    const made = await compress({
      model: tuned,
      records,
      method: { kind: "trained" },
      seed: 1,
      selectionCrops: 3,
      calibrationCrops: 3,
    });
    expect(made.report.meanBits).toBe(4);
  });

  it("refuses a layer without a width", async () => {
    await expect(finetune(requestOf({ widths: new Map([["stem", 4]]) }))).rejects.toThrow("has no width");
  });
});
