import * as layout from "../assembly/shared/layout.ts";
import * as ops from "../assembly/shared/ops.ts";

export type OpName =
  | "conv1d"
  | "add"
  | "maxPool"
  | "averagePool"
  | "dense"
  | "depthwiseConv1d"
  | "window"
  | "layerNorm"
  | "groupNorm"
  | "attention";
export type ElementType = "int8" | "int13" | "int16";
export type GridName = "none" | "midTread" | "midRise" | "ternary";

/** A layer record of a model file, with its place in the other sections. Field meanings: docs/FORMAT.md. */
export interface ModelLayer {
  readonly name: string;
  readonly op: OpName;
  readonly activation: "none" | "relu" | "table";
  readonly bits: number;
  readonly grid: GridName;
  /** Tensor 0 is the input, layer i makes tensor i + 1. */
  readonly inputs: readonly number[];
  readonly inChannels: number;
  readonly outChannels: number;
  /** Groups of a conv's channels, heads of an attention, else 1. */
  readonly groups: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly shift: number;
  readonly outType: ElementType;
  /** Byte offset in the requantisation section. */
  readonly requantizationAt: number;
  /** Form of the layer's requantisation rows: 0 is wide, any other narrow. */
  readonly rowForm: number;
  /** Bit planes of its weights in the file, of which this rung reads the `bits` upper ones; 0: a bit stream a tile. */
  readonly planes: number;
  readonly weightsAt: number;
  readonly weightsBytes: number;
  readonly firstTile: number;
  readonly tileCount: number;
  readonly multipliers: readonly [number, number];
  /** Weights: each meets one input in an output row. */
  readonly weights: number;
}

export interface ModelBudget {
  readonly ramBytes: number;
  readonly stackBytes: number;
  readonly flashBytes: number;
  readonly macsPerHop: number;
  readonly flashReadBytesPerHop: number;
  readonly hopSamples: number;
}

/** A tensor's rows in the arena: those of a pass, and those that stay from one pass to the next. */
export interface TensorPlace {
  readonly offset: number;
  readonly capacityRows: number;
  readonly keptOffset: number;
  readonly keptRows: number;
}

/** The free-form part of a model: JSON in the metadata section. */
export interface ModelMetadata {
  readonly name: string;
  readonly classes: readonly string[];
  readonly layerNames?: readonly string[];
  readonly [fact: string]: unknown;
}

const OP_NAMES: Readonly<Record<number, OpName>> = {
  [ops.OP_CONV1D]: "conv1d",
  [ops.OP_ADD]: "add",
  [ops.OP_MAX_POOL]: "maxPool",
  [ops.OP_AVERAGE_POOL]: "averagePool",
  [ops.OP_DENSE]: "dense",
  [ops.OP_DEPTHWISE_CONV1D]: "depthwiseConv1d",
  [ops.OP_WINDOW]: "window",
  [ops.OP_LAYER_NORM]: "layerNorm",
  [ops.OP_GROUP_NORM]: "groupNorm",
  [ops.OP_ATTENTION]: "attention",
};
const ACTIVATION_NAMES: Readonly<Record<number, ModelLayer["activation"]>> = {
  [ops.ACTIVATION_NONE]: "none",
  [ops.ACTIVATION_RELU]: "relu",
  [ops.ACTIVATION_TABLE]: "table",
};
const TYPE_NAMES: Readonly<Record<number, ElementType>> = {
  [ops.TYPE_INT8]: "int8",
  [ops.TYPE_INT13]: "int13",
  [ops.TYPE_INT16]: "int16",
};
const GRID_NAMES: Readonly<Record<number, GridName>> = {
  [ops.GRID_NONE]: "none",
  [ops.GRID_MID_TREAD]: "midTread",
  [ops.GRID_MID_RISE]: "midRise",
  [ops.GRID_TERNARY]: "ternary",
};

/**
 * A parsed `.qhb` file: a reader for tools and screens. The engine's own checks decide what may run (Engine.load makes
 * them first); a file that it refuses may throw RangeError here.
 */
export class ModelFile {
  readonly bytes: Uint8Array;
  /** Networks in the file, the finest first: they share weights, and one of them is read here. */
  readonly rungs: number;
  readonly rung: number;
  readonly classes: readonly string[];
  readonly layers: readonly ModelLayer[];
  readonly metadata: ModelMetadata;
  readonly budget: ModelBudget;
  readonly tickSamples: number;
  /** Samples of a one-window network, or 0: the network streams. */
  readonly windowSamples: number;
  readonly lookAheadSamples: number;
  readonly totalStride: number;
  readonly logitFractionBits: number;
  /** The memory plan: two places a tensor. */
  readonly plan: readonly TensorPlace[];
  readonly goldenSamples: number;

  /** Throws RangeError on a rung that the file does not have. */
  constructor(bytes: Uint8Array, rung = 0) {
    this.bytes = bytes;
    this.rung = rung;
    this.rungs = rungsOf(bytes);
    if (!Number.isInteger(rung) || rung < 0 || rung >= this.rungs) {
      throw new RangeError(`rung must be 0 to ${this.rungs - 1}, found ${rung}`);
    }
    const network = this.section(layout.SECTION_NETWORK);
    const layerCount = network.getUint16(layout.NETWORK_LAYER_COUNT_AT, true);
    this.tickSamples = network.getUint32(layout.NETWORK_TICK_SAMPLES_AT, true);
    this.windowSamples = network.getUint32(layout.NETWORK_WINDOW_SAMPLES_AT, true);
    this.lookAheadSamples = network.getUint32(layout.NETWORK_LOOK_AHEAD_SAMPLES_AT, true);
    this.totalStride = network.getUint32(layout.NETWORK_TOTAL_STRIDE_AT, true);
    this.logitFractionBits = network.getUint32(layout.NETWORK_LOGIT_FRACTION_BITS_AT, true);
    this.metadata = this.readMetadata(network.getUint16(layout.NETWORK_CLASS_COUNT_AT, true));
    this.classes = this.metadata.classes;
    const records = this.section(layout.SECTION_LAYERS);
    this.layers = Array.from({ length: layerCount }, (_, index) =>
      readLayer(records, index, this.metadata.layerNames?.[index] ?? `layer${index}`),
    );
    this.budget = readBudget(this.section(layout.SECTION_BUDGET));
    const plan = this.section(layout.SECTION_PLAN);
    this.plan = Array.from({ length: layerCount + 1 }, (_, index) => readPlace(plan, index * layout.PLAN_ENTRY_BYTES));
    this.goldenSamples = this.section(layout.SECTION_GOLDEN).getUint32(layout.GOLDEN_SAMPLES_AT, true);
  }

  /** The bytes of the rung's section, by its kind in assembly/shared/layout.ts. */
  section(kind: number): DataView {
    const file = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    const entry = layout.HEADER_BYTES + this.entryOf(file, kind) * layout.SECTION_ENTRY_BYTES;
    const offset = file.getUint32(entry + layout.SECTION_OFFSET_AT, true);
    const length = file.getUint32(entry + layout.SECTION_LENGTH_AT, true);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + offset, length);
  }

  /** Index in the section table: the rung's own section where it has one of that kind, else the shared one. */
  private entryOf(file: DataView, kind: number): number {
    const first = layout.SECTION_COUNT + (this.rung - 1) * layout.RUNG_SECTION_COUNT;
    for (let entry = first; this.rung > 0 && entry < first + layout.RUNG_SECTION_COUNT; entry++) {
      const at = layout.HEADER_BYTES + entry * layout.SECTION_ENTRY_BYTES;
      if (file.getUint32(at + layout.SECTION_KIND_AT, true) === kind) return entry;
    }
    return kind - 1;
  }

  /** The JSON of the metadata section; names for what it leaves out, since the engine runs without it. */
  private readMetadata(classCount: number): ModelMetadata {
    const view = this.section(layout.SECTION_METADATA);
    const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    let parsed: Partial<ModelMetadata> = {};
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) parsed = value as Partial<ModelMetadata>;
    } catch {
      // A model without readable metadata still runs: its classes get numbers.
    }
    const { classes: named, layerNames: layers } = parsed;
    const classes =
      isTexts(named) && named.length === classCount ? named : Array.from({ length: classCount }, (_, i) => `${i}`);
    const layerNames = isTexts(layers) ? layers : undefined;
    return { ...parsed, name: typeof parsed.name === "string" ? parsed.name : "unnamed", classes, layerNames };
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Networks in a file. */
export function rungsOf(bytes: Uint8Array): number {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = header.getUint32(layout.HEADER_SECTION_COUNT_AT, true);
  return 1 + (sections - layout.SECTION_COUNT) / layout.RUNG_SECTION_COUNT;
}

function readLayer(records: DataView, index: number, name: string): ModelLayer {
  const from = index * layout.LAYER_BYTES;
  const u8 = (at: number) => records.getUint8(from + at);
  const u16 = (at: number) => records.getUint16(from + at, true);
  const u32 = (at: number) => records.getUint32(from + at, true);
  const op = OP_NAMES[u8(layout.LAYER_OP_AT)];
  const groups = Math.max(1, u16(layout.LAYER_GROUPS_AT));
  const kernel = u16(layout.LAYER_KERNEL_AT);
  const inChannels = u16(layout.LAYER_IN_CHANNELS_AT);
  const outChannels = u16(layout.LAYER_OUT_CHANNELS_AT);
  return {
    name,
    op,
    activation: ACTIVATION_NAMES[u8(layout.LAYER_ACTIVATION_AT)],
    bits: u8(layout.LAYER_BITS_AT),
    grid: GRID_NAMES[u8(layout.LAYER_GRID_AT)],
    inputs: readInputs(op, u16),
    inChannels,
    outChannels,
    groups,
    kernel,
    stride: u16(layout.LAYER_STRIDE_AT),
    dilation: u16(layout.LAYER_DILATION_AT),
    padLeft: u16(layout.LAYER_PAD_LEFT_AT),
    padRight: u16(layout.LAYER_PAD_RIGHT_AT),
    shift: u8(layout.LAYER_SHIFT_AT),
    outType: TYPE_NAMES[u8(layout.LAYER_OUT_TYPE_AT)],
    requantizationAt: u32(layout.LAYER_REQUANTIZATION_AT),
    rowForm: u8(layout.LAYER_ROW_FORM_AT),
    planes: u8(layout.LAYER_PLANES_AT),
    weightsAt: u32(layout.LAYER_WEIGHTS_AT),
    weightsBytes: u32(layout.LAYER_WEIGHTS_LENGTH_AT),
    firstTile: u32(layout.LAYER_FIRST_TILE_AT),
    tileCount: u32(layout.LAYER_TILE_COUNT_AT),
    multipliers: [
      records.getInt16(from + layout.LAYER_MULTIPLIER_A_AT, true),
      records.getInt16(from + layout.LAYER_MULTIPLIER_B_AT, true),
    ],
    weights: weightCount(op, kernel, inChannels / groups, outChannels),
  };
}

function readInputs(op: OpName, u16: (at: number) => number): readonly number[] {
  const a = u16(layout.LAYER_INPUT_A_AT);
  const b = u16(layout.LAYER_INPUT_B_AT);
  if (op === "attention") return [a, b, u16(layout.LAYER_INPUT_C_AT)];
  return b === layout.NO_TENSOR ? [a] : [a, b];
}

function weightCount(op: OpName, kernel: number, groupChannels: number, outChannels: number): number {
  if (op === "conv1d" || op === "dense") return kernel * groupChannels * outChannels;
  return op === "depthwiseConv1d" ? kernel * outChannels : 0;
}

function readPlace(plan: DataView, from: number): TensorPlace {
  return {
    offset: plan.getUint32(from + layout.PLAN_OFFSET_AT, true),
    capacityRows: plan.getUint32(from + layout.PLAN_CAPACITY_ROWS_AT, true),
    keptOffset: plan.getUint32(from + layout.PLAN_KEPT_OFFSET_AT, true),
    keptRows: plan.getUint32(from + layout.PLAN_KEPT_ROWS_AT, true),
  };
}

function readBudget(view: DataView): ModelBudget {
  const u32 = (at: number) => view.getUint32(at, true);
  return {
    ramBytes: u32(layout.BUDGET_RAM_BYTES_AT),
    stackBytes: u32(layout.BUDGET_STACK_BYTES_AT),
    flashBytes: u32(layout.BUDGET_FLASH_BYTES_AT),
    macsPerHop: u32(layout.BUDGET_MACS_PER_HOP_AT),
    flashReadBytesPerHop: u32(layout.BUDGET_FLASH_READ_BYTES_PER_HOP_AT),
    hopSamples: u32(layout.BUDGET_HOP_SAMPLES_AT),
  };
}
