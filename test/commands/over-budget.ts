import type { QuantizedNetwork } from "../../tools/export/quantized-network.ts";
import type { Conv1dNode } from "../../tools/graph/graph.ts";
import { quantizedNetwork } from "../cases/random-network.ts";

/** 260 million multiply-accumulates a second: too many for the core, few enough bytes for its memory. */
export const slowNetwork = (): QuantizedNetwork => networkOf(128, 64, 64);

/** Decisions on each of 4096 rows of 64 channels: a sum a row is more than the RAM of a 256 KB device. */
export const largeNetwork = (): QuantizedNetwork => networkOf(1, 4096, 1);

function networkOf(kernel: number, window: number, hop: number): QuantizedNetwork {
  const conv = (name: string, input: string, kernel: number): Conv1dNode => ({
    op: "conv1d",
    name,
    input,
    outChannels: 64,
    kernel,
    stride: 1,
    dilation: 1,
    padLeft: kernel - 1,
    padRight: 0,
    bias: true,
    batchNorm: false,
    activation: "relu",
  });
  return quantizedNetwork(
    {
      name: "over-budget",
      classes: ["no", "yes"],
      sampleRateHz: 500,
      windowSamples: null,
      nodes: [
        conv("wide", "input", 1),
        conv("long", "wide", kernel),
        { op: "averagePool", name: "pool", input: "long", window, hop, warmup: hop },
        { op: "dense", name: "head", input: "pool", outFeatures: 2, columns: 1, dropout: 0 },
      ],
    },
    3,
  );
}
