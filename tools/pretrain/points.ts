import * as tf from "@tensorflow/tfjs";
import { INPUT } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { runNodes } from "../train/layers/layers.ts";
import type { PretrainingNetwork } from "./network.ts";
import { createTokenFeatures, type FeatureKind } from "./token-features.ts";
import type { TokenGrid } from "./token-grid.ts";

/** The points that are clustered, one for every token. */
export interface PointSource {
  /** Values a point. */
  readonly width: number;
  /**
   * @param signals [size][samples] in millivolts
   * @returns [size * tokens][width]
   */
  of(signals: Float32Array, size: number): Float32Array;
}

export function featurePoints(kind: FeatureKind, grid: TokenGrid): PointSource {
  const features = createTokenFeatures(kind);
  return {
    width: features.width,
    of(signals, size) {
      const samples = signals.length / size;
      const points = new Float32Array(size * grid.tokens * features.width);
      for (let row = 0; row < size; row++) {
        const signal = signals.subarray(row * samples, (row + 1) * samples);
        points.set(features.of(signal, grid), row * grid.tokens * features.width);
      }
      return points;
    },
  };
}

/** The hidden states behind a block of a trained network, nothing masked. Needs a selected backend. */
export function latentPoints(
  { stem, encoder, width }: PretrainingNetwork,
  weights: ReadonlyMap<string, Tensor>,
  block: string,
): PointSource {
  const nodes = [...stem, ...encoder];
  const used = nodes.slice(0, nodes.findIndex(({ name }) => name === block) + 1);
  return {
    width,
    of: (signals, size) => {
      // Numbers leave the tidy; tensors do not.
      let points = new Float32Array(0);
      tf.tidy(() => {
        const tensors = new Map([[INPUT, tf.tensor3d(signals, [size, signals.length / size, 1])]]);
        const constants = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
        points = runNodes(used, tensors, constants, null).dataSync() as Float32Array<ArrayBuffer>;
      });
      return points;
    },
  };
}
