/** Operations of a layer record (FORMAT.md, "Layers"). Numbers are never reused. */
export const OP_CONV1D = 1;
export const OP_ADD = 2;
export const OP_MAX_POOL = 3;
export const OP_AVERAGE_POOL = 4;
export const OP_DENSE = 5;
export const OP_DEPTHWISE_CONV1D = 6;
export const OP_WINDOW = 7;
export const OP_LAYER_NORM = 8;
export const OP_GROUP_NORM = 9;
export const OP_ATTENTION = 10;

/** Activation fused into the layer that produces the tensor. */
export const ACTIVATION_NONE = 0;
export const ACTIVATION_RELU = 1;
/** Any function of one value, in a table of the file. */
export const ACTIVATION_TABLE = 2;

/** Element type of a tensor. */
export const TYPE_INT8 = 1;
export const TYPE_INT16 = 2;
/**
 * An int16 whose magnitude is at most 4095: products of two such fit an int32 over 128 terms, with an 8-bit weight over 4,128.
 */
export const TYPE_INT13 = 3;

/**
 * Grid of a layer's weights (NUMERICS.md, "Weights").
 * Mid-tread: integers in [-(2^(b-1)-1), 2^(b-1)-1], two's complement in b bits, b in 2..8.
 * Mid-rise: odd integers 2*code - (2^b - 1), b in 1..7; the upper bits of a code are a code of fewer bits.
 * Ternary: -1, 0, 1, five weights of one lane to a byte, the first in the lowest digit of base 3.
 */
export const GRID_NONE = 0;
export const GRID_MID_TREAD = 1;
export const GRID_MID_RISE = 2;
export const GRID_TERNARY = 3;
