import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compressionRatios, impliedBits, meanBits, paperRatio, parameterCounts, uniformRatio, unquantizedShare,
} from "../../tools/export/accounting.ts";
import { FAMILY_NAMES, buildGraph } from "../../tools/graph/families.ts";
import { nodeCosts } from "../../tools/graph/costs.ts";

const CLASSES = ["AFIB", "GSVT", "SB", "SR"];
/** The share of a network's parameters that the paper leaves at 32 bits: the ranges that its ratios allow. */
const RESNET_SHARE = [0.0008653, 0.0008749] as const;
const HUBERT_SHARE = 48132 / 30211716;

const widthsOf = (name: string, bits: number) =>
  new Map(nodeCosts(buildGraph(name, CLASSES)).map((cost) => [cost.name, bits] as const));

describe("compression ratios", () => {
  it.each(FAMILY_NAMES)("follow the paper's formula where every layer has one width: %s", (name) => {
    const counts = parameterCounts(buildGraph(name, CLASSES));
    fc.assert(fc.property(fc.double({ min: 1, max: 32, noNaN: true }), (bits) => {
      expect(paperRatio(counts, widthsOf(name, bits))).toBeCloseTo(uniformRatio(unquantizedShare(counts), bits), 9);
    }));
  });

  it("put the paper-sized ResNet's share of 32-bit parameters where the paper's ratios put it", () => {
    const share = unquantizedShare(parameterCounts(buildGraph("resnet1d-paper", CLASSES)));
    expect(share).toBeGreaterThan(RESNET_SHARE[0]);
    expect(share).toBeLessThan(RESNET_SHARE[1]);
  });

  it("give 3.040 and 3.348 mean bits for the paper's two mixed networks", () => {
    const share = (RESNET_SHARE[0] + RESNET_SHARE[1]) / 2;
    expect(impliedBits(share, 10.44)).toBeCloseTo(3.04, 2);
    expect(impliedBits(HUBERT_SHARE, 9.43)).toBeCloseTo(3.348, 2);
  });

  it("count the engine on both sides of the flash ratio, and headers in the file's", () => {
    const counts = parameterCounts(buildGraph("resnet1d-edge", CLASSES));
    fc.assert(fc.property(fc.integer({ min: 1000, max: 200000 }), fc.integer({ min: 0, max: 50000 }), (fileBytes, engineBytes) => {
      const ratios = compressionRatios(counts, widthsOf("resnet1d-edge", 4), fileBytes, engineBytes);
      expect(ratios.file * fileBytes).toBeCloseTo(4 * counts.total, 3);
      expect(ratios.flash * (fileBytes + engineBytes)).toBeCloseTo(4 * counts.total + engineBytes, 3);
    }));
  });

  it("weigh mean bits by weights, and name a layer without a width", () => {
    const graph = buildGraph("resnet1d-edge", CLASSES);
    expect(meanBits(graph, widthsOf("resnet1d-edge", 3))).toBe(3);
    const costs = nodeCosts(graph);
    const total = costs.reduce((sum, cost) => sum + cost.weights, 0);
    const stem = costs.find((cost) => cost.name === "stem")?.weights ?? 0;
    expect(meanBits(graph, widthsOf("resnet1d-edge", 3).set("stem", 8))).toBeCloseTo(3 + (5 * stem) / total, 9);
    expect(() => meanBits(graph, new Map())).toThrow(/stem has no width/);
  });
});
