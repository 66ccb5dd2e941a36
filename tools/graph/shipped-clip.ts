/**
 * Largest magnitude of an activation of the shipped families, behind batch norm: four standard deviations, so that an
 * int8 step is 4/127 everywhere and nothing that float can be leaves the range.
 */
export const SHIPPED_CLIP = 4;
