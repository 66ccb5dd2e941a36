/** Facts of the signal chain that host and tools reckon with (docs/numerics/front-end.md). */

/** How far a QRS lies behind the electrodes in the conditioned signal ("Band limit"). */
export const FRONT_END_DELAY_MICROSECONDS = 10400;

/**
 * For how long the last sample is held at a record's end, so that the detector can be sure of the last beat: 352 ms, about the
 * 99th percentile of its delay on MIT-BIH.
 */
export const DETECTOR_FLUSH_SAMPLES = 176;
