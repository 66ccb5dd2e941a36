import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compressionRatios,
  impliedBits,
  meanBits,
  paperRatio,
  parameterCounts,
  uniformRatio,
  unquantizedShare,
} from "../../tools/export/accounting.ts";
import { nodeCosts } from "../../tools/graph/costs.ts";
import { buildGraph, FAMILY_NAMES } from "../../tools/graph/families.ts";

const CLASSES = ["AFIB", "GSVT", "SB", "SR"];
/** The share of a network's parameters that the paper leaves at 32 bits: the ranges that its ratios allow. */
const RESNET_SHARE = [0.0008653, 0.0008749] as const;
const HUBERT_SHARE = 48132 / 30211716;

/** The paper's table 1: ratios at 8 to 1 bits. */
const RESNET_RATIOS = [3.99, 4.56, 5.31, 6.37, 7.95, 10.58, 15.79, 31.16];
const HUBERT_RATIOS = [3.98, 4.55, 5.3, 6.35, 7.91, 10.5, 15.63, 30.49];

/** To the two decimals of the table, 8 bits first. */
const uniformRatios = (share: number) =>
  [8, 7, 6, 5, 4, 3, 2, 1].map((bits) => Math.round(100 * uniformRatio(share, bits)) / 100);

const widthsOf = (name: string, bits: number) =>
  new Map(nodeCosts(buildGraph(name, CLASSES)).map((cost) => [cost.name, bits] as const));

describe("compression ratios", () => {
  it.each(FAMILY_NAMES)("follow the paper's formula where every layer has one width: %s", (name) => {
    const counts = parameterCounts(buildGraph(name, CLASSES));
    fc.assert(
      fc.property(fc.double({ min: 1, max: 32, noNaN: true }), (bits) => {
        expect(paperRatio(counts, widthsOf(name, bits))).toBeCloseTo(uniformRatio(unquantizedShare(counts), bits), 9);
      }),
    );
  });

  it("put the paper-sized ResNet's share of 32-bit parameters where the paper's ratios put it", () => {
    const share = unquantizedShare(parameterCounts(buildGraph("resnet1d-paper", CLASSES)));
    expect(share).toBeGreaterThan(RESNET_SHARE[0]);
    expect(share).toBeLessThan(RESNET_SHARE[1]);
  });

  it("reproduce the paper's sixteen, the ResNet's with this project's own network of its size", () => {
    const share = unquantizedShare(parameterCounts(buildGraph("resnet1d-paper", CLASSES)));
    expect(uniformRatios(share)).toEqual(RESNET_RATIOS);
    expect(uniformRatios(HUBERT_SHARE)).toEqual(HUBERT_RATIOS);
  });

  it("give 3.040 and 3.348 mean bits for the paper's two mixed networks", () => {
    const share = (RESNET_SHARE[0] + RESNET_SHARE[1]) / 2;
    expect(impliedBits(share, 10.44)).toBeCloseTo(3.04, 2);
    expect(impliedBits(HUBERT_SHARE, 9.43)).toBeCloseTo(3.348, 2);
  });

  it("count the engine on both sides of the flash ratio, and headers in the file's", () => {
    const counts = parameterCounts(buildGraph("resnet1d-edge", CLASSES));
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 200000 }),
        fc.integer({ min: 0, max: 50000 }),
        (fileBytes, engineBytes) => {
          const ratios = compressionRatios(counts, widthsOf("resnet1d-edge", 4), fileBytes, engineBytes);
          expect(ratios.file * fileBytes).toBeCloseTo(4 * counts.total, 3);
          expect(ratios.flash * (fileBytes + engineBytes)).toBeCloseTo(4 * counts.total + engineBytes, 3);
        },
      ),
    );
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
