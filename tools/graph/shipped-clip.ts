/**
 * Largest magnitude of an activation of the shipped families, four standard deviations where batch norm's gain is 1. An
 * int8 step is then at most 4/127, and no activation of the float network lies outside the range of int8.
 */
export const SHIPPED_CLIP = 4;
