import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeDataset } from "../../../tools/data/dataset-writer.ts";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { synthesize } from "../../../tools/data/synth/synthesize.ts";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { temporaryFolder } from "../../data/temporary-folder.ts";
import { makeSampleFiles, type SampleFiles } from "../sample-files.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const DATA = process.env.ECG_DATA ?? "";
const SHIPPED = fileURLToPath(new URL("../../../models/resnet1d-edge.qhb", import.meta.url));

const interval = z.tuple([z.number(), z.number()]).nullable();
const figure = z.object({ value: z.number().min(0).max(1).nullable(), ci95: interval });
const share = figure.extend({ hits: z.number(), of: z.number() });
/** The fields that programs rely on. */
const RESULT = z.object({
  ...{ model: z.string(), data: z.string(), question: z.literal("af"), afClass: z.string(), records: z.number() },
  ...{ items: z.number(), sources: z.number(), positives: z.number(), windowSeconds: z.number() },
  ...{ sensitivity: share, specificity: share, ppv: share, f1: figure, auroc: figure },
  answeredAf: z.record(z.string(), z.object({ found: z.number(), of: z.number() })),
  leftOut: z.object({ mixedWindows: z.number(), flutter: z.number() }),
  undecided: z.number(),
});

async function question(folder: string, model: string, data: string, ...more: string[]) {
  const args = ["evaluate", "--model", model, "--data", data, "--question", "af", "--json", ...more];
  const { exitCode, stdout, stderr } = await warmQhubert(args, folder);
  expect(exitCode, stderr).toBe(0);
  return RESULT.parse(JSON.parse(stdout));
}

let files: SampleFiles;
beforeAll(async () => {
  files = await makeSampleFiles();
});
afterAll(() => files.remove());

/** Two minutes: sinus rhythm, fibrillation from 40 s on, sinus rhythm again from 100 s on, as CPSC 2021 notes it. */
function paroxysm(name: string, seed: number): EcgRecord {
  const parts = (["sinus", "afib", "sinus"] as const).map((rhythm, i) =>
    synthesize({ name, rhythm, seconds: [40, 60, 20][i], sampleRateHz: 200, seed: seed + i }),
  );
  const [{ leads }] = parts;
  const samples = Int32Array.from(parts.flatMap((part) => [...part.leads[0].samples]));
  return {
    ...parts[0],
    leads: [{ ...leads[0], samples }],
    annotations: [
      { sample: 40 * 200, symbol: "+", note: "(AFIB" },
      { sample: 100 * 200, symbol: "+", note: "(N" },
    ],
    comments: ["paroxysmal atrial fibrillation"],
  };
}

describe("evaluate --question af", () => {
  it("cuts records with rhythm notes into windows of one rhythm, in float and on the engine", async () => {
    const folder = join(files.folder, "paroxysms");
    mkdirSync(folder);
    for (const [i, name] of ["data_1_1", "data_1_2", "data_2_1"].entries())
      writeWfdbRecord(folder, paroxysm(name, 10 * i));
    for (const model of ["model.qhb", "model.safetensors"]) {
      const result = await question(files.folder, model, folder, "--window-seconds", "20");
      expect(result).toMatchObject({
        ...{ afClass: "A", records: 3, items: 18, sources: 2, positives: 9, windowSeconds: 20, undecided: 0 },
        ...{ sensitivity: { of: 9 }, specificity: { of: 9 }, leftOut: { mixedWindows: 0, flutter: 0 } },
      });
      expect(result.answeredAf.fibrillation.found).toBe(result.sensitivity.hits);
      expect(result.answeredAf.other.found).toBe(9 - result.specificity.hits);
    }
    // 0-30 s sinus, 30-60 mixed, 60-90 fibrillation, 90-120 mixed.
    expect(await question(files.folder, "model.qhb", folder)).toMatchObject({
      ...{ items: 6, positives: 3, leftOut: { mixedWindows: 6 } },
    });
  });

  it("takes flutter as it is told to", async () => {
    const folder = temporaryFolder();
    for (const [name, code] of [
      ["a", "164889003"],
      ["b", "164890007"],
      ["c", "426783006"],
    ] as const)
      writeWfdbRecord(folder, {
        ...synthesize({ name, rhythm: "sinus", seconds: 12, seed: 1 }),
        comments: [`Dx: ${code}`],
      });
    const asked = (flutter: string) => question(files.folder, "model.qhb", folder, "--flutter", flutter);
    expect(await asked("af")).toMatchObject({ items: 3, positives: 2 });
    expect(await asked("other")).toMatchObject({ items: 3, positives: 1 });
    expect(await asked("omit")).toMatchObject({ items: 2, positives: 1, leftOut: { flutter: 1 } });
  });

  it("asks of the share of a data set that training set aside", async () => {
    const folder = join(files.folder, "labelled");
    const records = Array.from({ length: 40 }, (_, i) => ({
      record: synthesize({ name: `r${i}`, rhythm: i % 2 ? "afib" : "sinus", seconds: 4, seed: i }),
      label: i % 2 ? "A" : "N",
    }));
    writeDataset(folder, records);
    expect(await question(files.folder, "model.qhb", folder, "--share", "test")).toMatchObject({
      ...{ items: 4, positives: 2, sources: 4 },
    });
  });

  it.each([
    ["a folder without rhythms", ["--data", "empty"], /empty: no record tells its rhythm, expected REFERENCE\.csv/],
    ["labels of no known set", ["--data", "strangers"], /REFERENCE\.csv: label of a is "walk", which tells neither AF/],
    ["a window of no length", ["--data", "data", "--window-seconds", "0"], /windowSeconds is 0, expected 2 or more/],
    ["no windows of one rhythm", ["--data", "short", "--window-seconds", "90"], /no window of 90 s has one rhythm/],
    ["another question", ["--data", "data", "--question", "vf"], /'vf' is invalid.*labels, af/],
  ])("refuses %s with one sentence", async (_, args, message) => {
    const { folder } = files;
    const plain = { ...synthesize({ name: "a", rhythm: "sinus", seconds: 3, seed: 1 }), annotations: undefined };
    writeWfdbRecord(join(folder, "empty"), plain);
    if (args.includes("short") && !existsSync(join(folder, "short"))) {
      mkdirSync(join(folder, "short"));
      writeWfdbRecord(join(folder, "short"), paroxysm("data_1_1", 1));
    }
    if (args.includes("strangers")) {
      writeDataset(join(folder, "strangers"), [{ record: plain, label: "walk" }]);
    }
    const { exitCode, stdout, stderr } = await warmQhubert(
      ["evaluate", "--model", "model.qhb", "--question", "af", ...args],
      folder,
    );
    expect([exitCode, stdout]).toEqual([2, ""]);
    const said = stderr.split("\n").filter((line) => line.startsWith("qhubert: "));
    expect(said).toEqual([expect.stringMatching(message)]);
  });
});

describe.skipIf(!DATA || !existsSync(SHIPPED))("evaluate --question af, real records (needs ECG_DATA)", () => {
  it.each([
    ["ptbxl", { items: 200, positives: 7 }],
    ["cpsc2021", { items: 77, positives: 35, sources: 3, leftOut: { mixedWindows: 8, flutter: 0 } }],
    ["chapman", { items: 80, positives: 29 }],
    ["mix12", { items: 120, positives: 11 }],
    ["cpsc2018", { items: 24, positives: 8 }],
  ])("on %s the shipped model tells AF from the rest", async (set, expected) => {
    const result = await question(files.folder, SHIPPED, join(DATA, set));
    expect(result).toMatchObject(expected);
    // A network of 50 thousand parameters that works has 0.93 and more on each; one that guesses has a half.
    expect(result.auroc.value).toBeGreaterThan(0.85);
  });
});
