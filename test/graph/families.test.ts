import { describe, expect, it } from "vitest";
import { macsPer, parameterCount } from "../../tools/graph/costs.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { isConv } from "../../tools/graph/graph.ts";
import { receptiveFieldSamples } from "../../tools/graph/shapes.ts";

const WINDOW_SAMPLES = 5120;
const FOUR_SECONDS_SAMPLES = 2000;

/** The most that a wearable's families may cost; batch norm's gains and offsets count as parameters. */
const LIMITS = [
  { name: "efficient1d-nano", parameters: 27_000, windowMacs: 1.6e6 },
  { name: "resnet1d-edge", parameters: 50_000, windowMacs: 12e6 },
  { name: "resnet1d-plus", parameters: 150_000, windowMacs: 60e6 },
];

describe.each(LIMITS)("$name", ({ name, parameters, windowMacs }) => {
  const graph = buildGraph(name, ["N", "A", "O", "~"]);

  it("keeps to its size", () => {
    expect(parameterCount(graph)).toBeLessThanOrEqual(parameters);
    expect(macsPer(graph, WINDOW_SAMPLES)).toBeLessThanOrEqual(windowMacs);
  });

  it("bounds every activation, so that int8 has nothing to cut off", () => {
    for (const node of graph.nodes) {
      if (isConv(node) || node.op === "add") expect(node.clip).toBe(4);
    }
  });

  it("sees rhythm: four seconds or more in a column", () => {
    expect(receptiveFieldSamples(graph)).toBeGreaterThanOrEqual(FOUR_SECONDS_SAMPLES);
  });
});
