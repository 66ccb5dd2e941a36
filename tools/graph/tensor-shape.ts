/** The size of a node's tensor and its place beside the input. */
export interface TensorShape {
  readonly channels: number;
  /** Input samples per row. */
  readonly strideSamples: number;
  /** Input samples that row 0 depends on, as an interval: first (<= 0, virtual) and last. */
  readonly firstSample: number;
  readonly lastSample: number;
  /**
   * The unit that the tensor is recomputed for: the window of a one-window network, or a sequence after a stream's
   * window node; null for a stream.
   */
  readonly sequence: SequenceShape | null;
}

export interface SequenceShape {
  /** Rows of the tensor in one sequence. */
  readonly rows: number;
  /** Samples from one sequence to the next. */
  readonly hopSamples: number;
}
