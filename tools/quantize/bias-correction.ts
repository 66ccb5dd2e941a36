import type { ChannelAffine, ChannelStatistics } from "../forward/layer-weights.ts";

/**
 * The offset takes up what quantizing moved a layer's mean sums by (Nagel et al., "Data-Free Quantization Through Weight
 * Equalization and Bias Correction", 2019, section 4.2, on calibration rows): offset + gain * (before - after).
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
