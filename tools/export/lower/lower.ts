import { MAX_ATTENTION_ROWS, MAX_HEAD_CHANNELS } from "../../../assembly/shared/limits.ts";
import * as ops from "../../../assembly/shared/ops.ts";
import { gelu } from "../../graph/gelu.ts";
import type {
  Activation,
  AddNode,
  AttentionNode,
  AveragePoolNode,
  ConvNode,
  DenseNode,
  GraphNode,
  GroupNormNode,
  LayerNormNode,
  NormNode,
  WeightedNode,
  WindowNode,
} from "../../graph/graph.ts";
import { inputsOf } from "../../graph/graph.ts";
import { NORM_EPSILON } from "../../graph/model.ts";
import { checkWidth, largestWeight, type QuantizedNetwork } from "../quantized-network.ts";
import { largestInput, largestOutput } from "../tensors/element-type.ts";
import { reachOf } from "../tensors/reach.ts";
import { activationTable, tableShift } from "./activation-table.ts";
import { requantizeAttention } from "./attention-requantization.ts";
import { requireEngineNodes } from "./engine-node.ts";
import { type LoweredLayer, PLAIN_LAYER } from "./lowered-layer.ts";
import { type FormedRows, narrowRows } from "./narrow-rows.ts";
import { NetworkTensors } from "./network-tensors.ts";
import { normEpsilon, requantizeNorm } from "./norm-requantization.ts";
import { packTiles, type TileLayout } from "./pack-tile.ts";
import { type Requantization, requantizeAdd, requantizeAverage, requantizeChannels } from "./requantization.ts";

const GRIDS = { midTread: ops.GRID_MID_TREAD, midRise: ops.GRID_MID_RISE, ternary: ops.GRID_TERNARY } as const;

const ACTIVATIONS: Readonly<Record<Activation, number>> = {
  none: ops.ACTIVATION_NONE,
  relu: ops.ACTIVATION_RELU,
  gelu: ops.ACTIVATION_TABLE,
};

/**
 * Turns a quantized network into layer records. Throws RangeError where a node, a scale or a weight cannot be packed.
 * @param wideRows keeps rows of eight bytes, even where narrow rows serve
 * @param planes number of bit planes of each layer that the file stores in planes
 */
export function lower(
  network: QuantizedNetwork,
  wideRows = false,
  planes: ReadonlyMap<string, number> = new Map(),
): readonly LoweredLayer[] {
  requireEngineNodes(network.graph);
  const context = new Context(network, wideRows, planes);
  return network.graph.nodes.map((node) => context.lowerNode(node));
}

class Context {
  private readonly tensors: NetworkTensors;

  constructor(
    private readonly network: QuantizedNetwork,
    private readonly wideRows: boolean,
    private readonly planes: ReadonlyMap<string, number>,
  ) {
    this.tensors = new NetworkTensors(network);
  }

  lowerNode(node: GraphNode): LoweredLayer {
    const { span, padLeft } = reachOf(node);
    if (padLeft >= span) {
      throw new RangeError(`layer ${node.name}: a left padding of ${padLeft} rows makes columns of padding alone`);
    }
    return {
      ...PLAIN_LAYER,
      name: node.name,
      inputs: inputsOf(node).map((input) => this.tensors.indexOf(input)),
      inChannels: this.tensors.channels(inputsOf(node)[0]),
      outChannels: this.tensors.channels(node.name),
      outType: this.tensors.typeOf(node.name),
      ...this.fieldsOf(node),
    };
  }

  /** The fields that the op needs beside those of every layer. */
  private fieldsOf(node: GraphNode): Pick<LoweredLayer, "op"> & Partial<LoweredLayer> {
    switch (node.op) {
      case "conv1d":
        return { op: ops.OP_CONV1D, ...this.conv(node) };
      case "depthwiseConv1d":
        return { op: ops.OP_DEPTHWISE_CONV1D, ...this.conv(node) };
      case "add":
        return { op: ops.OP_ADD, ...this.add(node) };
      case "maxPool":
        return { op: ops.OP_MAX_POOL, kernel: node.kernel, stride: node.stride };
      case "averagePool":
        return { op: ops.OP_AVERAGE_POOL, ...this.averagePool(node) };
      case "dense":
        return { op: ops.OP_DENSE, ...this.dense(node) };
      case "window":
        return { op: ops.OP_WINDOW, ...decisions(node) };
      case "layerNorm":
        return { op: ops.OP_LAYER_NORM, ...this.layerNorm(node) };
      case "groupNorm":
        return { op: ops.OP_GROUP_NORM, ...this.groupNorm(node) };
      case "attention":
        return { op: ops.OP_ATTENTION, ...this.attention(node) };
    }
  }

  private conv(node: ConvNode) {
    const { kernel, stride, dilation, padLeft, padRight } = node;
    const groups = node.op === "conv1d" ? (node.groups ?? 1) : 1;
    if (node.op === "depthwiseConv1d" && this.tensors.typeOf(node.input) !== ops.TYPE_INT8) {
      throw new RangeError(`layer ${node.name}: a depthwise conv reads int8, not the int16 of ${node.input}`);
    }
    const inPerGroup = node.op === "conv1d" ? this.tensors.channels(node.input) / groups : 1;
    return {
      ...{ kernel, stride, dilation, padLeft, padRight },
      ...this.weighted(node, kernel * inPerGroup, { columns: 1, groups }, this.sumScaleOf(node)),
      activation: ACTIVATIONS[node.activation],
      groups: groups > 1 ? groups : 0,
      ...this.tableOf(node),
    };
  }

  private dense(node: DenseNode) {
    const { columns, input, name } = node;
    const fanIn = columns * this.tensors.channels(input);
    const weighted = this.weighted(node, fanIn, { columns, groups: 1 }, this.tensors.scaleOf(name));
    return { kernel: columns, stride: columns, ...weighted };
  }

  private add(node: AddNode) {
    const [a, b] = node.inputs.map((input) => this.tensors.scaleOf(input));
    return {
      activation: ACTIVATIONS[node.activation],
      ...requantizeAdd(a, b, this.tensors.scaleOf(node.name), node.name),
    };
  }

  private averagePool(node: AveragePoolNode) {
    const [from, to] = [node.input, node.name].map((name) => this.tensors.scaleOf(name));
    const sumLimit = node.window * largestInput(this.tensors.typeOf(node.input));
    return {
      ...decisions(node),
      ...this.formed(node.name, requantizeAverage(node.window, from, to, node.name), sumLimit),
    };
  }

  private layerNorm(node: LayerNormNode) {
    const values = this.tensors.channels(node.input);
    return { epsilon: this.epsilon(node, values), ...this.norm(node, this.tensors.scaleOf(node.name)) };
  }

  private groupNorm(node: GroupNormNode) {
    return {
      activation: ACTIVATIONS[node.activation],
      epsilon: this.epsilon(node, this.tensors.sequenceRows(node.input)),
      ...this.norm(node, this.sumScaleOf(node)),
      ...this.tableOf(node),
    };
  }

  private norm(node: NormNode, outScale: number) {
    const constants = this.network.norms?.get(node.name);
    const channels = this.tensors.channels(node.name);
    if (constants?.gamma.length !== channels || constants.beta.length !== channels) {
      throw new RangeError(`layer ${node.name} lacks its ${channels} gains and offsets`);
    }
    return requantizeNorm(constants, outScale, node.name);
  }

  private epsilon(node: NormNode, values: number): number {
    return normEpsilon(NORM_EPSILON, values, this.tensors.scaleOf(node.input));
  }

  private attention({ name, inputs, heads }: AttentionNode) {
    const [query, key] = inputs.map((input) => this.tensors.scaleOf(input));
    const headChannels = this.tensors.channels(name) / heads;
    const rows = this.tensors.sequenceRows(name);
    if (rows > MAX_ATTENTION_ROWS)
      throw new RangeError(`layer ${name} attends to ${rows} rows, limit ${MAX_ATTENTION_ROWS}`);
    if (headChannels > MAX_HEAD_CHANNELS) {
      throw new RangeError(`layer ${name} has heads of ${headChannels} channels, limit ${MAX_HEAD_CHANNELS}`);
    }
    return { groups: heads, ...requantizeAttention(query, key, headChannels, name) };
  }

  /** The scale of the tensor that a sum becomes: a gelu's input, else the output. */
  private sumScaleOf(node: ConvNode | GroupNormNode): number {
    return node.activation === "gelu" ? this.tensors.lookupOf(node.name).preScale : this.tensors.scaleOf(node.name);
  }

  private tableOf({ activation, name }: ConvNode | GroupNormNode): Pick<LoweredLayer, "table" | "tableShift"> {
    if (activation !== "gelu") return { table: PLAIN_LAYER.table, tableShift: 0 };
    const lookup = this.tensors.lookupOf(name);
    return { table: activationTable(gelu, lookup), tableShift: tableShift(lookup) };
  }

  /** Puts rows into the narrower form where it serves. */
  private formed(name: string, wide: Requantization, sumLimit: number): FormedRows & Pick<Requantization, "shift"> {
    const outLimit = largestOutput(this.tensors.typeOf(name));
    const formed = this.wideRows ? { rowForm: 0, rows: wide.rows } : narrowRows(wide, { sumLimit, outLimit });
    return { shift: wide.shift, ...formed };
  }

  /** @param fanIn weights of an output channel */
  private weighted(node: WeightedNode, fanIn: number, tiles: TileLayout, outScale: number) {
    const { grid, bits, integers, scale, bias } = this.weightsOf(node, fanIn);
    const inScale = this.tensors.scaleOf(node.input);
    const units = scale.map((step, channel) => {
      if (!(step > 0))
        throw new RangeError(`layer ${node.name}, channel ${channel}: weight scale ${step}, expected above 0`);
      const dead = integers.subarray(channel * fanIn, (channel + 1) * fanIn).every((integer) => integer === 0);
      return dead ? 0 : step * inScale;
    });
    const sumLimit = fanIn * largestInput(this.tensors.typeOf(node.input)) * largestWeight(grid, bits);
    const planes = this.planes.get(node.name) ?? 0;
    return {
      bits,
      grid: GRIDS[grid],
      planes,
      tiles: packTiles(integers, this.tensors.channels(node.name), { ...tiles, inPlanes: planes > 0 }, grid, bits),
      ...this.formed(node.name, requantizeChannels(units, bias, outScale, sumLimit, node.name), sumLimit),
    };
  }

  private weightsOf({ name }: WeightedNode, fanIn: number) {
    const weights = this.network.weights.get(name);
    if (!weights) throw new RangeError(`layer ${name} has no weights`);
    const { grid, bits, integers, scale, bias } = weights;
    checkWidth(grid, bits);
    const outChannels = this.tensors.channels(name);
    if (integers.length !== fanIn * outChannels || scale.length !== outChannels || bias.length !== outChannels) {
      throw new RangeError(
        `layer ${name} has ${integers.length} weights, ${scale.length} scales and ${bias.length} biases; ` +
          `expected ${fanIn * outChannels}, ${outChannels} and ${outChannels}`,
      );
    }
    return weights;
  }
}

/** The fields by which an average pool and a window take rows. */
function decisions({ window, hop, warmup }: AveragePoolNode | WindowNode) {
  return { kernel: window, stride: hop, padLeft: window - warmup };
}
