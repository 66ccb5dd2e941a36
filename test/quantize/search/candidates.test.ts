import { describe, expect, it } from "vitest";
import { pack } from "../../../tools/export/pack.ts";
import { measureOutcome, UNLIMITED } from "../../../tools/quantize/loss/engine-loss.ts";
import { startLogitsSource } from "../../../tools/quantize/loss/logits-source.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../../tools/quantize/quantization-state.ts";
import { type CandidateOptions, openCandidates } from "../../../tools/quantize/search/candidates.ts";
import { weightBytes } from "../../../tools/quantize/search/weight-bytes.ts";
import { SEARCH_WIDTHS, uniformWidths, type Width, type Widths } from "../../../tools/quantize/width.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { toyHubert } from "../toy-hubert.ts";
import { toyModel, toyRecords } from "../toy-model.ts";

const RECORDS = toyRecords(24, 5);
const MODEL = toyModel(11);
const OPTIONS: CandidateOptions = { model: MODEL, records: RECORDS, seed: 1, selectionCrops: 12, calibrationCrops: 3 };

function randomWidths(layers: Iterable<string>, random: SeededRandom): Widths {
  return new Map([...layers].map((name) => [name, SEARCH_WIDTHS[random.integer(SEARCH_WIDTHS.length)]]));
}

describe("the network at a vector of widths", () => {
  it.each([
    ["batch norm re-estimated", {}],
    ["rounded by output error, with bias correction", { rounding: "outputError", correctBias: true } as const],
    ["as it was trained", { reestimateBatchNorm: false }],
  ])("does not depend on how the search came there: %s", (_, changes) => {
    const crops = RECORDS.slice(0, 3).map(({ samples }) => samples.subarray(0, 1200));
    const fresh = (width: Width) => new QuantizationState(MODEL, crops, width, { ...DEFAULT_QUANTIZATION, ...changes });
    const wandering = fresh(8);
    const random = new SeededRandom(4);
    for (let step = 0; step < 4; step++) {
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
      for (const width of [1, 3, "ternary"] as const) {
        // Sections are aligned.
        expect(Math.abs(pack(state.network(uniform(width))).length - counted(uniform(width)) - rest)).toBeLessThan(16);
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
      expect(await taken(2, 99)).toEqual(alone);
      expect(await taken(3, 11)).toEqual(alone.slice(0, 11));
    }
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
