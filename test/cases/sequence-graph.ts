import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { type Activation, type Conv1dNode, type Graph, type GraphNode, INPUT } from "../../tools/graph/graph.ts";
import { outputRows } from "../../tools/graph/output-rows.ts";
import { tensorShapes } from "../../tools/graph/shapes.ts";
import type { TensorShape } from "../../tools/graph/tensor-shape.ts";
import type { CutSpec, SequenceSpec, WideConvSpec, WideStageSpec } from "./sequence-spec.ts";
import { paddingOf } from "./spec-graph.ts";

/** Builds the network that a spec describes. */
export function sequenceGraphOf(spec: SequenceSpec): Graph {
  const builder = new SequenceGraphBuilder();
  if (spec.isPooled) builder.push({ op: "maxPool", name: "pool.first", input: INPUT, kernel: 2, stride: 2 });
  if (!spec.firstIsBehindWindow) {
    builder.conv("first", spec.first);
    for (const [at, stage] of spec.stream.entries()) builder.stage(`stream${at}`, stage);
  }
  builder.cut(spec.cut);
  if (spec.firstIsBehindWindow) builder.conv("first", spec.first);
  for (const [at, stage] of spec.sequence.entries()) builder.stage(`sequence${at}`, stage);
  builder.head(spec.hidden, spec.classes);
  return { ...builder.graph, classes: Array.from({ length: spec.classes }, (_, index) => `class ${index}`) };
}

type PlainStageSpec = Extract<WideStageSpec, { kind: "layerNorm" | "groupNorm" | "maxPool" }>;

/** A builder that appends each node to the last. */
class SequenceGraphBuilder {
  private readonly nodes: GraphNode[] = [];
  private windowSamples: number | null = null;
  private isBehindWindow = false;

  get graph(): Graph {
    const { windowSamples, nodes } = this;
    return { name: "sequences", classes: [], sampleRateHz: MODEL_SAMPLE_RATE_HZ, windowSamples, nodes };
  }

  push(node: GraphNode): void {
    this.nodes.push(node);
  }

  stage(name: string, stage: WideStageSpec): void {
    const input = this.last;
    switch (stage.kind) {
      case "conv":
        this.conv(name, stage.conv);
        break;
      case "residual":
        this.residual(name, stage.conv, stage.secondKernel, stage.relu);
        break;
      case "attention":
        if (this.isBehindWindow) this.attention(name, stage.heads, stage.headChannels, stage.isAdded);
        else this.push(linear(name, input, stage.heads * stage.headChannels));
        break;
      default:
        this.push(this.plainNode(name, stage));
    }
  }

  conv(name: string, spec: WideConvSpec): void {
    const node = this.convNode(name, this.last, spec);
    // A sequence of a one-window network may lose rows, but not all; any other keeps them.
    const mayLose = this.windowSamples !== null && outputRows(node, this.sequenceRows) > 0;
    this.push(!this.isBehindWindow || mayLose ? node : keepingRows(node));
  }

  /** Cuts the stream; a window that leaves no row is made longer. */
  cut(cut: CutSpec): void {
    const input = this.last;
    if (cut.kind === "stream") {
      const { window, hop, warmup } = cut;
      this.push({ op: "window", name: "window", input, window, hop, warmup });
    } else {
      const { strideSamples } = this.shapeOf(input);
      this.windowSamples = cut.strides * strideSamples;
      while (this.sequenceRows < 1) this.windowSamples += strideSamples;
      const rows = this.sequenceRows;
      this.push({ op: "window", name: "window", input, window: rows, hop: rows, warmup: rows });
    }
    this.isBehindWindow = true;
  }

  head(hidden: number, classes: number): void {
    const rows = this.sequenceRows;
    this.push({ op: "averagePool", name: "pool", input: this.last, window: rows, hop: rows, warmup: rows });
    const dense = { op: "dense", columns: 1, dropout: 0 } as const;
    if (hidden > 0) this.push({ ...dense, name: "hidden", input: "pool", outFeatures: hidden });
    this.push({ ...dense, name: "logits", input: this.last, outFeatures: classes });
  }

  private plainNode(name: string, stage: PlainStageSpec): GraphNode {
    const input = this.last;
    if (stage.kind === "groupNorm" && this.isBehindWindow) {
      return { op: "groupNorm", name, input, activation: stage.gelu ? "gelu" : "none" };
    }
    if (stage.kind === "maxPool" && !this.isBehindWindow) {
      return { op: "maxPool", name, input, kernel: stage.kernel, stride: stage.stride };
    }
    return { op: "layerNorm", name, input };
  }

  private residual(name: string, spec: WideConvSpec, secondKernel: number, relu: boolean): void {
    const input = this.last;
    const shaped = (node: Conv1dNode) => (this.isBehindWindow ? keepingRows(node) : node);
    const first = shaped(this.convNode(`${name}.conv1`, input, spec));
    this.push(first);
    const second = { ...spec, channels: first.outChannels, kernel: secondKernel, stride: 1 };
    this.push(shaped(this.convNode(`${name}.conv2`, first.name, second)));
    const { channels } = this.shapeOf(this.last);
    let shortcut = input;
    if (first.stride > 1 || channels !== this.shapeOf(input).channels) {
      shortcut = `${name}.shortcut`;
      this.push({ ...linear(shortcut, input, channels), stride: first.stride });
    }
    this.add(`${name}.add`, `${name}.conv2`, shortcut, relu ? "relu" : "none");
  }

  private attention(name: string, heads: number, headChannels: number, isAdded: boolean): void {
    const input = this.last;
    const inputs = [`${name}.query`, `${name}.key`, `${name}.value`] as const;
    for (const projection of inputs) this.push(linear(projection, input, heads * headChannels));
    this.push({ op: "attention", name: `${name}.attention`, inputs, heads });
    if (!isAdded) return;
    this.push(linear(`${name}.out`, this.last, this.shapeOf(input).channels));
    this.add(`${name}.add`, input, `${name}.out`, "none");
  }

  private add(name: string, a: string, b: string, activation: Activation): void {
    this.push({ op: "add", name, inputs: [a, b], activation });
  }

  private convNode(name: string, input: string, spec: WideConvSpec): Conv1dNode {
    const { kernel, stride, dilation, padding, activation } = spec;
    const groups = commonDivisor(this.shapeOf(input).channels, spec.groups);
    return {
      ...linear(name, input, Math.ceil(spec.channels / groups) * groups),
      ...{ kernel, stride, dilation, activation, groups },
      ...paddingOf(padding, (kernel - 1) * dilation, stride),
    };
  }

  private get last(): string {
    return this.nodes.at(-1)?.name ?? INPUT;
  }

  private get sequenceRows(): number {
    return this.shapeOf(this.last).sequence?.rows ?? 0;
  }

  private shapeOf(name: string): TensorShape {
    return tensorShapes(this.graph).get(name) as TensorShape;
  }
}

/** Makes a linear layer, which is a conv with kernel 1. */
function linear(name: string, input: string, outChannels: number): Conv1dNode {
  const window = { kernel: 1, stride: 1, dilation: 1, padLeft: 0, padRight: 0 };
  return { op: "conv1d", name, input, outChannels, ...window, bias: true, batchNorm: false, activation: "none" };
}

/** Makes a conv keep its rows: stride 1, and the rest of its reach as padding on the right. */
function keepingRows(node: Conv1dNode): Conv1dNode {
  const reach = (node.kernel - 1) * node.dilation;
  return { ...node, stride: 1, padRight: reach - node.padLeft };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
