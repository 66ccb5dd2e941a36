import type { ConditionedRecord } from "../data/record.ts";
import { type Graph, inputsOf } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { type TensorShape, tensorShapes } from "../graph/shapes.ts";
import { predict, type RecordLogits } from "./predict.ts";

/**
 * Decisions of a part: 4.4 minutes of a network that decides every 512 ms. The network's activations over a day would not
 * fit the backend's memory, and the matrix that averages columns into decisions grows with the square of the length.
 */
const PART_DECISIONS = 512;

/**
 * As `predict`, for records of any length: a long one is cut into parts that overlap by what a decision sees, so that
 * the decisions are those of the whole record.
 */
export function predictInParts(
  model: FloatModel,
  records: readonly ConditionedRecord[],
  partDecisions = PART_DECISIONS,
): RecordLogits[] {
  const grid = decisionGrid(model.graph);
  return records.map((record) => {
    const decisions: Float32Array[] = [];
    for (const { start, end, skipped, kept } of partsOf(record.samples.length, grid, partDecisions)) {
      const [part] = predict(model, [{ ...record, samples: record.samples.subarray(start, end) }]);
      for (const row of part.decisions.slice(skipped, skipped + kept)) decisions.push(row);
    }
    return { name: record.name, decisions, mean: meanOf(decisions) };
  });
}

/** Which samples a decision reads: decision d those from d * hop - before to d * hop + after, exclusive. */
interface DecisionGrid {
  readonly hopSamples: number;
  readonly beforeSamples: number;
  readonly afterSamples: number;
}

function decisionGrid(graph: Graph): DecisionGrid {
  const head = graph.nodes.find((node) => node.op === "averagePool" || node.op === "dense");
  if (head?.op !== "averagePool" && head?.op !== "dense") throw new RangeError(`graph ${graph.name} has no head`);
  const { columns } = head.op === "dense" ? head : { columns: 0 };
  const { window, hop, warmup } = head.op === "averagePool" ? head : { window: columns, hop: columns, warmup: columns };
  const column = tensorShapes(graph).get(inputsOf(head)[0]) as TensorShape;
  return {
    hopSamples: hop * column.strideSamples,
    beforeSamples: (window - warmup) * column.strideSamples - column.firstSample,
    afterSamples: (warmup - 1) * column.strideSamples + column.lastSample + 1,
  };
}

interface Part {
  readonly start: number;
  readonly end: number;
  /** Decisions of the part that belong to the one before it: they lack what is left of the part. */
  readonly skipped: number;
  readonly kept: number;
}

function* partsOf(samples: number, grid: DecisionGrid, partDecisions: number): Generator<Part> {
  const { hopSamples, beforeSamples, afterSamples } = grid;
  const overlap = Math.ceil(beforeSamples / hopSamples);
  for (let first = 0; ; first += partDecisions) {
    const skipped = Math.min(first, overlap);
    const start = (first - skipped) * hopSamples;
    const end = (first + partDecisions - 1) * hopSamples + afterSamples;
    if (end >= samples) return yield { start, end: samples, skipped, kept: Number.POSITIVE_INFINITY };
    yield { start, end, skipped, kept: partDecisions };
  }
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
}
