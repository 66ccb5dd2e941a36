import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { reestimateMoments } from "../../tools/finetune/reestimate-moments.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../tools/graph/model.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { NO_AUGMENTATION } from "../../tools/train/batches/crops.ts";
import { NOTHING_FROZEN } from "../../tools/train/freeze.ts";
import { forward } from "../../tools/train/layers/layers.ts";
import { DEFAULT_TRAIN_OPTIONS } from "../../tools/train/recipe/options.ts";
import { copyWeights } from "../../tools/train/state.ts";
import { askOnCrops } from "../../tools/train/teachers/crop-teacher.ts";
import { toyModel } from "../quantize/toy-model.ts";

const SAMPLES = 1024;
const RECORDS = 8;

beforeAll(async () => {
  await selectBackend();
});

describe("batch-norm statistics estimated anew", () => {
  it.each([1, 4])("on %i batches of the same crops make inference what training was", (batches) => {
    const random = new SeededRandom(7);
    const records = Array.from({ length: RECORDS }, (_, index) => ({
      name: `${index}`,
      label: "slow",
      samples: Int16Array.from({ length: SAMPLES }, () => (100 + 200 * index) * random.normal()),
    }));
    const { graph, weights: before } = toyModel(8);
    const weights = copyWeights(before);
    const options = {
      ...DEFAULT_TRAIN_OPTIONS,
      batchSize: RECORDS / batches,
      cropSamples: SAMPLES,
      augmentation: NO_AUGMENTATION,
    };
    const set = { records, labels: records.map(() => 0), noise: null, teachers: [] };
    reestimateMoments(graph, weights, set, options, batches, random);

    const signals = records.flatMap(({ samples }) => [...samples].map((count) => count * INPUT_MILLIVOLTS_PER_COUNT));
    const [inference, training, trained] = tf.tidy(() => {
      const x = tf.tensor3d(signals, [RECORDS, SAMPLES, 1]);
      const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
      const mode = {
        frozen: NOTHING_FROZEN,
        onMoments: () => undefined,
        dropoutMask: () => tf.ones([1, 1]) as tf.Tensor2D,
      };
      const asBefore = askOnCrops({ graph, weights: before, facts: {} }, x).logits;
      return [askOnCrops({ graph, weights, facts: {} }, x).logits, forward(graph, tensors, x, mode), asBefore].map(
        (logits) => [...logits.dataSync()],
      );
    });
    const distance = (logits: readonly number[]) =>
      Math.max(...logits.map((logit, i) => Math.abs(logit - training[i])));
    // Behind the first layer moments of several batches are of tensors that each batch normalised by itself.
    expect(distance(inference)).toBeLessThan(batches === 1 ? 1e-3 : 0.5 * distance(trained));
  });
});
