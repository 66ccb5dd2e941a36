/** A layer as a model file states it, decoded. Field rules: docs/FORMAT.md; meaning: docs/NUMERICS.md. */
export interface Layer {
  readonly op: number;
  readonly activation: number;
  readonly bits: number;
  readonly grid: number;
  /** Tensor indices; tensor 0 is the input, layer i makes tensor i + 1. */
  readonly inputA: number;
  readonly inputB: number;
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
  /** Convs and dense: one an output channel; average pool: one a count, counts from 1. */
  readonly multipliers: Int32Array;
  readonly biases: Int32Array;
  /** [outChannel][kernel][inChannel]; of a depthwise conv [channel][kernel]. */
  readonly weights: Int32Array;
}
