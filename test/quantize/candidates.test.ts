import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../../tools/data/random.ts";
import { pack } from "../../tools/export/pack.ts";
import { type CandidateOptions, openCandidates } from "../../tools/quantize/candidates.ts";
import { type CompressionRequest, compress } from "../../tools/quantize/compress.ts";
import { laqMethod, menuFrom, parseMenu } from "../../tools/quantize/compression-method.ts";
import { measureOutcome, UNLIMITED } from "../../tools/quantize/engine-loss.ts";
import { IMPORTANCE_NAMES } from "../../tools/quantize/importance-measures.ts";
import { startLogitsSource } from "../../tools/quantize/logits-source.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../tools/quantize/quantization-state.ts";
import { weightBytes } from "../../tools/quantize/weight-bytes.ts";
import { BIT_WIDTHS, SEARCH_WIDTHS, uniformWidths, type Width, type Widths } from "../../tools/quantize/width.ts";
import { toyHubert } from "./toy-hubert.ts";
import { toyModel, toyRecords } from "./toy-model.ts";

const folder = mkdtempSync(join(tmpdir(), "qhubert-candidates-"));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORDS = toyRecords(24, 5);
const MODEL = toyModel(11);
const OPTIONS: CandidateOptions = { model: MODEL, records: RECORDS, seed: 1, selectionCrops: 24, calibrationCrops: 6 };
const SEARCH = laqMethod("kl", { divergenceBudget: 0.003 });
const run = (changes: Partial<CompressionRequest> = {}) => compress({ ...OPTIONS, method: SEARCH, ...changes });

function randomWidths(layers: Iterable<string>, random: SeededRandom): Widths {
  return new Map([...layers].map((name) => [name, SEARCH_WIDTHS[random.integer(SEARCH_WIDTHS.length)]]));
}

describe("the network at a vector of widths", () => {
  it.each([
    ["batch norm re-estimated", {}],
    ["rounded by output error, with bias correction", { rounding: "outputError", correctBias: true } as const],
    ["as it was trained", { reestimateBatchNorm: false }],
  ])("does not depend on how the search came there: %s", (_, changes) => {
    const crops = RECORDS.slice(0, 3).map(({ samples }) => samples.subarray(0, 2000));
    const fresh = (width: Width) => new QuantizationState(MODEL, crops, width, { ...DEFAULT_QUANTIZATION, ...changes });
    const wandering = fresh(8);
    const random = new SeededRandom(4);
    for (let step = 0; step < 8; step++) {
      const widths = randomWidths(wandering.layers.keys(), random);
      const direct = fresh(2);
      expect(pack(wandering.network(widths))).toEqual(pack(direct.network(widths)));
      if (step % 2 === 0) wandering.settle(widths);
      expect(wandering.network()).toEqual(wandering.network(wandering.widths));
    }
  });

  it("takes the bytes that `weightBytes` says", () => {
    for (const model of [MODEL, toyHubert(2)]) {
      const crops = RECORDS.slice(0, 1).map(({ samples }) => samples.subarray(0, 2600));
      const state = new QuantizationState(model, crops, 8, DEFAULT_QUANTIZATION);
      const bytesOf = weightBytes(state.graph, state.layers);
      const uniform = (width: Width) => uniformWidths(state.layers.keys(), width);
      const counted = (widths: Widths) => [...widths].reduce((sum, [name, width]) => sum + bytesOf(name, width), 0);
      const rest = pack(state.network(uniform(8))).length - counted(uniform(8));
      for (const width of [...BIT_WIDTHS, "ternary"] as const) {
        // Sections are aligned to 4 bytes.
        expect(Math.abs(pack(state.network(uniform(width))).length - counted(uniform(width)) - rest)).toBeLessThan(8);
      }
    }
  });

  it("has the mean of its float network's sums where biases are corrected", async () => {
    const divergenceAt = async (correctBias: boolean) => {
      const options = { ...OPTIONS, model: toyHubert(3), quantization: { ...DEFAULT_QUANTIZATION, correctBias } };
      const candidates = openCandidates(options, 2, null);
      const { divergence } = await candidates.outcomes.outcome(candidates.state.widths, UNLIMITED, {
        layer: null,
        width: 2,
      });
      return divergence;
    };
    expect(await divergenceAt(true)).toBeLessThan(await divergenceAt(false));
  });

  it("names a layer that cannot be quantized", () => {
    const weights = new Map(MODEL.weights);
    const broken = weights.get("stem.weight") ?? [...weights.values()][0];
    weights.set("stem.weight", { ...broken, data: broken.data.map((value, at) => (at === 3 ? Number.NaN : value)) });
    const crops = [RECORDS[0].samples];
    expect(() => new QuantizationState({ ...MODEL, weights }, crops, 4, DEFAULT_QUANTIZATION)).toThrow(
      /^layer stem cannot be quantized: output channel 3 has the weight NaN/,
    );
  });
});

describe("logits on threads", () => {
  it("are those of one thread, in the order of the records and no more than asked for", async () => {
    const records = RECORDS.map(({ samples }) => samples);
    const state = new QuantizationState(MODEL, [records[0]], 4, DEFAULT_QUANTIZATION);
    const file = pack(state.network());
    for (const pooling of ["last", "mean"] as const) {
      const taken = async (workers: number, count: number) => {
        const source = startLogitsSource([...records, new Int16Array(5)], pooling, workers);
        const rows: (readonly number[] | null)[] = [];
        await source.run(file, (logits, index) => {
          expect(index).toBe(rows.length);
          rows.push(logits && [...logits]);
          return rows.length < count;
        });
        await source.close();
        return rows;
      };
      const alone = await taken(1, 99);
      expect(alone).toHaveLength(25);
      expect(alone[24]).toBeNull();
      for (const workers of [2, 3]) {
        expect(await taken(workers, 99)).toEqual(alone);
        expect(await taken(workers, 11)).toEqual(alone.slice(0, 11));
      }
    }
  });
});

describe("a search", () => {
  it("gives the same file and the same steps for any number of workers", async () => {
    const alone = await run();
    const shared = await run({ workers: 2 });
    expect(shared.file).toEqual(alone.file);
    expect(shared.report.search).toEqual(alone.report.search);
  });

  it("that was interrupted gives the same file byte for byte, and measures nothing twice", async () => {
    const path = join(folder, "interrupted.journal");
    const whole = await run({ journal: path });
    const lines = readFileSync(path, "utf8").split("\n");
    const evaluations = lines.length - 2;
    expect(evaluations).toBeGreaterThan(20);
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
      expect(report.selection.errors).toBeLessThanOrEqual(report.selection.floatErrors + 0.2 * 24);
    },
  );

  it("says what a user may have meant otherwise", async () => {
    const notes: string[] = [];
    const records = RECORDS.filter(({ label }) => label !== "fast");
    await run({ records, method: laqMethod("errors", { menu: [8] }), onNote: (note) => notes.push(note) });
    expect(notes).toEqual([
      "no crop of the selection set is of class fast: no choice looks at what becomes of it",
      expect.stringMatching(/^gamma 0.0001 tolerates .* less than one of 24 crops/),
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

describe("an outcome", () => {
  it("stops at the first crop that settles it", async () => {
    const candidates = openCandidates(OPTIONS, 2, null);
    const file = pack(candidates.state.network());
    const whole = await measureOutcome(file, candidates.crops);
    const limit = whole.divergence / 2;
    const partial = await measureOutcome(file, candidates.crops, { criterion: "kl", margin: 0, limit });
    expect(partial.complete).toBe(false);
    expect(partial.divergence).toBeGreaterThan(limit);
    expect(partial.divergence).toBeLessThanOrEqual(whole.divergence);
  });
});
