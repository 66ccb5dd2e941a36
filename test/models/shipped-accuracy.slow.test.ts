import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ModelFile } from "../../host/index.ts";
import { conditionDataset } from "../../tools/data/condition.ts";
import { openDataset } from "../../tools/data/dataset.ts";
import type { ConditionedRecord } from "../../tools/data/record.ts";
import { splitDataset } from "../../tools/data/split.ts";
import { argMax } from "../../tools/evaluate/arg-max.ts";
import { confusionMatrix } from "../../tools/evaluate/confusion.ts";
import { decideRecords } from "../../tools/evaluate/decide.ts";
import { cincF1 } from "../../tools/evaluate/f1.ts";

const FOLDER = "models";
const packed = readdirSync(FOLDER).filter((name) => name.endsWith(".qhb"));
const folder = process.env.ECG_DATA;

describe.skipIf(!folder)("shipped models on CinC 2017 (needs ECG_DATA)", () => {
  let classes: readonly string[];
  let records: readonly ConditionedRecord[];
  beforeAll(async () => {
    const dataset = openDataset(join(folder as string, "cinc2017"));
    const { test } = splitDataset(dataset.records, { fractions: { train: 0.8, validation: 0.1, test: 0.1 }, seed: 1 });
    records = await conditionDataset({ ...dataset, records: test });
    classes = dataset.classes;
  }, 60_000);

  it.each(packed)("%s does on the test share what its card says, and better than F1 0.70", async (name) => {
    const bytes = new Uint8Array(readFileSync(join(FOLDER, name)));
    const { metadata } = new ModelFile(bytes);
    const decided = await decideRecords(bytes, records);
    const truths = records.map(({ label }) => classes.indexOf(label));
    const predictions = decided.map(({ logits }) => (logits ? argMax(logits) : -1));
    const confusion = confusionMatrix(truths, predictions, classes.length);
    const accuracy = metadata.accuracy as { records: number; f1Macro: number; confusion: number[][] };
    expect(metadata.classes).toEqual(classes);
    expect(records.length).toBe(accuracy.records);
    expect(confusion).toEqual(accuracy.confusion);
    expect(cincF1(confusion, classes)).toBeCloseTo(accuracy.f1Macro, 4);
    expect(accuracy.f1Macro).toBeGreaterThan(0.7);
  });
});
