import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { clusterLogits, maskedLoss } from "../../tools/pretrain/masked-loss.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";

const [TOKENS, WIDTH, PROJECTED, CLUSTERS] = [7, 5, 4, 3];
const mask = Uint8Array.of(1, 0, 1, 1, 0, 0, 1);
const clusters = Int32Array.of(0, 1, 2, 2, 0, 1, 1);

/** hidden, projection, bias, labels */
const SHAPES = [[TOKENS, WIDTH], [WIDTH, PROJECTED], [PROJECTED], [CLUSTERS, PROJECTED]];
const random = new SeededRandom(1);
const values = SHAPES.map((shape) =>
  Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () => random.normal()),
);

/** The formula in double precision, without tfjs: mean over masked t of -log softmax(cos(A h_t + b, e_c) / 0.1). */
function plainLoss([hidden, projection, bias, labels]: ArrayLike<number>[]): number {
  const length = (vector: number[]) => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
  const costs: number[] = [];
  for (let t = 0; t < TOKENS; t++) {
    if (mask[t] === 0) continue;
    const projected = Array.from({ length: PROJECTED }, (_, p) => {
      let sum = bias[p];
      for (let k = 0; k < WIDTH; k++) sum += hidden[t * WIDTH + k] * projection[k * PROJECTED + p];
      return sum;
    });
    const logits = Array.from({ length: CLUSTERS }, (_, c) => {
      const label = Array.from({ length: PROJECTED }, (_, p) => labels[c * PROJECTED + p]);
      const product = projected.reduce((sum, value, p) => sum + value * label[p], 0);
      return product / length(projected) / length(label) / 0.1;
    });
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    costs.push(Math.log(sum) - logits[clusters[t]]);
  }
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
}

function lossAndGradients(): { loss: number; gradients: Float32Array[] } {
  return tf.tidy(() => {
    const loss = (...[hidden, projection, bias, labels]: tf.Tensor[]) => {
      const head = { projection, bias, labels } as Parameters<typeof clusterLogits>[1];
      return maskedLoss(clusterLogits(hidden as tf.Tensor2D, head), clusters, mask);
    };
    const { value, grads } = tf.valueAndGrads(loss)(values.map((data, i) => tf.tensor(data, SHAPES[i])));
    return { loss: value.dataSync()[0], gradients: grads.map((gradient) => gradient.dataSync() as Float32Array) };
  });
}

const BACKENDS: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => tf.setBackend("cpu"),
  wasm: () => selectBackend(),
};

describe.each(Object.keys(BACKENDS))("the masked loss on %s", (backend) => {
  it("is that of the plain formula, with the gradients that its differences show", async () => {
    await BACKENDS[backend]();
    const { loss, gradients } = lossAndGradients();
    expect(loss).toBeCloseTo(plainLoss(values), 4);
    const step = 1e-4;
    gradients.forEach((gradient, input) => {
      const numeric = Float32Array.from(gradient, (_, i) => {
        const moved = (by: number) =>
          values.map((data, k) => (k === input ? Float64Array.from(data, (v, at) => (at === i ? v + by : v)) : data));
        return (plainLoss(moved(step)) - plainLoss(moved(-step))) / (2 * step);
      });
      gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(numeric[i], 3);
      });
      expect(Math.max(...numeric.map(Math.abs))).toBeGreaterThan(0.1);
    });
  });

  it("does not see a token that is not masked", async () => {
    await BACKENDS[backend]();
    const [hidden] = lossAndGradients().gradients;
    for (let t = 0; t < TOKENS; t++) {
      const isMoved = hidden.slice(t * WIDTH, (t + 1) * WIDTH).some((value) => value !== 0);
      expect(isMoved).toBe(mask[t] === 1);
    }
  });
});
