import { describe, expect, it } from "vitest";
import { MAX_PLAN_TICKS } from "../../../assembly/shared/limits.ts";
import { MODEL_BAD_TICK } from "../../../assembly/shared/status.ts";
import { Engine } from "../../../host/index.ts";
import { pack } from "../../../tools/export/pack.ts";
import type { Conv1dNode, Graph } from "../../../tools/graph/graph.ts";
import { quantizedNetwork } from "../../cases/random-network.ts";
import { BUILDS } from "../implementations.ts";

/** A valid network that a stream fills only after `reach` ticks of one sample: checking its plan takes as many steps. */
function slowStart(reach: number): Graph {
  const conv: Omit<Conv1dNode, "name" | "input" | "dilation"> = {
    op: "conv1d",
    outChannels: 1,
    kernel: 2,
    stride: 1,
    padLeft: 0,
    padRight: 0,
    bias: false,
    batchNorm: true,
    activation: "relu",
  };
  const nodes: Graph["nodes"][number][] = [];
  let input = "input";
  for (let left = reach; left > 0; left -= 64) {
    const name = `conv${nodes.length}`;
    nodes.push({ ...conv, name, input, dilation: Math.min(64, left) });
    input = name;
  }
  return {
    name: "slow-start",
    classes: ["a", "b"],
    sampleRateHz: 500,
    windowSamples: null,
    nodes: [
      ...nodes,
      { op: "averagePool", name: "pool", input, window: 1, hop: 1, warmup: 1 },
      { op: "dense", name: "head", input: "pool", outFeatures: 2, columns: 1, dropout: 0 },
    ],
  };
}

const packSlow = (reach: number) =>
  pack(quantizedNetwork(slowStart(reach), 1), { tickSamples: 1, goldenInput: new Int8Array(1) });

describe.each(BUILDS)("checking a plan (%s)", (build) => {
  it("goes as far as the limit", async () => {
    await expect(Engine.load(packSlow(MAX_PLAN_TICKS - 96), { build })).resolves.toBeDefined();
  });

  it("is given up beyond it", async () => {
    await expect(Engine.load(packSlow(MAX_PLAN_TICKS + 1), { build })).rejects.toMatchObject({ code: MODEL_BAD_TICK });
  });
});
