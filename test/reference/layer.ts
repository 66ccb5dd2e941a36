/** A layer as a model file states it, decoded. Field rules: docs/FORMAT.md; meaning: docs/NUMERICS.md. */
export interface Layer {
  readonly op: number;
  readonly activation: number;
  readonly bits: number;
  readonly grid: number;
  /** Tensor indices; tensor 0 is the input, layer i makes tensor i + 1. */
  readonly inputA: number;
  readonly inputB: number;
  readonly inputC: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly shift: number;
  readonly outType: number;
  /** An add's multipliers. */
  readonly multiplierA: number;
  readonly multiplierB: number;
  /** Groups of a conv's channels, heads of an attention; else 1. */
  readonly groups: number;
  /** A norm's. */
  readonly epsilon: number;
  /** Powers of two by which a table's input grows before it is looked up. */
  readonly tableShift: number;
  /** Convs, dense and norms: one an output channel; average pool: one a count, counts from 1; attention: one. */
  readonly multipliers: Int32Array;
  readonly biases: Int32Array;
  /** The table that ACTIVATION_TABLE looks up; else empty. */
  readonly table: Int32Array;
  /** [outChannel][kernel][inChannel of its group]; of a depthwise conv [channel][kernel]. */
  readonly weights: Int32Array;
}
