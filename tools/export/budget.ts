import type { Engine } from "qhubert-engine";
import { macsPer } from "../graph/costs.ts";
import type { Graph } from "../graph/graph.ts";
import { headNode } from "../graph/sequences.ts";
import { receptiveFieldSamples } from "../graph/shapes.ts";
import type { NetworkTiming } from "./plan/timing.ts";

/** The part of the budget contract that only a run of the engine finds. */
export interface MeasuredBudget {
  /** Static data, state, arena and scratch of the scalar build. */
  readonly ramBytes: number;
  /** Bytes that the engine reads from flash in a hop of the steady state, with one scratch tile. */
  readonly flashReadBytesPerHop: number;
}

/**
 * Bytes of stack that a host sets aside for the engine: an allowance, not a measurement. The engine keeps its state in linear
 * memory and does not recurse; the stack holds the call frames of its deepest path.
 */
export const STACK_BYTES = 2048;

/** Counts the multiply-accumulates of a hop of the steady state. */
export function macsPerHop(graph: Graph, timing: NetworkTiming): number {
  return Math.round(macsPer(graph, timing.hopSamples));
}

/** Measures a model on the scalar engine. Ends its current record. */
export function measureBudget(engine: Engine, graph: Graph, timing: NetworkTiming): MeasuredBudget {
  engine.reset();
  engine.push(new Int16Array(startUpSamples(graph, timing)));
  const before = engine.profile().flashBytes;
  engine.push(new Int16Array(timing.hopSamples));
  const flashReadBytesPerHop = engine.profile().flashBytes - before;
  engine.reset();
  return { ramBytes: engine.ramBytes, flashReadBytesPerHop };
}

/** Counts the samples, in whole hops, after which every hop does the same work: none in a one-window network. */
function startUpSamples(graph: Graph, timing: NetworkTiming): number {
  if (graph.windowSamples !== null) return 0;
  const head = headNode(graph);
  const columns = head.op === "dense" ? 0 : head.window;
  const samples = receptiveFieldSamples(graph) + timing.lookAheadSamples + columns * timing.totalStride;
  return (Math.ceil(samples / timing.hopSamples) + 1) * timing.hopSamples;
}
