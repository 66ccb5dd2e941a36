import { SeededRandom } from "../../tools/data/random.ts";
import type { ConditionedRecord } from "../../tools/data/record.ts";
import { inputsOf } from "../../tools/graph/graph.ts";
import type { FloatModel, Tensor } from "../../tools/graph/model.ts";
import { type ResNet1dOptions, resnet1d } from "../../tools/graph/resnet1d.ts";
import { tensorShapes } from "../../tools/graph/shapes.ts";

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
  const random = new SeededRandom(seed);
  const tensor = (length: number, value: () => number): Tensor => ({
    shape: [length],
    data: Float32Array.from({ length }, value),
  });
  const weights = new Map<string, Tensor>();
  const shapes = tensorShapes(graph);
  for (const node of graph.nodes) {
    if (node.op !== "conv1d" && node.op !== "dense") continue;
    const channels = shapes.get(inputsOf(node)[0])?.channels ?? 0;
    const fanIn = (node.op === "conv1d" ? node.kernel : node.columns) * channels;
    const out = node.op === "conv1d" ? node.outChannels : node.outFeatures;
    weights.set(
      `${node.name}.weight`,
      tensor(fanIn * out, () => random.normal() / Math.sqrt(fanIn)),
    );
    if (node.op === "dense")
      weights.set(
        `${node.name}.bias`,
        tensor(out, () => 0.1 * random.normal()),
      );
    else {
      // Gains of both signs: folding must not lose one.
      weights.set(
        `${node.name}.gamma`,
        tensor(out, () => (random.next() < 0.3 ? -1 : 1) * (0.5 + random.next())),
      );
      weights.set(
        `${node.name}.beta`,
        tensor(out, () => 0.2 * random.normal()),
      );
      weights.set(
        `${node.name}.mean`,
        tensor(out, () => 0.05 * random.normal()),
      );
      weights.set(
        `${node.name}.variance`,
        tensor(out, () => 0.2 + random.next()),
      );
    }
  }
  return { graph, weights, facts: { seed } };
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
