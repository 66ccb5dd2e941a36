/** Verdict on the signal (docs/numerics/front-end.md, "Signal quality"). */
export const QUALITY_OK = 0;
/** No electrode, or no heart beat: next to nothing is there. */
export const QUALITY_FLAT = 1;
/** It hits the ends of the converter's or the conditioned signal's range. */
export const QUALITY_SATURATED = 2;
/** Too noisy for beats. */
export const QUALITY_NOISY = 3;
