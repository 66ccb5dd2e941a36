import { pack } from "../../tools/export/pack.ts";
import type { QuantizedNetwork } from "../../tools/export/quantized-network.ts";

/** The model of FORMAT.md, "A whole model". */
export const EXAMPLE_NETWORK: QuantizedNetwork = {
  graph: {
    name: "example",
    classes: ["no", "yes"],
    sampleRateHz: 500,
    windowSamples: null,
    nodes: [
      {
        op: "conv1d",
        name: "conv",
        input: "input",
        outChannels: 2,
        kernel: 2,
        stride: 2,
        dilation: 1,
        padLeft: 0,
        padRight: 0,
        bias: true,
        batchNorm: false,
        activation: "relu",
      },
      { op: "averagePool", name: "pool", input: "conv", window: 3, hop: 1, warmup: 2 },
      { op: "dense", name: "head", input: "pool", outFeatures: 2, columns: 1, dropout: 0 },
    ],
  },
  weights: new Map([
    [
      "conv",
      {
        grid: "ternary",
        bits: 2,
        integers: Int8Array.of(1, -1, 0, 1),
        scale: Float64Array.of(0.5, 0.25),
        bias: Float64Array.of(0, 0.125),
      },
    ],
    [
      "head",
      {
        grid: "midRise",
        bits: 2,
        integers: Int8Array.of(3, -1, -3, 1),
        scale: Float64Array.of(0.25, 0.25),
        bias: Float64Array.of(0.5, -0.5),
      },
    ],
  ]),
  scales: new Map([
    ["conv", 0.01],
    ["pool", 0.01],
  ]),
};

/** Four passes: its self-test, in steps of 13 microvolts. */
export const EXAMPLE_INPUT = Int8Array.of(0, 77, -38, 115, 19, -19, 127, 8);

/** Results of the scalar engine when the document was written; a test runs the model against the CRCs. */
export const EXAMPLE_MEASURED = {
  ramBytes: 8032,
  flashReadBytesPerHop: 31,
  goldenCrcs: Uint32Array.of(0xee5a7057, 0xd3e37172, 0x8260ebbe),
};

export const exampleModel = (): Uint8Array =>
  pack(EXAMPLE_NETWORK, { goldenInput: EXAMPLE_INPUT, measured: EXAMPLE_MEASURED });
