import fc from "fast-check";

/** What fast-check draws and shrinks: the shape of a small network; its weights follow from the seed. */
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
  /** conv, conv, add; the shortcut is the identity where shapes allow, else a 1x1 conv. */
  | { readonly kind: "residual"; readonly conv: ConvSpec; readonly secondKernel: number; readonly relu: boolean };

export interface ConvSpec {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingSpec;
  readonly relu: boolean;
}

/** `any`: eighths of the reach on either side, so that zero, partial and double padding occur. */
export type PaddingSpec =
  | { readonly kind: "causal" | "symmetric" }
  | { readonly kind: "any"; readonly leftEighths: number; readonly rightEighths: number };

export type HeadSpec =
  | { readonly kind: "average"; readonly window: number; readonly hop: number; readonly warmup: number }
  /** Streams, a decision every so many columns. */
  | { readonly kind: "flatten"; readonly columns: number }
  /** A window of so many total strides, flattened whole. */
  | { readonly kind: "window"; readonly strides: number };

const padding: fc.Arbitrary<PaddingSpec> = fc.oneof(
  fc.constantFrom<PaddingSpec>({ kind: "causal" }, { kind: "symmetric" }),
  fc.record({ kind: fc.constant("any" as const), leftEighths: fc.nat(8), rightEighths: fc.nat(8) }),
);

const conv: fc.Arbitrary<ConvSpec> = fc.record({
  channels: fc.integer({ min: 1, max: 20 }),
  kernel: fc.integer({ min: 1, max: 9 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  padding,
  relu: fc.boolean(),
});

const stage: fc.Arbitrary<StageSpec> = fc.oneof(
  fc.record({ kind: fc.constant("conv" as const), conv }),
  fc.record({
    kind: fc.constant("maxPool" as const),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("residual" as const),
    conv,
    secondKernel: fc.integer({ min: 1, max: 5 }),
    relu: fc.boolean(),
  }),
);

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
    fc
      .tuple(fc.boolean(), conv)
      .map(([pooled, first]): StageSpec[] => [
        ...(pooled ? [{ kind: "maxPool" as const, kernel: 2, stride: 2 }] : []),
        { kind: "conv", conv: first },
        ...rest,
      ]),
  ),
  head,
  hidden: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
  classes: fc.integer({ min: 2, max: 9 }),
  tickColumns: fc.integer({ min: 1, max: 4 }),
});
