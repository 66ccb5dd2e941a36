import { TYPE_INT8, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { type Graph, type GraphNode, INPUT, inputsOf } from "../graph/graph.ts";
import { tensorShapes } from "../graph/shapes.ts";

export interface TensorPlan {
  readonly name: string;
  /** From the start of the arena. */
  readonly offsetBytes: number;
  readonly capacityRows: number;
  readonly rowBytes: number;
}

const ARENA_ALIGNMENT = 16;

/**
 * One sliding buffer a tensor, tensor 0 the input, laid end to end at 16-byte alignment. A buffer holds what its
 * consumers still need when a pass begins, the virtual zero rows before the record included, and what the pass adds;
 * and the zero rows behind the record's end.
 */
export function planMemory(graph: Graph, tickSamples: number): readonly TensorPlan[] {
  const shapes = tensorShapes(graph);
  const capacities = requiredRows(graph, tickSamples);
  const names = [INPUT, ...graph.nodes.map((node) => node.name)];
  let offsetBytes = 0;
  return names.map((name, index) => {
    const rowBytes = (shapes.get(name)?.channels ?? 0) * (elementType(graph, index) === TYPE_INT16 ? 2 : 1);
    const plan = { name, offsetBytes, capacityRows: capacities[index], rowBytes };
    offsetBytes += Math.ceil((plan.capacityRows * rowBytes) / ARENA_ALIGNMENT) * ARENA_ALIGNMENT;
    return plan;
  });
}

/** Bytes from the start of the arena to the end of its last tensor. */
export function arenaBytes(plan: readonly TensorPlan[]): number {
  const last = plan[plan.length - 1];
  return last.offsetBytes + last.capacityRows * last.rowBytes;
}

/**
 * Type of tensor `index` (0 the input): the input and the logits are int16, all else int8; a max pool keeps its
 * input's.
 */
export function elementType(graph: Graph, index: number): number {
  if (index === 0 || index === graph.nodes.length) return TYPE_INT16;
  const node = graph.nodes[index - 1];
  return node.op === "maxPool" ? elementType(graph, tensorIndex(graph, node.input)) : TYPE_INT8;
}

/** Tensor 0 is the input, tensor i + 1 is made by node i. */
export function tensorIndex(graph: Graph, name: string): number {
  return name === INPUT ? 0 : graph.nodes.findIndex((node) => node.name === name) + 1;
}

/** How a node walks over the rows of its input. */
export interface Reach {
  readonly span: number;
  readonly stride: number;
  readonly padLeft: number;
  readonly padRight: number;
}

export function reachOf(node: GraphNode): Reach {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d":
      return { ...node, span: (node.kernel - 1) * node.dilation + 1 };
    case "maxPool":
      return { span: node.kernel, stride: node.stride, padLeft: 0, padRight: 0 };
    case "averagePool":
      return { span: node.window, stride: node.hop, padLeft: node.window - node.warmup, padRight: 0 };
    case "dense":
      return { span: node.columns, stride: node.columns, padLeft: 0, padRight: 0 };
    case "add":
      return { span: 1, stride: 1, padLeft: 0, padRight: 0 };
  }
}

/**
 * Rows that each tensor's buffer must hold, simulated on row counters tick by tick.
 * Once every tensor has a row, R(n + P) = R(n) + P / stride for every tensor, P the logits' stride in samples: the
 * counters repeat after lcm(P, tick), so the start-up and one such period show every case. A one-window network
 * restarts its counters with each window, whose last tick also brings the rows of the look-ahead.
 */
export function requiredRows(graph: Graph, tickSamples: number): readonly number[] {
  const consumers = consumersOf(graph);
  const capacities = consumers.map(() => 1);
  const period = periodTicks(graph, tickSamples);
  const windowTicks = graph.windowSamples === null ? Number.POSITIVE_INFINITY : graph.windowSamples / tickSamples;
  let rows = rowsAfter(graph, 0, false);
  for (let tick = 0, steady = 0; tick < windowTicks && steady <= period; tick++) {
    const next = rowsAfter(graph, (tick + 1) * tickSamples, tick + 1 === windowTicks);
    if (rows.every((count) => count > 0)) steady++;
    consumers.forEach((nodes, tensor) => {
      const needed = nodes.map((node) => neededFrom(node, rows, tensor, tensorIndex(graph, node.name)));
      capacities[tensor] = Math.max(capacities[tensor], next[tensor] - Math.min(rows[tensor], ...needed));
    });
    rows = next;
  }
  return capacities.map(
    (rowsNeeded, tensor) => rowsNeeded + Math.max(0, ...consumers[tensor].map((node) => reachOf(node).padRight)),
  );
}

function consumersOf(graph: Graph): GraphNode[][] {
  const consumers: GraphNode[][] = Array.from({ length: graph.nodes.length + 1 }, () => []);
  for (const node of graph.nodes) {
    for (const input of new Set(inputsOf(node))) consumers[tensorIndex(graph, input)].push(node);
  }
  return consumers;
}

/** Rows of every tensor after `samples` input samples; with those of the look-ahead where the record has ended. */
function rowsAfter(graph: Graph, samples: number, ended: boolean): number[] {
  const rows = [samples];
  for (const node of graph.nodes) {
    const available = Math.min(...inputsOf(node).map((input) => rows[tensorIndex(graph, input)]));
    const { span, stride, padLeft, padRight } = reachOf(node);
    const reach = available + padLeft + (ended ? padRight : 0) - span;
    rows.push(Math.max(0, Math.floor(reach / stride) + 1));
  }
  return rows;
}

/** First row of `tensor` that a consumer still reads; a dense layer takes rows as they come. */
function neededFrom(consumer: GraphNode, rows: readonly number[], tensor: number, output: number): number {
  if (consumer.op === "dense") return rows[tensor];
  const { stride, padLeft } = reachOf(consumer);
  return rows[output] * stride - padLeft;
}

function periodTicks(graph: Graph, tickSamples: number): number {
  const logits = graph.nodes[graph.nodes.length - 1];
  const hopSamples = tensorShapes(graph).get(logits.name)?.strideSamples ?? 1;
  return hopSamples / greatestCommonDivisor(hopSamples, tickSamples);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
