import { describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/index.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { readFloatModel } from "../../tools/export/safetensors/safetensors.ts";
import { hubertNano } from "../../tools/graph/hubert.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../tools/quantize/quantization-state.ts";
import { type LayerError, layerErrors } from "./layer-error.ts";
import { toyWeights } from "./toy-model.ts";

/** A float model of your own, whose table is printed: HUBERT_MODEL=model.safetensors npx vitest run test/quantize/layer-error.test.ts */
const path = process.env.HUBERT_MODEL;
const nano = hubertNano(["N", "A", "O", "~"]);
const model: FloatModel = path ? readFloatModel(path) : { graph: nano, weights: toyWeights(nano, 11), facts: {} };

async function crop(rhythm: "sinus" | "afib", seed: number): Promise<Int16Array> {
  const { samples } = synthesize({ rhythm, seconds: 10.5, sampleRateHz: 500, seed }).leads[0];
  const input = { sampleRateHz: 500, millivoltsPerCount: 0.001 };
  return (await FrontEnd.create()).condition(Int16Array.from(samples), input).samples.slice(0, 5120);
}

/** Ranges are those of the very crops that are measured: what leaves a range on others is not arithmetic. */
const crops = [await crop("sinus", 5), await crop("afib", 6)];
const nearest = { ...DEFAULT_QUANTIZATION, rounding: "nearest" } as const;
const network = new QuantizationState(model, crops, 8, nearest).network();

const [sinus, afib] = crops.map((samples) => layerErrors(model, network, samples));
const worst = sinus.map((layer, index) => worse(layer, afib[index]));
const TARGET = 0.01;

describe("a transformer's layers at 8 bits, against float arithmetic on the same weights", () => {
  if (path) console.table(worst.map(printable));

  it("are off somewhere, each of them, by less than a third of the range", () => {
    for (const { name, arithmetic } of worst) {
      expect(arithmetic, name).toBeGreaterThan(0);
      expect(arithmetic, name).toBeLessThan(1 / 3);
    }
  });

  it("are within 1 % of their range up to the first norm", () => {
    const stem = worst.slice(
      0,
      worst.findIndex(({ name }) => name.endsWith("norm")),
    );
    for (const { name, arithmetic } of stem) expect(arithmetic, name).toBeLessThanOrEqual(TARGET);
  });

  // docs/hubert.md says which are not, and why. Passes no more once they are: then this is one test with the one above.
  it.fails("are within 1 % of their range behind it", () => {
    for (const { name, arithmetic } of worst) expect(arithmetic, name).toBeLessThanOrEqual(TARGET);
  });
});

function worse(a: LayerError, b: LayerError): LayerError {
  return {
    ...a,
    range: Math.max(a.range, b.range),
    arithmetic: Math.max(a.arithmetic, b.arithmetic),
    network: Math.max(a.network, b.network),
  };
}

function printable({ name, type, range, arithmetic, network: whole }: LayerError) {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return { layer: name, type, range: Number(range.toPrecision(3)), integers: percent(arithmetic), all: percent(whole) };
}
