import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arenaBytes, planMemory, requiredRows } from "../../tools/export/memory-plan.ts";
import { networkTiming } from "../../tools/export/timing.ts";
import { buildGraph, FAMILY_NAMES } from "../../tools/graph/families.ts";
import type { Graph } from "../../tools/graph/graph.ts";

const CLASSES = ["A", "B"];

function convGraph(kernel: number, stride: number, dilation: number, padLeft: number, padRight: number): Graph {
  return {
    name: "one",
    classes: CLASSES,
    sampleRateHz: 500,
    windowSamples: null,
    nodes: [
      {
        op: "conv1d",
        name: "c",
        input: "input",
        outChannels: 3,
        kernel,
        stride,
        dilation,
        padLeft,
        padRight,
        bias: true,
        batchNorm: false,
        activation: "relu",
      },
      { op: "averagePool", name: "p", input: "c", window: 4, hop: 1, warmup: 1 },
      { op: "dense", name: "d", input: "p", outFeatures: 2, columns: 1, dropout: 0 },
    ],
  };
}

describe("memory plan", () => {
  it.each(FAMILY_NAMES)("lays buffers end to end at multiples of 16: %s", (name) => {
    const graph = buildGraph(name, CLASSES);
    const plan = planMemory(graph, networkTiming(graph).tickSamples);
    let end = 0;
    for (const tensor of plan) {
      expect(tensor.offsetBytes).toBe(Math.ceil(end / 16) * 16);
      expect(tensor.capacityRows).toBeGreaterThan(0);
      end = tensor.offsetBytes + tensor.capacityRows * tensor.rowBytes;
    }
    expect(arenaBytes(plan)).toBe(end);
  });

  it("keeps the whole span of a column and what a pass adds", () => {
    const cases = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 8 }),
    );
    fc.assert(
      fc.property(cases, ([kernel, stride, dilation, columns]) => {
        const span = (kernel - 1) * dilation + 1;
        const padLeft = Math.max(0, span - stride);
        const [input, conv] = requiredRows(convGraph(kernel, stride, dilation, padLeft, 0), columns * stride);
        // Causal: after each pass the rows of the last padLeft samples stay, and a pass adds columns * stride.
        expect(input).toBe(padLeft + columns * stride);
        expect(conv).toBe(4 - 1 + columns);
      }),
    );
  });

  it("keeps rows for what stands behind the record's end", () => {
    const [symmetric] = requiredRows(convGraph(5, 1, 1, 2, 2), 4);
    const [causal] = requiredRows(convGraph(5, 1, 1, 2, 0), 4);
    expect(symmetric).toBe(causal + 2);
  });

  it("does not depend on how long the record is: a longer start-up shows no larger case", () => {
    const graph = buildGraph("resnet1d-edge", CLASSES);
    expect(requiredRows({ ...graph, windowSamples: 256 * 200 }, 256)).toEqual(requiredRows(graph, 256));
  });
});

describe("timing", () => {
  it("takes a decision's hop for a pass by default, and a divisor of the window", () => {
    expect(networkTiming(buildGraph("resnet1d-edge", CLASSES))).toMatchObject({
      tickSamples: 256,
      totalStride: 128,
      hopSamples: 256,
    });
    expect(networkTiming(buildGraph("resnet1d-paper", CLASSES))).toMatchObject({
      tickSamples: 64,
      totalStride: 16,
      hopSamples: 5120,
    });
  });

  it.each([0, 100, 2.5, 16512])("refuses a pass of %d samples for a stride of 128", (tickSamples) => {
    expect(() => networkTiming(buildGraph("resnet1d-edge", CLASSES), tickSamples)).toThrow(RangeError);
  });
});
