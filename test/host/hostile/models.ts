import * as layout from "../../../assembly/shared/layout.ts";
import { packLadder } from "../../../tools/export/pack.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import type { NetworkSpec } from "../../cases/network-spec.ts";
import { rungsAt } from "../../cases/random-ladder.ts";
import { packable, packSpec } from "../../cases/random-network.ts";
import { packSequences } from "../../cases/random-sequences.ts";
import type { SequenceSpec, WideConvSpec } from "../../cases/sequence-spec.ts";
import { decodeModel } from "../../reference/decode-model.ts";
import { runNetwork } from "../../reference/network.ts";
import { ModelEditor } from "./model-editor.ts";

/** Every op, every grid, padding on both sides. Layers: stem, pool, conv1, conv2, shortcut, add, average pool, dense. */
const STREAMING: NetworkSpec = {
  seed: 1024,
  stages: [
    {
      kind: "conv",
      conv: { channels: 11, kernel: 5, stride: 2, dilation: 1, padding: { kind: "causal" }, relu: true },
    },
    { kind: "maxPool", kernel: 3, stride: 2 },
    {
      kind: "residual",
      secondKernel: 3,
      relu: true,
      conv: { channels: 12, kernel: 3, stride: 2, dilation: 2, padding: { kind: "symmetric" }, relu: false },
    },
  ],
  head: { kind: "average", window: 6, hop: 2, warmup: 3 },
  hidden: 0,
  classes: 3,
  tickColumns: 2,
};
export const STREAMING_LAYERS = {
  stem: 0,
  pool: 1,
  conv1: 2,
  conv2: 3,
  shortcut: 4,
  add: 5,
  averagePool: 6,
  dense: 7,
} as const;

const ONE_WINDOW: NetworkSpec = {
  ...STREAMING,
  seed: 21,
  stages: STREAMING.stages.slice(0, 2),
  head: { kind: "window", strides: 16 },
};

const LADDER_BITS = [7, 4, 2] as const;

export const streamingModel = withGolden(packSpec(STREAMING, true));
/** The same network, its requantisation rows narrow. */
export const narrowModel = withGolden(packSpec(STREAMING, false));
/** The streaming network again, on three rungs; the residual block's convs are in planes. */
export const ladderModel = packRungs(STREAMING);
export const oneWindowModel = withGolden(packSpec(ONE_WINDOW));

/** Norms, groups, heads and tables; the layers of the sequence keep its rows, as in every stream. */
const TRANSFORMER: SequenceSpec = {
  seed: 7,
  isPooled: false,
  first: wideConv(5, 4, "gelu", 1),
  firstIsBehindWindow: false,
  stream: [{ kind: "layerNorm" }],
  cut: { kind: "stream", window: 6, hop: 2, warmup: 3 },
  sequence: [
    { kind: "conv", conv: wideConv(4, 1, "gelu", 4) },
    { kind: "attention", heads: 2, headChannels: 8, isAdded: true },
    { kind: "layerNorm" },
  ],
  hidden: 0,
  classes: 3,
  tickRows: 2,
};

function wideConv(kernel: number, stride: number, activation: "gelu" | "none", groups: number): WideConvSpec {
  return { channels: 16, kernel, stride, dilation: 1, padding: { kind: "symmetric" }, activation, groups };
}

export const transformerModel = withGolden(packSequences(TRANSFORMER));
/** Query, key and value lie between the grouped conv and the attention; its output, an add and a norm behind it. */
export const TRANSFORMER_LAYERS = {
  conv: 0,
  streamNorm: 1,
  window: 2,
  grouped: 3,
  attention: 7,
  pool: 11,
  dense: 12,
} as const;

function packRungs(spec: NetworkSpec): Uint8Array {
  const { network, options } = packable(spec);
  const laddered = ["conv1", "conv2", "shortcut"].map((part) => {
    const name = [...network.weights.keys()].find((layer) => layer.endsWith(part));
    if (name === undefined) throw new RangeError(`no layer ${part} among ${[...network.weights.keys()]}`);
    return [name, LADDER_BITS] as const;
  });
  const rungs = rungsAt(network, new Map(laddered), LADDER_BITS.length, new SeededRandom(spec.seed));
  return rungs.reduce((file, _, rung) => withGolden(file, rung), packLadder(rungs, options));
}

/** The file with golden CRCs that the reference computes. */
export function withGolden(file: Uint8Array, rung = 0): Uint8Array {
  const editor = new ModelEditor(file, rung);
  const { golden, layerCount } = editor;
  const inputAt = layout.GOLDEN_CRCS_AT + 4 * layerCount;
  const samples = Int16Array.from(
    { length: golden.getUint32(layout.GOLDEN_SAMPLES_AT, true) },
    (_, at) => layout.GOLDEN_STEP * golden.getInt8(inputAt + at),
  );
  const { layerCrcs } = runNetwork(decodeModel(file, rung), samples);
  for (const [layer, crc] of layerCrcs.entries()) golden.setUint32(layout.GOLDEN_CRCS_AT + 4 * layer, crc, true);
  return editor.sealed();
}
