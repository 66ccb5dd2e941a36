import type { ConditionedRecord } from "../../tools/data/record.ts";
import type { Graph } from "../../tools/graph/graph.ts";
import { resnet1d } from "../../tools/graph/resnet1d.ts";
import { SeededRandom } from "../../tools/random/random.ts";

/** A causal network small enough to train in a test, with a strided, a plain and a dilated convolution. */
export function tinyGraph(classes: readonly string[] = ["slow", "fast"]): Graph {
  return resnet1d({
    name: "tiny",
    classes,
    kernel: 3,
    padding: "causal",
    dropout: 0.1,
    stem: { channels: 4, kernel: 7, stride: 8, maxPool: 2 },
    blocks: [
      { channels: 4, stride: 2, dilation: 1 },
      { channels: 6, stride: 2, dilation: 2 },
    ],
    head: { kind: "average", window: 40, hop: 4, warmup: 8 },
  });
}

/** Half the records a slow sine, half a fast one, in noise; lengths from 2 s to 14 s. */
export function sineRecords(count: number, seed: number): ConditionedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new SeededRandom(seed).fork(`record ${index}`);
    const isFast = index % 2 === 1;
    const period = (isFast ? 40 : 160) * (0.9 + 0.2 * random.next());
    const length = 1000 + random.integer(6000);
    const samples = Int16Array.from(
      { length },
      (_, i) => 500 * Math.sin((2 * Math.PI * i) / period) + 100 * random.normal(),
    );
    return { name: `sine-${index}`, label: isFast ? "fast" : "slow", samples };
  });
}
