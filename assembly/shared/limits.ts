/** Named upper limits of every count in a model file and of the engine. A file above a limit is refused with its status. */
export const MAX_FILE_BYTES = 67108864;
export const MAX_LAYERS = 128;
export const MAX_CLASSES = 64;
export const MAX_CHANNELS = 4096;
export const MAX_KERNEL = 512;
export const MAX_STRIDE = 64;
export const MAX_DILATION = 64;
/** Columns that one decision averages, flattens or sees as a sequence. */
export const MAX_WINDOW_COLUMNS = 4096;
/** Rows of a sequence with attention, and channels of one of its heads. */
export const MAX_ATTENTION_ROWS = 128;
export const MAX_HEAD_CHANNELS = 128;
/** Rows in one tensor's sliding buffer. */
export const MAX_TENSOR_ROWS = 16384;
/** Conditioned samples that one pass of the network takes. */
export const MAX_TICK_SAMPLES = 16384;
/** Ticks until every layer of a stream has made a row, or in a window: bounds the work of checking a plan. */
export const MAX_PLAN_TICKS = 4096;
/** Samples of a one-window network. */
export const MAX_WINDOW_SAMPLES = 1048576;
export const MAX_GOLDEN_SAMPLES = 65536;
export const MAX_SHIFT = 62;
export const MAX_ADD_SHIFT = 30;
export const MIN_NORM_SHIFT = 8;
export const MAX_NORM_SHIFT = 39;
export const MAX_TABLE_SHIFT = 7;
/** Largest form of requantisation rows: 0 is wide, n is narrow with biases in units of 2^(n - 1). */
export const MAX_ROW_FORM = 16;
/** Bit planes of a layer's weights: an int8 on the mid-rise grid holds no more. */
export const MAX_PLANES = 7;
/** Networks of one file that share its weights. */
export const MAX_RUNGS = 7;
/** Input samples per row of any tensor. */
export const MAX_TOTAL_STRIDE = 65536;
export const MAX_LOGIT_FRACTION_BITS = 14;
/** Output channels in one packed weight tile. */
export const TILE_CHANNELS = 8;

export const MIN_SAMPLE_RATE_MILLIHZ = 125000;
export const MAX_SAMPLE_RATE_MILLIHZ = 1000000;
/** The rate at which the network and the R-peak detector run. */
export const MODEL_SAMPLE_RATE_HZ = 500;
/** Conditioned samples that one raw sample can give, at most (125 Hz to 500 Hz). */
export const MAX_RESAMPLE_OUTPUTS = 4;
/** Raw samples that one call of push takes, at most. */
export const INPUT_CAPACITY_SAMPLES = 128;
/** Events that wait for the host, at most; push stops consuming before it overflows. */
export const EVENT_CAPACITY = 16;
