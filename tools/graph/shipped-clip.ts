/**
 * Largest magnitude of an activation of the shipped families, four standard deviations where batch norm's gain is 1. An
 * int8 step is 4/127 at most, and nothing that float can be leaves the range.
 */
export const SHIPPED_CLIP = 4;
