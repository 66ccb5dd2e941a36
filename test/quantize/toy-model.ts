import type { ConditionedRecord } from "../../tools/data/record.ts";
import type { Graph } from "../../tools/graph/graph.ts";
import type { FloatModel, Tensor } from "../../tools/graph/model.ts";
import { type ResNet1dOptions, resnet1d } from "../../tools/graph/resnet1d.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../tools/random/random.ts";

export const TOY_CLASSES = ["slow", "fast", "flat"];

/** A residual network small enough for a test, every op in it. */
export function toyModel(seed: number, changes: Partial<ResNet1dOptions> = {}): FloatModel {
  const graph = resnet1d({
    name: "toy",
    classes: TOY_CLASSES,
    kernel: 3,
    padding: "causal",
    dropout: 0,
    stem: { channels: 5, kernel: 7, stride: 4, maxPool: 2 },
    blocks: [
      { channels: 5, stride: 1, dilation: 1 },
      { channels: 9, stride: 2, dilation: 2 },
    ],
    head: { kind: "average", window: 40, hop: 8, warmup: 8 },
    ...changes,
  });
  return { graph, weights: toyWeights(graph, seed), facts: { seed } };
}

/** Random weights for any graph, its activations of the order of 1. */
export function toyWeights(graph: Graph, seed: number): Map<string, Tensor> {
  const random = new SeededRandom(seed);
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const fanIn = length / shape[shape.length - 1];
    const draw: Readonly<Record<string, () => number>> = {
      weight: () => random.normal() / Math.sqrt(fanIn),
      bias: () => 0.1 * random.normal(),
      // Gains of both signs: folding must not lose one.
      gamma: () => (random.next() < 0.3 ? -1 : 1) * (0.5 + random.next()),
      beta: () => 0.2 * random.normal(),
      mean: () => 0.05 * random.normal(),
      variance: () => 0.2 + random.next(),
    };
    weights.set(key, { shape, data: Float32Array.from({ length }, draw[key.slice(key.lastIndexOf(".") + 1)]) });
  }
  return weights;
}

/** Spikes at a class's own rate, or noise alone. */
export function toyRecords(count: number, seed: number): ConditionedRecord[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const label = TOY_CLASSES[index % TOY_CLASSES.length];
    const period = label === "slow" ? 500 : 230;
    const height = label === "flat" ? 0 : 1200 + 300 * random.next();
    const samples = Int16Array.from({ length: 5200 + 40 * index }, (_, at) =>
      Math.round(height * Math.exp(-((((at % period) - 60) / 9) ** 2)) + 30 * random.normal()),
    );
    return { name: `toy${index}`, label, samples };
  });
}
