import { describe, expect, it } from "vitest";
import { parameterCounts } from "../../tools/export/accounting.ts";
import { planMemory } from "../../tools/export/plan/memory-plan.ts";
import { nodeCosts } from "../../tools/graph/costs.ts";
import { outputRows } from "../../tools/graph/output-rows.ts";
import { lookAheadSamples, receptiveFieldSamples, tensorShapes } from "../../tools/graph/shapes.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { separableGraph, withoutDepthwise } from "../cases/separable-graph.ts";

const graph = separableGraph(["a", "b"]);
const twin = withoutDepthwise(graph);

describe("a depthwise conv", () => {
  it("has the tensors of a conv with the same window", () => {
    expect(tensorShapes(graph)).toEqual(tensorShapes(twin));
    expect(receptiveFieldSamples(graph)).toBe(receptiveFieldSamples(twin));
    expect(lookAheadSamples(graph)).toBe(lookAheadSamples(twin));
    expect(planMemory(graph, 256)).toEqual(planMemory(twin, 256));
    for (let rows = 0; rows < 40; rows++) {
      const counts = [graph, twin].map(({ nodes }) => nodes.map((node) => outputRows(node, rows)));
      expect(counts[0]).toEqual(counts[1]);
    }
  });

  it("has the weights and products of a conv over its number of channels", () => {
    const shapes = tensorShapes(graph);
    nodeCosts(graph).forEach((cost, index) => {
      const other = nodeCosts(twin)[index];
      const channels = shapes.get(cost.name)?.channels ?? 0;
      const share = graph.nodes[index].op === "depthwiseConv1d" ? channels : 1;
      expect(cost).toEqual({
        ...other,
        weights: other.weights / share,
        macsPerRow: other.macsPerRow / share,
        parameters: other.parameters - other.weights + other.weights / share,
      });
    });
  });

  it("is counted with the gains of its batch norm", () => {
    expect(weightShapes(graph).get("block2.depthwise.weight")).toEqual([7, 9]);
    expect(weightShapes(graph).get("block2.depthwise.gamma")).toEqual([9]);
    expect(parameterCounts(graph).named["block2.depthwise"]).toBe(7 * 9 + 9);
  });
});
