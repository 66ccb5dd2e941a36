import fc from "fast-check";

/** The shape of a small network, which fast-check draws and shrinks; the weights follow from the seed. */
export interface NetworkSpec {
  readonly seed: number;
  readonly stages: readonly StageSpec[];
  readonly head: HeadSpec;
  /** Outputs of a dense layer before the last, or 0 for none. */
  readonly hidden: number;
  readonly classes: number;
  /** Columns of the pooled tensor that one pass makes (streaming networks). */
  readonly tickColumns: number;
}

export type StageSpec =
  | { readonly kind: "conv"; readonly conv: ConvSpec }
  | { readonly kind: "maxPool"; readonly kernel: number; readonly stride: number }
  /** A conv, a conv and an add; the shortcut is the identity where shapes allow, else a 1x1 conv. */
  | { readonly kind: "residual"; readonly conv: ConvSpec; readonly secondKernel: number; readonly relu: boolean }
  /** A depthwise conv, then a 1x1 conv of `pointwiseChannels` channels, or none for 0. */
  | { readonly kind: "depthwise"; readonly conv: DepthwiseSpec; readonly pointwiseChannels: number };

export interface ConvSpec extends DepthwiseSpec {
  readonly channels: number;
}

export interface DepthwiseSpec {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingSpec;
  readonly relu: boolean;
}

/** The padding; `any` has eighths of the reach on either side, so that zero, partial and double padding occur. */
export type PaddingSpec =
  | { readonly kind: "causal" | "symmetric" }
  | { readonly kind: "any"; readonly leftEighths: number; readonly rightEighths: number };

export type HeadSpec =
  | { readonly kind: "average"; readonly window: number; readonly hop: number; readonly warmup: number }
  /** A streaming head with a decision every `columns` columns. */
  | { readonly kind: "flatten"; readonly columns: number }
  /** A head that flattens a whole window of `strides` total strides. */
  | { readonly kind: "window"; readonly strides: number };

export const paddings: fc.Arbitrary<PaddingSpec> = fc.oneof(
  fc.constantFrom<PaddingSpec>({ kind: "causal" }, { kind: "symmetric" }),
  fc.record({ kind: fc.constant("any" as const), leftEighths: fc.nat(8), rightEighths: fc.nat(8) }),
);

/** Channel counts: whole tiles, which may have a kernel of their own, are as frequent as any other count. */
const channels = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(8, 16, 24, 32, 40));

/** Taps and strides: those with fast kernels in some build are as frequent as all others. */
const taps = fc.oneof(
  fc.record({ kernel: fc.constantFrom(7, 7, 5, 3, 1), stride: fc.constant(1), dilation: fc.constant(1) }),
  fc.record({
    kernel: fc.integer({ min: 1, max: 15 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
  }),
);

const depthwise: fc.Arbitrary<DepthwiseSpec> = fc
  .tuple(taps, paddings, fc.boolean())
  .map(([shape, pad, relu]) => ({ ...shape, padding: pad, relu }));

const conv: fc.Arbitrary<ConvSpec> = fc
  .tuple(channels, depthwise)
  .map(([count, shape]) => ({ channels: count, ...shape }));

const stage: fc.Arbitrary<StageSpec> = fc.oneof(
  fc.record({ kind: fc.constant("conv" as const), conv }),
  fc.record({
    kind: fc.constant("depthwise" as const),
    conv: depthwise,
    pointwiseChannels: fc.oneof(fc.constant(0), channels),
  }),
  fc.record({
    kind: fc.constant("maxPool" as const),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("residual" as const),
    conv,
    secondKernel: fc.oneof(fc.constant(7), fc.integer({ min: 1, max: 9 })),
    relu: fc.boolean(),
  }),
);

/** Puts relu after every layer of a stage, so that the next sees no value below 0. */
function withRelu(each: StageSpec): StageSpec {
  switch (each.kind) {
    case "maxPool":
      return each;
    case "residual":
      return { ...each, relu: true, conv: { ...each.conv, relu: true } };
    case "conv":
      return { ...each, conv: { ...each.conv, relu: true } };
    case "depthwise":
      return { ...each, conv: { ...each.conv, relu: true } };
  }
}

const head: fc.Arbitrary<HeadSpec> = fc.oneof(
  fc
    .record({
      window: fc.integer({ min: 1, max: 12 }),
      hop: fc.integer({ min: 1, max: 5 }), // beyond the window too: rows that no decision sees
      warmup: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ window, hop, warmup }) => ({
      kind: "average" as const,
      window,
      hop,
      warmup: Math.min(warmup, window),
    })),
  fc.record({ kind: fc.constant("flatten" as const), columns: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("window" as const), strides: fc.integer({ min: 2, max: 12 }) }),
);

/** Specs of small networks: every op, grid and width; all kinds of padding; the three kinds of head. */
export const networkSpecs: fc.Arbitrary<NetworkSpec> = fc.record({
  seed: fc.nat(),
  stages: fc.array(stage, { maxLength: 3 }).chain((rest) =>
    // The first layer with weights reads the int16 input; a max pool may stand before it.
    fc.tuple(fc.boolean(), conv, fc.boolean()).map(([pooled, first, positive]): StageSpec[] => {
      const stages: StageSpec[] = [
        ...(pooled ? [{ kind: "maxPool" as const, kernel: 2, stride: 2 }] : []),
        { kind: "conv", conv: first },
        ...rest,
      ];
      return positive ? stages.map(withRelu) : stages;
    }),
  ),
  head,
  hidden: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
  classes: fc.integer({ min: 2, max: 9 }),
  tickColumns: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 24 })),
});
