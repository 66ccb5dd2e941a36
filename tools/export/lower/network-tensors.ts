import { MAX_CHANNELS } from "../../../assembly/shared/limits.ts";
import { INPUT } from "../../graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../graph/model.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import type { TensorShape } from "../../graph/tensor-shape.ts";
import { LOGIT_FRACTION_BITS, type QuantizedNetwork } from "../quantized-network.ts";
import { elementType } from "../tensors/element-type.ts";
import { tensorIndex } from "../tensors/tensor-index.ts";
import { alignedPreScale, type TableLookup } from "./activation-table.ts";

/** Index, type, channels and scale of every tensor of a network. */
export class NetworkTensors {
  private readonly shapes: ReadonlyMap<string, TensorShape>;

  constructor(private readonly network: QuantizedNetwork) {
    this.shapes = tensorShapes(network.graph);
  }

  indexOf(name: string): number {
    return tensorIndex(this.network.graph, name);
  }

  typeOf(name: string): number {
    return elementType(this.network.graph, this.indexOf(name));
  }

  /** Throws RangeError above the limit. */
  channels(name: string): number {
    const { channels } = this.shapes.get(name) as TensorShape;
    if (channels > MAX_CHANNELS) throw new RangeError(`${name} has ${channels} channels, limit ${MAX_CHANNELS}`);
    return channels;
  }

  /** Number of rows of a whole sequence. */
  sequenceRows(name: string): number {
    return this.shapes.get(name)?.sequence?.rows ?? 0;
  }

  /** Real value of one count of a tensor. Throws RangeError where it has none. */
  scaleOf(name: string): number {
    if (name === INPUT) return INPUT_MILLIVOLTS_PER_COUNT;
    const { graph, scales } = this.network;
    const node = graph.nodes[this.indexOf(name) - 1];
    if (node === graph.nodes.at(-1)) return 2 ** -LOGIT_FRACTION_BITS;
    if (node.op === "maxPool" || node.op === "window") return this.scaleOf(node.input);
    if (node.op === "attention") return this.scaleOf(node.inputs[2]);
    return aboveZero(scales.get(name), `layer ${name}: output scale`);
  }

  /** The scales of a node's gelu. Throws RangeError where the scale before it is missing. */
  lookupOf(name: string): TableLookup {
    const seen = aboveZero(this.network.preScales?.get(name), `layer ${name}: scale before its gelu`);
    const outScale = this.scaleOf(name);
    return { preScale: alignedPreScale(seen, outScale), outScale, outType: this.typeOf(name) };
  }
}

function aboveZero(scale: number | undefined, what: string): number {
  if (!(scale !== undefined && scale > 0)) throw new RangeError(`${what} ${scale}, expected above 0`);
  return scale;
}
