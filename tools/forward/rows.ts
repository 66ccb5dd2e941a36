import { INPUT_MILLIVOLTS_PER_COUNT } from "../graph/model.ts";

/** A float tensor, [rows][channels]. */
export interface Rows {
  readonly rows: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Makes the network's input of a crop: conditioned samples in millivolts. */
export function inputRows(samples: Int16Array): Rows {
  return {
    rows: samples.length,
    channels: 1,
    data: Float32Array.from(samples, (count) => count * INPUT_MILLIVOLTS_PER_COUNT),
  };
}
