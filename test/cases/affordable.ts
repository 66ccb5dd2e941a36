import { MAX_STRIDE } from "../../assembly/shared/limits.ts";
import { nodeCosts } from "../../tools/graph/costs.ts";
import type { Graph } from "../../tools/graph/graph.ts";
import { tensorShapes } from "../../tools/graph/shapes.ts";
import type { TensorShape } from "../../tools/graph/tensor-shape.ts";
import type { NetworkSpec, StageSpec } from "./network-spec.ts";
import { graphOf } from "./spec-graph.ts";

/** Times of the reference for a product and for an output, fitted to 200 random networks under Node 20. */
const PRODUCT_NANOSECONDS = 11;
const OUTPUT_NANOSECONDS = 600;

/** Most time of the reference per sample: 24 ms for a record of 1,200 samples. */
const LIMIT_NANOSECONDS_PER_SAMPLE = 20_000;

/**
 * Returns a spec that the reference runs in a moment: the spec itself, or its layers after a first conv of a longer
 * stride. Where the longest stride does not help, since padding makes most of the rows, it drops the last stage.
 */
export function affordable(spec: NetworkSpec): NetworkSpec {
  if (isAffordable(graphOf(spec))) return spec;
  const first = spec.stages.findIndex((stage) => stage.kind === "conv");
  const stages = spec.stages.map((stage, index) =>
    index === first && stage.kind === "conv"
      ? { ...stage, conv: { ...stage.conv, stride: stage.conv.stride + 1 } }
      : stage,
  );
  const { conv } = stages[first] as Extract<StageSpec, { kind: "conv" }>;
  if (conv.stride > MAX_STRIDE) return affordable({ ...spec, stages: spec.stages.slice(0, -1) });
  return affordable({ ...spec, stages });
}

/** Tells whether the reference takes a moment for a record, without the few rows of the dense layers. */
export function isAffordable(graph: Graph): boolean {
  const shapes = tensorShapes(graph);
  const rowByRow = nodeCosts(graph).filter((_, index) => graph.nodes[index].op !== "dense");
  const nanoseconds = rowByRow.reduce((sum, { name, macsPerRow, rowsPerSample }) => {
    const { channels } = shapes.get(name) as TensorShape;
    return sum + (macsPerRow * PRODUCT_NANOSECONDS + channels * OUTPUT_NANOSECONDS) * rowsPerSample;
  }, 0);
  return nanoseconds <= LIMIT_NANOSECONDS_PER_SAMPLE;
}
