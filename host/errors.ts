import * as status from "../assembly/shared/status.ts";

/** One sentence a status code: what is wrong and what to do. */
const SENTENCES: Readonly<Record<number, string>> = {
  [status.MODEL_TOO_SHORT]: "the file ends before its section table; it is truncated or not a .qhb model",
  [status.MODEL_TOO_LONG]: "the file is larger than the format allows (64 MiB)",
  [status.MODEL_BAD_MAGIC]: 'the file does not begin with "QHB1"; it is not a .qhb model',
  [status.MODEL_BAD_FORMAT_VERSION]: "the model has another format version; export it again with this release",
  [status.MODEL_BAD_OP_SET_VERSION]: "the model uses another op-set version; export it again with this release",
  [status.MODEL_BAD_LENGTH]:
    "the length in the header is not that of the file; it is truncated or has bytes behind its end",
  [status.MODEL_BAD_CRC]: "the CRC-32 of the file does not match its content; the file is damaged, fetch it again",
  [status.MODEL_RESERVED_NOT_ZERO]: "a reserved byte is not zero",
  [status.MODEL_BAD_SECTION_COUNT]: "the number of sections is not that of one rung or of up to seven",
  [status.MODEL_BAD_SECTION_KIND]: "the sections are not in the format's order",
  [status.MODEL_BAD_SECTION_OFFSET]: "a section does not begin at the next multiple of 16 behind the one before",
  [status.MODEL_BAD_SECTION_LENGTH]: "a section's length does not fit its content",
  [status.MODEL_PADDING_NOT_ZERO]: "the bytes between two sections are not zero",
  [status.MODEL_FLASH_READ_FAILED]: "a read of the model's flash failed",
  [status.MODEL_BAD_LAYER_COUNT]: "the layer count is 0 or above the limit",
  [status.MODEL_BAD_CLASS_COUNT]: "the class count is below 2 or above the limit",
  [status.MODEL_BAD_INPUT_CHANNELS]: "the network does not take exactly one lead",
  [status.MODEL_BAD_INPUT_TYPE]: "the network's input is not int16",
  [status.MODEL_BAD_SAMPLE_RATE]: "the network's sample rate is not 500 Hz",
  [status.MODEL_BAD_TICK]:
    "a tick is empty, too long, too short for the network's reach, or no multiple of a layer's stride",
  [status.MODEL_BAD_WINDOW]: "the window is too long or no multiple of the tick",
  [status.MODEL_BAD_LOOK_AHEAD]: "the stated look-ahead is not that of the layers",
  [status.MODEL_BAD_LOGIT_BITS]: "the logits have too many fraction bits",
  [status.MODEL_BAD_TOTAL_STRIDE]: "the stated total stride is not that of the layers",
  [status.LAYER_BAD_OP]: "the layer's operation is unknown",
  [status.LAYER_BAD_ACTIVATION]: "the layer's activation is unknown or not allowed for its operation",
  [status.LAYER_BAD_BITS]: "the layer's width does not fit its weight grid",
  [status.LAYER_BAD_GRID]: "the layer's weight grid is unknown or not allowed for its operation",
  [status.LAYER_BAD_INPUT]: "the layer reads a tensor that does not exist yet or has the wrong element type",
  [status.LAYER_BAD_CHANNELS]: "the layer's channels do not fit its input or are above the limit",
  [status.LAYER_BAD_KERNEL]: "the layer's kernel is 0 or above the limit",
  [status.LAYER_BAD_STRIDE]: "the layer's stride is 0 or above the limit",
  [status.LAYER_BAD_DILATION]: "the layer's dilation is 0, above the limit, or not allowed for its operation",
  [status.LAYER_BAD_PADDING]: "the layer's padding reaches its own window or is not allowed for its operation",
  [status.LAYER_BAD_SHIFT]: "the layer's shift is out of range",
  [status.LAYER_BAD_OUT_TYPE]: "the layer's output has the wrong element type",
  [status.LAYER_BAD_ROW_FORM]: "the layer's requantisation rows are in a form that it cannot have",
  [status.LAYER_BAD_PLANES]: "the layer's weights cannot be in so many bit planes",
  [status.LAYER_BAD_REQUANTIZATION_RANGE]: "the layer's requantisation rows do not follow those of the layer before",
  [status.LAYER_BAD_MULTIPLIER]: "a multiplier is negative or lets a value leave 32 bits",
  [status.LAYER_BAD_BIAS]: "an average pool has a bias",
  [status.LAYER_BAD_WEIGHTS_RANGE]:
    "the layer's weights do not follow those of the layer before or have the wrong length",
  [status.LAYER_BAD_TILE_RANGE]: "the layer's tiles do not follow those of the layer before or have the wrong count",
  [status.LAYER_BAD_TILE_CRC]: "the CRC-32 of a weight tile does not match; the file is damaged",
  [status.LAYER_BAD_WEIGHT]: "a weight code is outside the layer's grid, or bits behind the last weight are set",
  [status.LAYER_ACCUMULATOR_OVERFLOW]: "the layer's sums can leave 32 bits",
  [status.LAYER_UNEQUAL_RATES]: "the layer adds two tensors of different rates",
  [status.LAYER_BAD_HEAD]: "the network does not end in a head that gives one logit a class",
  [status.LAYER_BAD_GROUPS]:
    "the layer's groups or heads do not divide its channels or are not allowed for its operation",
  [status.LAYER_BAD_EPSILON]: "the layer's epsilon is out of range or not allowed for its operation",
  [status.LAYER_BAD_SEQUENCE]: "the layer does not fit the sequence of a decision, or stands outside of one",
  [status.PLAN_BAD_OFFSET]: "two buffers of the memory plan overlap or one is not aligned to 16 bytes",
  [status.PLAN_BAD_CAPACITY]:
    "a buffer of the memory plan is too small for the rows that the network keeps, or above the limit",
  [status.BUDGET_BAD_RAM]: "the budget's RAM is less than the memory plan takes",
  [status.BUDGET_BAD_FLASH]: "the budget's flash bytes are not the file's length",
  [status.BUDGET_BAD_HOP]: "the budget's hop is not that of the network",
  [status.GOLDEN_BAD_LENGTH]: "the golden vectors do not fit their section",
  [status.NOT_ENOUGH_RAM]: "the model does not fit the memory that it may take",
  [status.NO_MODEL]: "no model is loaded",
  [status.INPUT_BAD_SAMPLE_RATE]: "the sample rate is not within 125 to 1000 Hz",
  [status.INPUT_BAD_SCALE]: "a count is not within 1 pV to 2 mV",
  [status.INPUT_TOO_LONG]: "more samples were pushed at once than the input area holds",
  [status.INPUT_FINISHED]: "the record is finished; reset the engine before the next one",
  [status.SNAPSHOT_NOT_AT_REST]: "the record is finished or events wait; take a snapshot between two pushes",
  [status.SNAPSHOT_BAD]: "the snapshot is damaged or not of this model and rung",
  [status.NO_SUCH_RUNG]: "the model has no such rung",
  [status.SELF_TEST_MISMATCH]: "a layer's output differs from the golden vectors; the model or the engine is damaged",
};

/** Error of the engine: branch on `code` (assembly/shared/status.ts), show `message`. */
export class EngineError extends Error {
  override name = "EngineError";
  readonly code: number;
  /** Byte of the model file at which the check failed. */
  readonly offset?: number;
  /** Index of the layer at which the check failed. */
  readonly layer?: number;

  /** `place` says what was being done, such as "load model.qhb". */
  constructor(code: number, place: string, where: { offset?: number; layer?: number; detail?: string } = {}) {
    const parts = [place];
    if (where.layer !== undefined) parts.push(`layer ${where.layer}`);
    if (where.offset !== undefined) parts.push(`byte ${where.offset}`);
    const sentence = SENTENCES[code] ?? `status ${code}`;
    super(`${parts.join(", ")}: ${sentence}${where.detail ? ` (${where.detail})` : ""}`);
    this.code = code;
    this.offset = where.offset;
    this.layer = where.layer;
  }
}
