/** Where the tokens of a crop lie. */
export interface TokenGrid {
  readonly tokens: number;
  /** Samples from a token to the next. */
  readonly hopSamples: number;
  /** The middle of what token 0 sees. */
  readonly centreSample: number;
}

/**
 * Writes the stretch of `frame.length` samples around a token's centre. What lies outside the signal is its first or
 * last sample: silence there would look like a wave's edge.
 */
export function writeFrame(frame: Float64Array, signal: Float32Array, grid: TokenGrid, token: number): void {
  const start = grid.centreSample + token * grid.hopSamples - (frame.length >> 1);
  const last = signal.length - 1;
  for (let i = 0; i < frame.length; i++) frame[i] = signal[Math.min(last, Math.max(0, start + i))];
}
