import { argMax } from "../evaluate/arg-max.ts";
import { confusionMatrix } from "../evaluate/confusion.ts";
import { selectionF1 } from "../evaluate/f1.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";

const LIMIT = 1.5;
const STEPS_PER_UNIT = 20;
const ROUNDS = 3;

/**
 * Logit offsets that raise the selection F1 of the records given: one class at a time on a grid of -1.5 .. 1.5 in
 * steps of 0.05, three rounds over the classes, the first class kept at 0 (only differences count). Among equals the
 * smallest offset wins.
 * @param logits a record's mean logits
 */
export function tuneOffsets(
  logits: readonly Float32Array[],
  truths: readonly number[],
  classes: readonly string[],
): number[] {
  const offsets = classes.map(() => 0);
  const f1 = () => {
    const predictions = logits.map((row) => argMax(row.map((logit, index) => logit + offsets[index])));
    return selectionF1(confusionMatrix(truths, predictions, classes.length), classes);
  };
  const grid = gridBySize();
  let best = f1();
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 1; index < classes.length; index++) {
      let chosen = offsets[index];
      for (const candidate of grid) {
        offsets[index] = candidate;
        const reached = f1();
        if (reached > best) {
          best = reached;
          chosen = candidate;
        }
      }
      offsets[index] = chosen;
    }
  }
  return offsets;
}

/** The weights with the offsets added to the bias of the last dense layer. */
export function withOffsets(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  offsets: readonly number[],
): Map<string, Tensor> {
  const key = `${graph.nodes[graph.nodes.length - 1].name}.bias`;
  const { shape, data } = weights.get(key) as Tensor;
  return new Map([...weights, [key, { shape, data: data.map((bias, index) => bias + offsets[index]) }]]);
}

function gridBySize(): number[] {
  const steps = LIMIT * STEPS_PER_UNIT;
  return Array.from({ length: 2 * steps + 1 }, (_, i) => (i - steps) / STEPS_PER_UNIT).sort(
    (a, b) => Math.abs(a) - Math.abs(b),
  );
}
