import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { decisionGradient } from "../../../tools/finetune/decision-gradient.ts";
import { type CompressionRequest, compress } from "../../../tools/quantize/compress.ts";
import { laqMethod, menuFrom, parseMenu } from "../../../tools/quantize/compression-method.ts";
import { IMPORTANCE_NAMES } from "../../../tools/quantize/search/importance-measures.ts";
import { toyModel, toyRecords } from "../toy-model.ts";

const folder = mkdtempSync(join(tmpdir(), "qhubert-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORDS = toyRecords(24, 5);
const CROPS = { selectionCrops: 12, calibrationCrops: 3 };
const OPTIONS = { model: toyModel(11), records: RECORDS, seed: 1, ...CROPS, gradient: decisionGradient };
const SEARCH = laqMethod("kl", { divergenceBudget: 0.00003, menu: ["ternary", 2, 4], screeningCrops: 5 });
const run = (changes: Partial<CompressionRequest> = {}) => compress({ ...OPTIONS, method: SEARCH, ...changes });

describe("a search", () => {
  it("gives the same file and the same steps for any number of workers", async () => {
    const alone = await run();
    const shared = await run({ workers: 2 });
    expect(shared.file).toEqual(alone.file);
    expect(shared.report.search).toEqual(alone.report.search);
  });

  it("compares steps on few crops and takes none that was not measured on all", async () => {
    const path = join(folder, "screened.journal");
    const { report } = await run({ journal: path });
    const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
    const measured = lines.map((line) => JSON.parse(line));
    expect(new Set(measured.map(({ crops }) => crops))).toEqual(new Set([5, 12]));
    const steps = report.search?.steps ?? [];
    expect(steps.length).toBeGreaterThan(0);
    for (const { layer, width, loss } of steps.filter(({ outcome }) => outcome === "accepted")) {
      expect(measured).toContainEqual(expect.objectContaining({ layer, width, loss, crops: 12 }));
    }
    const whole = await run({ method: { ...SEARCH, screeningCrops: 12 } });
    expect(whole.report.selection.crops).toBe(12);
    expect(Math.max(report.search?.loss ?? 1, whole.report.search?.loss ?? 1)).toBeLessThanOrEqual(0.00003);
  });

  it("that was interrupted gives the same file byte for byte, and measures nothing twice", async () => {
    const path = join(folder, "interrupted.journal");
    const whole = await run({ journal: path });
    const lines = readFileSync(path, "utf8").split("\n");
    const evaluations = lines.length - 2;
    expect(evaluations).toBeGreaterThan(10);
    for (const kept of [1, Math.floor(evaluations / 2), evaluations]) {
      writeFileSync(path, `${lines.slice(0, 1 + kept).join("\n")}\n`);
      const again = await run({ journal: path, workers: 2 });
      expect(again.file).toEqual(whole.file);
      expect(again.report.search).toEqual(whole.report.search);
      const widths = (text: readonly string[]) => text.slice(1, -1).map((line) => JSON.parse(line).widths);
      expect(widths(readFileSync(path, "utf8").split("\n"))).toEqual(widths(lines));
    }
    await expect(run({ journal: path, seed: 2 })).rejects.toThrow("another search: its selection differs");
    await expect(run({ journal: path, method: laqMethod("errors") })).rejects.toThrow("its options differs");
    await expect(run({ journal: path, model: toyModel(12) })).rejects.toThrow("its model differs");
  });

  it.each(IMPORTANCE_NAMES)(
    "by %s ranks every layer, 1 for the most important but for the paper's own",
    async (importance) => {
      const method = laqMethod("errors", { importance, menu: [2, 8], gamma: 0.2 });
      const { report } = await run({ method });
      expect(report.search?.complete).toBe(true);
      expect(report.selection.errors).toBeLessThanOrEqual(report.selection.floatErrors + 0.2 * 12);
    },
  );

  it("says where it lacks gradients", async () => {
    const method = laqMethod("errors", { importance: "hessianTrace" });
    await expect(run({ method, gradient: undefined })).rejects.toThrow("takes gradients of the network");
  });

  it("says what a user may have meant otherwise", async () => {
    const notes: string[] = [];
    const records = RECORDS.filter(({ label }) => label !== "fast");
    await run({ records, method: laqMethod("errors", { menu: [8] }), onNote: (note) => notes.push(note) });
    expect(notes).toEqual([
      "no crop of the selection set is of class fast: no choice looks at what becomes of it",
      expect.stringMatching(/^gamma 0.0001 tolerates .* less than one of 12 crops/),
    ]);
  });
});

describe("a menu", () => {
  it("is sorted, and cut off at its floor", () => {
    expect(parseMenu("8, ternary,2")).toEqual(["ternary", 2, 8]);
    expect(menuFrom(["ternary", 2, 8], 2)).toEqual([2, 8]);
  });

  it.each(["", " , ", "2,2", "9", "2,,3"])("is refused in a sentence: %j", (text) => {
    expect(() => parseMenu(text)).toThrow(RangeError);
  });

  it("with nothing above its floor is refused, and a search without a width", async () => {
    expect(() => menuFrom([1, 2], 3)).toThrow("a floor of 3 leaves no width of the menu 1, 2");
    await expect(run({ method: laqMethod("kl", { menu: [] }) })).rejects.toThrow("a menu without a width");
  });
});
