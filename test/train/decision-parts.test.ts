import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type ResNet1dOptions, resnet1d } from "../../tools/graph/resnet1d.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { predictWith } from "../../tools/train/predict.ts";
import { draws } from "../properties/draws.ts";

beforeAll(async () => {
  await selectBackend();
});

const network = (padding: "causal" | "symmetric", head: ResNet1dOptions["head"]) =>
  resnet1d({
    ...{ name: "tiny", classes: ["slow", "fast"], kernel: 5, padding, dropout: 0, head },
    stem: { channels: 4, kernel: 7, stride: 8, maxPool: 2 },
    blocks: [
      { channels: 4, stride: 2, dilation: 1 },
      { channels: 6, stride: 2, dilation: 2 },
    ],
  });
const average = { kind: "average", window: 40, hop: 4, warmup: 8 } as const;

function noise(samples: number) {
  const random = new SeededRandom(samples);
  return { name: "noise", label: "slow", samples: Int16Array.from({ length: samples }, () => 500 * random.normal()) };
}

describe.each([
  ["a causal network", network("causal", average)],
  ["a network that looks ahead", network("symmetric", average)],
  ["a one-window network", network("symmetric", { kind: "flatten", windowSamples: 320 })],
])("predictions in parts, %s", (_, graph) => {
  const weights = initialWeights(graph, new SeededRandom(1));

  it("makes the decisions of the whole record, whatever the parts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12_000 }), fc.integer({ min: 1, max: 9 }), (samples, partDecisions) => {
        const record = noise(samples);
        const [whole] = predictWith(graph, weights, [record], Number.POSITIVE_INFINITY);
        const [parts] = predictWith(graph, weights, [record], partDecisions);
        expect(parts.decisions.length).toBe(whole.decisions.length);
        parts.decisions.forEach((row, d) => {
          row.forEach((logit, c) => {
            expect(logit).toBeCloseTo(whole.decisions[d][c], 4);
          });
        });
        parts.mean.forEach((logit, c) => {
          expect(logit).toBeCloseTo(whole.mean[c], 4);
        });
      }),
      { numRuns: draws(40) },
    );
  });
});
