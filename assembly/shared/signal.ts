/** Facts of the signal chain that host and tools use (docs/numerics/front-end.md). */

/** Delay of a QRS in the conditioned signal, after the electrodes ("Band limit"). */
export const FRONT_END_DELAY_MICROSECONDS = 10400;

/**
 * Number of times that the last sample is repeated at a record's end, so that the detector is sure of the last beat: 352 ms, about
 * the 99th percentile of its delay on MIT-BIH.
 */
export const DETECTOR_FLUSH_SAMPLES = 176;
