/**
 * Byte layout of a `.qhb` file, format 2: little-endian. docs/FORMAT.md is normative and a test holds the two equal.
 * `*_AT` is a byte offset within its record, `*_BYTES` a record's size.
 */
export const MAGIC = 0x31424851; // "QHB1"
export const FORMAT_VERSION = 2;
export const OP_SET_VERSION = 5;
/** Every section starts at a multiple of this many bytes; the bytes between are zero. */
export const SECTION_ALIGNMENT = 16;

// --- file header -------------------------------------------------------------------------------------------------
export const HEADER_BYTES = 32;
export const HEADER_MAGIC_AT = 0; // u32
export const HEADER_FORMAT_VERSION_AT = 4; // u16
export const HEADER_OP_SET_VERSION_AT = 6; // u16
export const HEADER_FILE_BYTES_AT = 8; // u32
export const HEADER_CRC_AT = 12; // u32, CRC-32 of every byte from offset 16 to the end of the file
export const HEADER_CRC_FROM = 16;
export const HEADER_SECTION_COUNT_AT = 16; // u32, SECTION_COUNT and RUNG_SECTION_COUNT more for each rung behind the first
export const HEADER_RESERVED_AT = 20; // 12 bytes, zero

// --- section table, right after the header: SECTION_COUNT entries in the order of their kinds, then those of further rungs
export const SECTION_COUNT = 10;
export const SECTION_ENTRY_BYTES = 16;
export const SECTION_KIND_AT = 0; // u32
export const SECTION_OFFSET_AT = 4; // u32, from the start of the file
export const SECTION_LENGTH_AT = 8; // u32, in bytes, without the padding behind it
export const SECTION_RESERVED_AT = 12; // u32, zero

export const SECTION_NETWORK = 1;
export const SECTION_LAYERS = 2;
export const SECTION_REQUANTIZATION = 3;
export const SECTION_WEIGHTS = 4;
export const SECTION_TILE_CRCS = 5;
export const SECTION_PLAN = 6;
export const SECTION_BUDGET = 7;
export const SECTION_METADATA = 8;
export const SECTION_GOLDEN = 9;
/** Room for a signature; empty in format 2. */
export const SECTION_SIGNATURE = 10;
/** A rung's own sections: layers, requantisation, tile CRCs, budget and golden vectors. It shares the others. */
export const RUNG_SECTION_COUNT = 5;

// --- network -------------------------------------------------------------------------------------------------------
export const NETWORK_BYTES = 48;
export const NETWORK_LAYER_COUNT_AT = 0; // u16
export const NETWORK_CLASS_COUNT_AT = 2; // u16
export const NETWORK_INPUT_CHANNELS_AT = 4; // u16, 1 in format 2
export const NETWORK_INPUT_TYPE_AT = 6; // u16, TYPE_INT16
export const NETWORK_SAMPLE_RATE_HZ_AT = 8; // u32
export const NETWORK_TICK_SAMPLES_AT = 12; // u32, conditioned samples a pass of the network takes
export const NETWORK_WINDOW_SAMPLES_AT = 16; // u32, 0: streams; else a one-window network of so many samples
export const NETWORK_LOOK_AHEAD_SAMPLES_AT = 20; // u32, samples that column 0 of the last stream layer needs beyond its own position
export const NETWORK_LOGIT_FRACTION_BITS_AT = 24; // u32, a logit is its integer / 2^bits
export const NETWORK_TOTAL_STRIDE_AT = 28; // u32, samples to a column of the pooled tensor
export const NETWORK_RESERVED_AT = 32; // 16 bytes, zero

// --- layer: layer i makes tensor i + 1; tensor 0 is the input ---------------------------------------------------------
export const LAYER_BYTES = 64;
export const LAYER_OP_AT = 0; // u8
export const LAYER_ACTIVATION_AT = 1; // u8
export const LAYER_BITS_AT = 2; // u8, 0 without weights, 1..8, ternary: 2
export const LAYER_GRID_AT = 3; // u8
export const LAYER_INPUT_A_AT = 4; // u16, tensor index
export const LAYER_INPUT_B_AT = 6; // u16, tensor index of an add's second input or of an attention's keys, else NO_TENSOR
export const LAYER_IN_CHANNELS_AT = 8; // u16
export const LAYER_OUT_CHANNELS_AT = 10; // u16
export const LAYER_KERNEL_AT = 12; // u16, rows: taps of a conv or pool, columns of an average pool, dense or sequence window
export const LAYER_STRIDE_AT = 14; // u16, the hop of an average pool or of sequences; a dense layer's stride is its kernel
export const LAYER_DILATION_AT = 16; // u16
export const LAYER_PAD_LEFT_AT = 18; // u16
export const LAYER_PAD_RIGHT_AT = 20; // u16
export const LAYER_SHIFT_AT = 22; // u8
export const LAYER_OUT_TYPE_AT = 23; // u8
export const LAYER_REQUANTIZATION_AT = 24; // u32, byte offset in the requantisation section
export const LAYER_WEIGHTS_AT = 28; // u32, byte offset in the weights section
export const LAYER_WEIGHTS_LENGTH_AT = 32; // u32, bytes
export const LAYER_FIRST_TILE_AT = 36; // u32, index in the tile CRC section
export const LAYER_TILE_COUNT_AT = 40; // u32
export const LAYER_MULTIPLIER_A_AT = 44; // i16, an add's multiplier of input A
export const LAYER_MULTIPLIER_B_AT = 46; // i16, an add's multiplier of input B
export const LAYER_GROUPS_AT = 48; // u16, groups of a conv's channels (0: one), heads of an attention
export const LAYER_INPUT_C_AT = 50; // u16, tensor index of an attention's values
export const LAYER_EPSILON_AT = 52; // u32, a norm's
export const LAYER_TABLE_SHIFT_AT = 56; // u8, powers of two by which a table's input grows before it is looked up
export const LAYER_ROW_FORM_AT = 57; // u8, 0: wide requantisation rows; n: narrow ones, whose biases count 2^(n - 1)
export const LAYER_PLANES_AT = 58; // u8, 0: weights in a bit stream a tile; n: in n bit planes of the layer
export const LAYER_RESERVED_AT = 59; // 5 bytes, zero
export const NO_TENSOR = 0xffff;

// --- requantisation row: one per output channel of a conv, dense or norm layer; one per count 1..kernel of an average pool;
// one of an attention; after the channels' the table of ACTIVATION_TABLE -------------------------------------------------
export const REQUANTIZATION_BYTES = 8;
export const REQUANTIZATION_MULTIPLIER_AT = 0; // i32, >= 0 but for a norm's
export const REQUANTIZATION_BIAS_AT = 4; // i32, 0 for an average pool and an attention

// --- the same in a narrow form: upper bits of the multiplier, a bias in larger counts -----------------------------------
export const NARROW_ROW_BYTES = 4;
export const NARROW_ROW_MULTIPLIER_AT = 0; // u16, in units of 2^NARROW_MULTIPLIER_SHIFT
export const NARROW_ROW_BIAS_AT = 2; // i16, in units of 2^(rowForm - 1)
export const NARROW_MULTIPLIER_SHIFT = 15;

/** i16[ACTIVATION_TABLE_ENTRIES] and zeros after. */
export const ACTIVATION_TABLE_BYTES = 264;
export const ACTIVATION_TABLE_ENTRIES = 129;
/** Shift from 512 times an entry to an output count: an entry is in quarters of a count of int13, in pairs of counts of int16. */
export const TABLE_DOWN_INT13 = 11;
export const TABLE_DOWN_INT16 = 8;

// --- tile CRCs: one u32 a tile, in the order of the weights -----------------------------------------------------------
export const TILE_CRC_BYTES = 4;

// --- memory plan: one entry a tensor 0..layerCount; offsets from the start of the arena --------------------------------
export const PLAN_ENTRY_BYTES = 16;
export const PLAN_OFFSET_AT = 0; // u32, multiple of 16: its rows during a pass
export const PLAN_CAPACITY_ROWS_AT = 4; // u32
export const PLAN_KEPT_OFFSET_AT = 8; // u32, multiple of 16: the rows that stay from one pass to the next
export const PLAN_KEPT_ROWS_AT = 12; // u32

// --- budget contract --------------------------------------------------------------------------------------------------
export const BUDGET_BYTES = 48;
export const BUDGET_RAM_BYTES_AT = 0; // u32, static data + state + arena + scratch of the scalar build
export const BUDGET_STACK_BYTES_AT = 4; // u32
export const BUDGET_FLASH_BYTES_AT = 8; // u32, this file
export const BUDGET_MACS_PER_HOP_AT = 12; // u32
export const BUDGET_FLASH_READ_BYTES_PER_HOP_AT = 16; // u32
export const BUDGET_HOP_SAMPLES_AT = 20; // u32
export const BUDGET_RESERVED_AT = 24; // 24 bytes, zero

// --- golden vectors: counts, one CRC-32 a layer, the input samples -----------------------------------------------------
export const GOLDEN_SAMPLES_AT = 0; // u32
export const GOLDEN_LAYER_COUNT_AT = 4; // u32
export const GOLDEN_CRCS_AT = 8; // u32 a layer, then the input: i8 a sample, in units of GOLDEN_STEP
/** Odd, so that the low bits of the samples differ. */
export const GOLDEN_STEP = 13;
