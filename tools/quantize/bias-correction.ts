import type { ChannelAffine, ChannelStatistics } from "../forward/layer-weights.ts";

/**
 * Corrects a layer's offset for the change of its mean sums by quantization: offset + gain * (before - after) (Nagel et al., "Data-Free
 * Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2, on calibration rows).
 */
export function biasCorrection(
  { gain, offset }: ChannelAffine,
  before: ChannelStatistics,
  after: ChannelStatistics,
): ChannelAffine {
  return {
    gain,
    offset: offset.map((value, channel) => value + gain[channel] * (before.mean[channel] - after.mean[channel])),
  };
}
