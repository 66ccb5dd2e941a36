import type * as Tf from "@tensorflow/tfjs";
import type * as Backend from "@tensorflow/tfjs-backend-wasm";
import type { QuantizedNetwork, QuantizedWeights } from "../../export/quantized-network.ts";
import { type AddNode, type Conv1dNode, type GraphNode, INPUT, inputsOf } from "../../graph/graph.ts";
import { realValues } from "../float-run.ts";
import { fileBytesBeside, loadPackage } from "./load-package.ts";
import type { Peer, PeerModel } from "./peer.ts";

/** TensorFlow.js on XNNPACK, WebAssembly with SIMD128, with its own kernels instead of the trainer's. */
export const tfjsWasm: Peer = {
  name: "tfjs-backend-wasm",
  precisions: ["fp32"],
  async open() {
    const tf = await loadPackage<typeof Tf>("@tensorflow/tfjs");
    const backend = await loadPackage<typeof Backend>("@tensorflow/tfjs-backend-wasm");
    return {
      version: backend.version_wasm,
      wasmBytes: fileBytesBeside("@tensorflow/tfjs-backend-wasm", "tfjs-backend-wasm-simd.wasm"),
      async start() {
        backend.setThreadsCount(1);
        if (!(await tf.setBackend("wasm"))) throw new Error("tfjs-backend-wasm does not start");
        await tf.ready();
      },
      async encode(network, samples) {
        const parameters = floatParameters(network);
        return async () => modelOf(tf, network.graph.nodes, parameters, samples);
      },
    };
  },
};

/** Rows as [1][1][rows][channels]: a conv1d is a conv2d of height 1, with bias and relu fused. */
type Rows = Tf.Tensor4D;
interface Parameters {
  /** The weights, [1][tap][in][out] of a conv, [in][out] of a dense node. */
  readonly weight: Tf.Tensor;
  readonly bias: Tf.Tensor1D;
}

interface FloatParameters {
  readonly shape: number[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

function floatParameters({ graph, weights }: QuantizedNetwork): Map<string, FloatParameters> {
  return new Map(
    graph.nodes.flatMap((node) => {
      if (node.op !== "conv1d" && node.op !== "dense") return [];
      const { integers, scale, bias } = weights.get(node.name) as QuantizedWeights;
      const outChannels = scale.length;
      const fanIn = integers.length / outChannels;
      const shape = node.op === "dense" ? [fanIn, outChannels] : [1, node.kernel, fanIn / node.kernel, outChannels];
      const weight = outputsLast(realValues(integers, scale), outChannels);
      return [[node.name, { shape, weight, bias: Float32Array.from(bias) }] as const];
    }),
  );
}

/** Transposes weights from [out][k] to [k][out]. */
function outputsLast(values: Float32Array, outChannels: number): Float32Array {
  const fanIn = values.length / outChannels;
  return values.map((_, index) => values[(index % outChannels) * fanIn + Math.floor(index / outChannels)]);
}

function modelOf(
  tf: typeof Tf,
  nodes: readonly GraphNode[],
  floats: ReadonlyMap<string, FloatParameters>,
  samples: number,
): PeerModel {
  const parameters = new Map<string, Parameters>();
  for (const [name, { shape, weight, bias }] of floats) {
    parameters.set(name, { weight: tf.tensor(weight, shape), bias: tf.tensor1d(bias) });
  }
  const forward = (window: Float32Array) => {
    const tensors = new Map<string, Rows>([[INPUT, tf.tensor4d(window, [1, 1, samples, 1])]]);
    for (const node of nodes) {
      const inputs = inputsOf(node).map((name) => tensors.get(name) as Rows);
      tensors.set(node.name, run(tf, node, inputs, parameters.get(node.name)));
    }
    return tensors.get(nodes[nodes.length - 1].name)?.dataSync() as Float32Array;
  };
  return async (window) => tf.tidy(() => forward(window));
}

function run(tf: typeof Tf, node: GraphNode, [x, y]: Rows[], parameters?: Parameters): Rows {
  const { weight, bias } = parameters ?? {};
  switch (node.op) {
    case "conv1d":
      return clipped(
        tf,
        node,
        tf.fused.conv2d({
          x,
          filter: weight as Tf.Tensor4D,
          strides: [1, node.stride],
          dilations: [1, node.dilation],
          pad: [
            [0, 0],
            [0, 0],
            [node.padLeft, node.padRight],
            [0, 0],
          ],
          bias,
          activation: node.activation === "relu" ? "relu" : "linear",
        }),
      );
    case "add": {
      const sum = tf.add<Rows>(x, y);
      return clipped(tf, node, node.activation === "relu" ? tf.relu(sum) : sum);
    }
    case "averagePool":
      return tf.mean(x, 2, true);
    case "dense":
      return tf.fused
        .matMul({ a: x.reshape([1, -1]), b: weight as Tf.Tensor2D, bias })
        .reshape([1, 1, 1, node.outFeatures]);
    default:
      throw new RangeError(`node ${node.name}: the bench runs no ${node.op}`);
  }
}

function clipped(tf: typeof Tf, { clip }: Conv1dNode | AddNode, x: Rows): Rows {
  return clip === undefined ? x : tf.clipByValue(x, -clip, clip);
}
