import type { ConditionedRecord } from "../../data/record.ts";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import type { Span } from "../batches/crops.ts";
import { predict } from "../predict.ts";

/**
 * A network's logits of each record, one row a column of its last stream tensor. The network is asked once a
 * training, over the whole record as it is: a large network on every crop would cost more than the student's training.
 */
export interface Teacher {
  /** Samples of a column: row j speaks of samples j * strideSamples up to (j + 1) * strideSamples, and what went before. */
  readonly strideSamples: number;
  /** [columns][classes] by the record's name. */
  readonly logits: ReadonlyMap<string, readonly Float32Array[]>;
}

/** Asks a model. Needs a selected backend. */
export function askTeacher(model: FloatModel, records: readonly ConditionedRecord[]): Teacher {
  const graph = columnByColumn(model.graph);
  const strideSamples = teacherStride(model.graph);
  const answers = predict({ ...model, graph }, records);
  return { strideSamples, logits: new Map(answers.map(({ name, decisions }) => [name, decisions])) };
}

export function teacherStride(graph: Graph): number {
  const columns = columnByColumn(graph);
  return tensorShapes(columns).get(columns.nodes[columns.nodes.length - 1].name)?.strideSamples as number;
}

/** The mean over the teachers of their mean logits within a span: what an ensemble of them decides by. */
export function taughtLogits(teachers: readonly Teacher[], name: string, { from, to }: Span): Float64Array {
  const words = teachers.map(({ strideSamples, logits }) => {
    const rows = logits.get(name);
    if (!rows) throw new RangeError(`no teacher was asked about record ${name}`);
    const first = Math.min(rows.length - 1, Math.floor(from / strideSamples));
    return meanRow(rows.slice(first, Math.max(first + 1, Math.ceil(to / strideSamples))));
  });
  return meanRow(words);
}

/**
 * The graph with a decision a column. A one-window network stays as it is: its column is the window. One that decides on
 * sequences decides at the end of every hop: its column is the hop.
 */
function columnByColumn(graph: Graph): Graph {
  if (graph.windowSamples !== null) return graph;
  const hasSequences = graph.nodes.some(({ op }) => op === "window");
  const nodes = graph.nodes.map((node) => {
    if (node.op === "window") return { ...node, warmup: node.hop };
    return node.op === "averagePool" && !hasSequences ? { ...node, window: 1, hop: 1, warmup: 1 } : node;
  });
  return { ...graph, nodes };
}

function meanRow(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < mean.length; i++) mean[i] += row[i] / rows.length;
  return mean;
}
