import fc from "fast-check";
import { type PaddingSpec, paddings } from "./network-spec.ts";

/**
 * The shape of a small network with sequences, which fast-check draws and shrinks; the weights follow from the seed.
 */
export interface SequenceSpec {
  readonly seed: number;
  /** True where a max pool of 2 samples stands before all other layers. */
  readonly isPooled: boolean;
  /** The layer that reads the samples: in the stream, or after the window. */
  readonly first: WideConvSpec;
  readonly firstIsBehindWindow: boolean;
  readonly stream: readonly WideStageSpec[];
  readonly cut: CutSpec;
  readonly sequence: readonly WideStageSpec[];
  /** Outputs of a dense layer before the last, or 0 for none. */
  readonly hidden: number;
  readonly classes: number;
  /** Rows that one pass makes of the tensor that is cut (streaming networks). */
  readonly tickRows: number;
}

export type CutSpec =
  | { readonly kind: "stream"; readonly window: number; readonly hop: number; readonly warmup: number }
  /** A single window of `strides` total strides. */
  | { readonly kind: "oneWindow"; readonly strides: number };

export interface WideConvSpec {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingSpec;
  readonly activation: "none" | "relu" | "gelu";
  /** Most groups; fewer are taken to divide the input channels, and output channels are added to divide them too. */
  readonly groups: number;
}

export type WideStageSpec =
  | { readonly kind: "conv"; readonly conv: WideConvSpec }
  /** A conv, a conv and an add; the shortcut is the identity where channels and rate allow, else a 1x1 conv. */
  | { readonly kind: "residual"; readonly conv: WideConvSpec; readonly secondKernel: number; readonly relu: boolean }
  | { readonly kind: "layerNorm" }
  /** A group norm; in a stream a layer norm takes its place. */
  | { readonly kind: "groupNorm"; readonly gelu: boolean }
  /** A max pool; after the window a layer norm takes its place. */
  | { readonly kind: "maxPool"; readonly kernel: number; readonly stride: number }
  /** An attention; in a stream a 1x1 conv takes its place. */
  | { readonly kind: "attention"; readonly heads: number; readonly headChannels: number; readonly isAdded: boolean };

/** Channel counts: whole tiles are as frequent as any other count. */
const channels = fc.oneof(fc.integer({ min: 1, max: 24 }), fc.constantFrom(8, 16, 24));

const conv: fc.Arbitrary<WideConvSpec> = fc.record({
  channels,
  kernel: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  stride: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 4 })),
  dilation: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3 })),
  padding: paddings,
  activation: fc.constantFrom("none", "relu", "gelu", "gelu"),
  groups: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 6 }), fc.constant(16)),
});

const stage: fc.Arbitrary<WideStageSpec> = fc.oneof(
  fc.record({ kind: fc.constant("conv" as const), conv }),
  fc.record({
    kind: fc.constant("residual" as const),
    conv,
    secondKernel: fc.integer({ min: 1, max: 9 }),
    relu: fc.boolean(),
  }),
  fc.constant<WideStageSpec>({ kind: "layerNorm" }),
  fc.record({ kind: fc.constant("groupNorm" as const), gelu: fc.boolean() }),
  fc.record({
    kind: fc.constant("maxPool" as const),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("attention" as const),
    heads: fc.integer({ min: 1, max: 4 }),
    headChannels: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(4, 8, 16, 32)),
    isAdded: fc.boolean(),
  }),
);

/** Rows of a window: multiples of the vectors' lanes, and any other number. */
const windowRows = fc.oneof(fc.integer({ min: 1, max: 24 }), fc.constantFrom(4, 8, 16, 79));

const cut: fc.Arbitrary<CutSpec> = fc.oneof(
  fc
    .record({
      window: windowRows,
      hop: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 8, max: 40 })), // beyond the window too
      warmup: windowRows,
    })
    .map(({ window, hop, warmup }) => ({ kind: "stream" as const, window, hop, warmup: Math.min(warmup, window) })),
  fc.record({ kind: fc.constant("oneWindow" as const), strides: fc.integer({ min: 2, max: 40 }) }),
);

/** Specs of small networks with sequences: every op, grid and width; streams and one-window networks. */
export const sequenceSpecs: fc.Arbitrary<SequenceSpec> = fc.record({
  seed: fc.nat(),
  isPooled: fc.boolean(),
  first: conv,
  firstIsBehindWindow: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
  stream: fc.array(stage, { maxLength: 2 }),
  cut,
  sequence: fc.array(stage, { maxLength: 4 }),
  hidden: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
  classes: fc.integer({ min: 2, max: 9 }),
  tickRows: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 24 })),
});
