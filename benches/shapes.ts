import { type EngineBuild, FrontEnd } from "../host/index.ts";
import { SeededRandom } from "../tools/data/random.ts";
import { synthesize } from "../tools/data/synth/synthesize.ts";
import { buildGraph } from "../tools/graph/families.ts";
import { compress } from "../tools/quantize/compress.ts";
import { initialWeights } from "../tools/train/initialise.ts";

export const BUILDS: readonly EngineBuild[] = ["scalar", "simd"];

/** resnet1d-edge: a decision pools 10.24 s and comes every 0.512 s. */
export const WINDOW_SAMPLES = 5120;
export const HOP_SAMPLES = 256;

/** More than all its unpacked weights take. */
export const TILE_CACHE_BYTES = 1 << 20;

/** resnet1d-edge at 4 bits with untrained weights: the work does not depend on what was learned. */
export async function edgeModel(): Promise<Uint8Array> {
  const graph = buildGraph("resnet1d-edge", ["N", "A", "O", "~"]);
  const weights = initialWeights(graph, new SeededRandom(1));
  const { samples } = (await FrontEnd.create()).condition(sinusCounts(12, 500), {
    sampleRateHz: 500,
    millivoltsPerCount: 0.001,
  });
  const { file } = await compress({
    model: { graph, weights, facts: {} },
    records: [{ name: "sinus", label: "N", samples }],
    method: { kind: "fixed", width: 4 },
    seed: 1,
    selectionCrops: 1,
    calibrationCrops: 1,
  });
  return file;
}

/** ADC counts of a synthetic sinus rhythm, 1 count = 1 uV. */
export function sinusCounts(seconds: number, sampleRateHz: number): Int16Array {
  return Int16Array.from(synthesize({ rhythm: "sinus", seconds, sampleRateHz, seed: 1 }).leads[0].samples);
}
