import type { OnnxGraph, OnnxNode, OnnxTensor } from "./onnx-format.ts";

/** Gathers the nodes and constants of a graph, each once. */
export class OnnxBuilder {
  private readonly nodes = new Map<string, OnnxNode>();
  private readonly initializers = new Map<string, OnnxTensor>();

  /** Adds a node and returns the name of its output. */
  push(opType: string, inputs: readonly string[], output: string, more: Partial<OnnxNode> = {}): string {
    if (!this.has(output)) this.nodes.set(output, { opType, inputs, output, ...more });
    return output;
  }

  constant(name: string, dims: readonly number[], data: OnnxTensor["data"]): string {
    if (!this.initializers.has(name)) this.initializers.set(name, { name, dims, data });
    return name;
  }

  /** Tells whether a node makes a value of that name. */
  has(output: string): boolean {
    return this.nodes.has(output);
  }

  graph(name: string, input: OnnxGraph["input"], output: OnnxGraph["output"]): OnnxGraph {
    return { name, input, output, nodes: [...this.nodes.values()], initializers: [...this.initializers.values()] };
  }
}
