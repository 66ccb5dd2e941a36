import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isForEngine } from "../../../tools/export/lower/engine-node.ts";
import { arenaBytes, planMemory, type TensorPlan } from "../../../tools/export/plan/memory-plan.ts";
import { requiredRows } from "../../../tools/export/plan/required-rows.ts";
import { networkTiming } from "../../../tools/export/plan/timing.ts";
import { buildGraph, FAMILY_NAMES } from "../../../tools/graph/families.ts";
import { type Graph, inputsOf, isConv } from "../../../tools/graph/graph.ts";
import { tensorShapes } from "../../../tools/graph/shapes.ts";

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

const inUse = (a: TensorPlan, b: TensorPlan, of: (plan: TensorPlan) => readonly [number, number]) => {
  const [from, to] = of(a);
  const [otherFrom, otherTo] = of(b);
  return Math.max(from, otherFrom) < Math.min(to, otherTo);
};
const keptPlace = ({ keptOffsetBytes, keptRows, rowBytes }: TensorPlan) =>
  [keptOffsetBytes, keptOffsetBytes + keptRows * rowBytes] as const;
const rowsPlace = ({ offsetBytes, capacityRows, rowBytes }: TensorPlan) =>
  [offsetBytes, offsetBytes + capacityRows * rowBytes] as const;

/** The families whose every node the integer engine has. */
const FAMILIES = FAMILY_NAMES.filter((name) => isForEngine(buildGraph(name, CLASSES)));

describe("memory plan", () => {
  it.each(FAMILIES)("gives kept rows a place of their own, and takes turns with the others': %s", (name) => {
    const graph = buildGraph(name, CLASSES);
    const plan = planMemory(graph, networkTiming(graph).tickSamples);
    for (const [index, tensor] of plan.entries()) {
      expect(tensor.offsetBytes % 16).toBe(0);
      expect(tensor.keptOffsetBytes % 16).toBe(0);
      expect(tensor.capacityRows).toBeGreaterThan(0);
      for (const other of plan.slice(0, index)) {
        expect(inUse(tensor, other, keptPlace)).toBe(false);
      }
    }
    const rowBytes = plan.reduce((sum, tensor) => sum + tensor.capacityRows * tensor.rowBytes, 0);
    expect(arenaBytes(plan)).toBeLessThan(rowBytes);
    expect(arenaBytes(plan)).toBe(Math.max(...plan.flatMap((tensor) => [keptPlace(tensor)[1], rowsPlace(tensor)[1]])));
  });

  it("keeps the input where its samples come in", () => {
    for (const name of FAMILIES) {
      const graph = buildGraph(name, CLASSES);
      const [input] = planMemory(graph, networkTiming(graph).tickSamples);
      expect(input.keptOffsetBytes).toBe(input.offsetBytes);
    }
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
        const { capacities, kept } = requiredRows(convGraph(kernel, stride, dilation, padLeft, 0), columns * stride);
        // Causal: after each pass the rows of the last padLeft samples stay, and a pass adds columns * stride.
        expect(kept[0]).toBe(padLeft);
        expect(capacities[0]).toBe(padLeft + columns * stride);
        // A pool keeps sums and no rows.
        expect(kept[1]).toBe(0);
        expect(capacities[1]).toBe(columns);
      }),
    );
  });

  it("needs no more rows for what stands behind the record's end", () => {
    const symmetric = requiredRows(convGraph(5, 1, 1, 2, 2), 4);
    const causal = requiredRows(convGraph(5, 1, 1, 2, 0), 4);
    expect(symmetric).toEqual(causal);
  });

  it("does not depend on how long the record is: a longer start-up shows no larger case", () => {
    const graph = buildGraph("resnet1d-edge", CLASSES);
    expect(requiredRows({ ...graph, windowSamples: 256 * 200 }, 256)).toEqual(requiredRows(graph, 256));
  });
});

describe("memory plan of sequences", () => {
  const NAMES = FAMILY_NAMES.filter((name) => name.startsWith("hubert"));
  const planOf = (name: string) => {
    const graph = buildGraph(name, CLASSES);
    const plan = planMemory(graph, networkTiming(graph).tickSamples);
    const at = graph.nodes.findIndex(({ op }) => op === "window");
    return { graph, plan, at, window: plan[at + 1] };
  };

  it.each(NAMES)("keeps the window's rows where they are, and lets nobody else there: %s", (name) => {
    const { plan, window } = planOf(name);
    expect(window.keptOffsetBytes).toBe(window.offsetBytes);
    expect(window.keptRows).toBe(window.capacityRows);
    for (const other of plan.filter((tensor) => tensor !== window)) {
      for (const place of [rowsPlace, keptPlace]) {
        const [from, to] = place(other);
        expect(Math.max(from, rowsPlace(window)[0]) < Math.min(to, rowsPlace(window)[1]), other.name).toBe(false);
      }
    }
  });

  it.each(NAMES)(
    "holds a whole sequence between the zero rows of a conv, and nothing between two passes: %s",
    (name) => {
      const { graph, plan, at } = planOf(name);
      const shapes = tensorShapes(graph);
      const end = graph.nodes.findIndex(({ op }) => op === "averagePool");
      for (let node = at; node < end; node++) {
        const readers = graph.nodes
          .filter((reader) => inputsOf(reader).includes(graph.nodes[node].name))
          .filter(isConv);
        const zeroRows = Math.max(0, ...readers.map(({ padLeft, padRight }) => padLeft + padRight));
        expect(plan[node + 1].capacityRows).toBe((shapes.get(graph.nodes[node].name)?.sequence?.rows ?? 0) + zeroRows);
        if (node > at) expect(plan[node + 1].keptRows).toBe(0);
      }
      expect(plan.slice(end + 1).map(({ capacityRows }) => capacityRows)).toEqual(graph.nodes.slice(end).map(() => 1));
    },
  );

  it.each(NAMES)("lets no layer write where another's rows are still read: %s", (name) => {
    const { graph, plan, at } = planOf(name);
    graph.nodes.forEach((node, index) => {
      const [from, to] = rowsPlace(plan[index + 1]);
      const lastRead = (tensor: string) => graph.nodes.findLastIndex((reader) => inputsOf(reader).includes(tensor));
      const alive = plan.slice(1, index + 1).filter((tensor, maker) => {
        // Every decision of a pass cuts its sequence out of the same rows.
        const isCut = inputsOf(graph.nodes[at])[0] === tensor.name;
        return maker < index && (isCut || lastRead(tensor.name) >= index);
      });
      for (const tensor of alive) {
        const [otherFrom, otherTo] = rowsPlace(tensor);
        expect(Math.max(from, otherFrom) < Math.min(to, otherTo), `${node.name} over ${tensor.name}`).toBe(false);
      }
    });
  });

  it("takes less than 4 MB for the published network, of which the window's rows are 1.3 MB", () => {
    const { plan, window } = planOf("hubert-small");
    expect(window.capacityRows * window.rowBytes).toBe(1278 * 512 * 2);
    expect(arenaBytes(plan)).toBeLessThan(4_000_000);
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
