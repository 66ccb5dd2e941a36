import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ModelFile } from "../../host/index.ts";
import { parameterCount } from "../../tools/graph/costs.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { runQhubert } from "./run-qhubert.ts";
import { CLASSES } from "./sample-files.ts";
import { warmQhubert } from "./warm-qhubert.ts";

/** Records enough for each of the three shares to have some. */
const RECORDS_PER_CLASS = 20;

describe("from no data to decisions on a wearable", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-way-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a command, in a process of its own where `runner` says so. */
  const run = async (line: string, runner = warmQhubert): Promise<unknown> => {
    const { exitCode, stdout, stderr } = await runner([...line.split(" "), "--json"], folder);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const bytesOf = (file: string) => readFileSync(join(folder, file));

  it("makes records, the same ones for the same seed", async () => {
    const made = await run(`data synth --out data --records-per-class ${RECORDS_PER_CLASS} --seconds 11 --seed 5`);
    const classes = Object.fromEntries(CLASSES.map((label) => [label, RECORDS_PER_CLASS]));
    expect(made).toEqual({ out: "data", records: 4 * RECORDS_PER_CLASS, classes });
    await run(`data synth --out again --records-per-class ${RECORDS_PER_CLASS} --seconds 11 --seed 5`);
    const files = readdirSync(join(folder, "data")).sort();
    expect(readdirSync(join(folder, "again")).sort()).toEqual(files);
    for (const file of files) expect(bytesOf(`again/${file}`).equals(bytesOf(`data/${file}`)), file).toBe(true);
  });

  it("imports them", async () => {
    const report = await run("data import --from cinc2017 --in data --out imported", runQhubert);
    expect(report).toMatchObject({ records: 4 * RECORDS_PER_CLASS, skipped: [] });
    expect(bytesOf("imported/S200003.dat").equals(bytesOf("data/S200003.dat"))).toBe(true);
  });

  it("trains into a folder that is not there yet", async () => {
    const report = await run(
      "train --model resnet1d-edge --data data --out models/m.safetensors --epochs 1 --seed 4",
      runQhubert,
    );
    expect(report).toMatchObject({
      model: "models/m.safetensors",
      parameters: parameterCount(buildGraph("resnet1d-edge", CLASSES)),
    });
    expect(readdirSync(join(folder, "models"))).toEqual(["m.safetensors"]);
  });

  it("draws a report, and the same again from its JSON", async () => {
    const line = "compress --model models/m.safetensors --data data --method fixed:3 --selection-crops 2 --seed 4";
    const { fileBytes } = z
      .object({ fileBytes: z.number() })
      .parse(await run(`${line} --out drawn.qhb --report drawn`));
    const report = JSON.parse(bytesOf("drawn/report.json").toString());
    expect(report).toMatchObject({
      kind: "compression",
      fileBytes,
      command: `qhubert ${line} --out drawn.qhb --report drawn --json`,
    });
    expect(report.out.sha256).toBe(createHash("sha256").update(bytesOf("drawn.qhb")).digest("hex"));
    expect(report.layers.map(({ name }: { name: string }) => name)).toEqual(Object.keys(report.widths));
    expect(await run("report --in drawn/report.json --out again-drawn")).toEqual({ out: "again-drawn/report.html" });
    const files = readdirSync(join(folder, "again-drawn")).sort();
    expect(readdirSync(join(folder, "drawn")).sort()).toEqual([...files, "report.json"].sort());
    for (const file of files) expect(bytesOf(`drawn/${file}`).equals(bytesOf(`again-drawn/${file}`)), file).toBe(true);
  });

  it.each([
    ["fixed:4", "fixed4"],
    ["laq", "laq"],
  ])("compresses by %s, to the same bytes for the same seed", async (method, name) => {
    const compress = (file: string, seed: number) =>
      run(
        `compress --model models/m.safetensors --data data --method ${method} --out ${file} --selection-crops 2 --calibration-crops 2 --seed ${seed}`,
      );
    const comparison = z.object({ withoutLoss: z.boolean(), mcnemar: z.object({ changed: z.number() }) });
    const [report] = await Promise.all([compress(`${name}.qhb`, 4), compress(`${name}-again.qhb`, 4)]);
    const { fileBytes } = z
      .object({
        meanBits: z.number().min(1).max(8),
        fileBytes: z.number(),
        validation: comparison,
        test: comparison,
      })
      .parse(report);
    expect(fileBytes).toBe(bytesOf(`${name}.qhb`).length);
    expect(bytesOf(`${name}-again.qhb`).equals(bytesOf(`${name}.qhb`))).toBe(true);
  });

  it("compares settings without a look at the test share", async () => {
    const report = await run(
      "compress --model models/m.safetensors --data data --method fixed:8 --no-test --out untested.qhb --selection-crops 2",
    );
    expect(report).not.toHaveProperty("test");
    const file = new ModelFile(bytesOf("untested.qhb"));
    expect(file.metadata.accuracy).toMatchObject({ share: "validation" });
  });

  it("trains on with quantized weights, which compress packs as they are", async () => {
    const report = await run(
      "finetune --model models/m.safetensors --data data --widths fixed:ternary,stem:8 --epochs 1 --out models/q.safetensors",
    );
    expect(report).toMatchObject({
      widths: { stem: 8, head: "ternary" },
      validation: { withoutLoss: expect.any(Boolean) },
    });
    expect(readdirSync(join(folder, "models")).sort()).toEqual(["m.safetensors", "q.safetensors"]);
    const packed = await run(
      "compress --model models/q.safetensors --data data --method trained --selection-crops 2 --out trained.qhb",
    );
    expect(packed).toMatchObject({ widths: { stem: 8, head: "ternary" } });
    await run(
      "finetune --model models/m.safetensors --data data --widths trained.qhb --epochs 1 --out again.safetensors",
    );
    expect(bytesOf("again.safetensors").equals(bytesOf("models/q.safetensors"))).toBe(true);
  });

  it.each(["fixed4.qhb", "laq.qhb", "trained.qhb"])("inspects, evaluates and simulates %s", async (file) => {
    expect(await run(`inspect ${file}`)).toMatchObject({ model: file, classes: CLASSES });
    expect(await run(`evaluate --model ${file} --data data --share test --seed 4`)).toMatchObject({ model: file });
    const report = await run(`simulate --model ${file} --record data/S000000`, runQhubert);
    expect(report).toMatchObject({ device: "nRF52840", record: "S000000", budgetsOk: true });
    expect(z.object({ beats: z.number(), decisions: z.number() }).parse(report)).toEqual({
      beats: expect.toSatisfy((beats: number) => beats > 5),
      // 11 s: the first decision after 8 columns of 256 ms, then one every 512 ms.
      decisions: 18,
    });
  });

  it("detects the beats of a record", async () => {
    const report = await run("detect --record data/S000000.hea");
    const beat = z.object({ sample: z.number(), timeMs: z.number(), delayMs: z.number() });
    const { beats, ...rest } = z.looseObject({ beats: z.array(beat) }).parse(report);
    expect(rest).toMatchObject({ record: "S000000", lead: "II" });
    expect(beats.length).toBeGreaterThan(5);
  });
});
