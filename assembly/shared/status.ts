/**
 * Status codes of the engine. 0 is success; numbers are never reused. host/errors.ts has a sentence for each.
 * `statusOffset()` of the engine tells the byte of the file at which a MODEL_* check failed.
 */
export const OK = 0;

// The file as a whole
export const MODEL_TOO_SHORT = 1;
export const MODEL_TOO_LONG = 2;
export const MODEL_BAD_MAGIC = 3;
export const MODEL_BAD_FORMAT_VERSION = 4;
export const MODEL_BAD_OP_SET_VERSION = 5;
export const MODEL_BAD_LENGTH = 6;
export const MODEL_BAD_CRC = 7;
export const MODEL_RESERVED_NOT_ZERO = 8;
export const MODEL_BAD_SECTION_COUNT = 9;
export const MODEL_BAD_SECTION_KIND = 10;
export const MODEL_BAD_SECTION_OFFSET = 11;
export const MODEL_BAD_SECTION_LENGTH = 12;
export const MODEL_PADDING_NOT_ZERO = 13;
export const MODEL_FLASH_READ_FAILED = 14;

// The network
export const MODEL_BAD_LAYER_COUNT = 20;
export const MODEL_BAD_CLASS_COUNT = 21;
export const MODEL_BAD_INPUT_CHANNELS = 22;
export const MODEL_BAD_INPUT_TYPE = 23;
export const MODEL_BAD_SAMPLE_RATE = 24;
export const MODEL_BAD_TICK = 25;
export const MODEL_BAD_WINDOW = 26;
export const MODEL_BAD_LOOK_AHEAD = 27;
export const MODEL_BAD_LOGIT_BITS = 28;
export const MODEL_BAD_TOTAL_STRIDE = 29;

// A layer
export const LAYER_BAD_OP = 40;
export const LAYER_BAD_ACTIVATION = 41;
export const LAYER_BAD_BITS = 42;
export const LAYER_BAD_GRID = 43;
export const LAYER_BAD_INPUT = 44;
export const LAYER_BAD_CHANNELS = 45;
export const LAYER_BAD_KERNEL = 46;
export const LAYER_BAD_STRIDE = 47;
export const LAYER_BAD_DILATION = 48;
export const LAYER_BAD_PADDING = 49;
export const LAYER_BAD_SHIFT = 50;
export const LAYER_BAD_OUT_TYPE = 51;
export const LAYER_BAD_REQUANTIZATION_RANGE = 52;
export const LAYER_BAD_MULTIPLIER = 53;
export const LAYER_BAD_BIAS = 54;
export const LAYER_BAD_WEIGHTS_RANGE = 55;
export const LAYER_BAD_TILE_RANGE = 56;
export const LAYER_BAD_TILE_CRC = 57;
export const LAYER_BAD_WEIGHT = 58;
export const LAYER_ACCUMULATOR_OVERFLOW = 59;
export const LAYER_UNEQUAL_RATES = 60;
export const LAYER_BAD_HEAD = 61;
export const LAYER_BAD_GROUPS = 62;
export const LAYER_BAD_EPSILON = 63;
export const LAYER_BAD_SEQUENCE = 64;
export const LAYER_BAD_ROW_FORM = 65;
export const LAYER_BAD_PLANES = 66;

// The memory plan, the budget and the golden vectors
export const PLAN_BAD_OFFSET = 70;
export const PLAN_BAD_CAPACITY = 71;
export const BUDGET_BAD_RAM = 72;
export const BUDGET_BAD_FLASH = 73;
export const BUDGET_BAD_HOP = 74;
export const GOLDEN_BAD_LENGTH = 75;

// Running
export const NOT_ENOUGH_RAM = 90;
export const NO_MODEL = 91;
export const INPUT_BAD_SAMPLE_RATE = 92;
export const INPUT_BAD_SCALE = 93;
export const INPUT_TOO_LONG = 94;
export const INPUT_FINISHED = 95;
export const SELF_TEST_MISMATCH = 96;
export const SNAPSHOT_NOT_AT_REST = 97;
export const SNAPSHOT_BAD = 98;
export const NO_SUCH_RUNG = 99;
