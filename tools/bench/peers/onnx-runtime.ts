import type * as Ort from "onnxruntime-web";
import type { QuantizedNetwork } from "../../export/quantized-network.ts";
import { encodeOnnx, type OnnxGraph } from "../onnx/onnx-format.ts";
import { onnxHubert } from "../onnx/onnx-hubert.ts";
import { onnxNetwork } from "../onnx/onnx-network.ts";
import { fileBytesBeside, loadPackage } from "./load-package.ts";
import type { Peer, PeerModel, Precision } from "./peer.ts";

const PRECISIONS: readonly Precision[] = ["int8", "fp32"];

/** ONNX Runtime as WebAssembly with SIMD128. */
export const onnxRuntimeWeb: Peer = {
  name: "onnxruntime-web",
  precisions: PRECISIONS,
  async open() {
    const ort = await loadPackage<typeof Ort>("onnxruntime-web");
    ort.env.wasm.numThreads = 1;
    return {
      version: ort.env.versions.common,
      wasmBytes: fileBytesBeside("onnxruntime-web", "ort-wasm-simd-threaded.wasm"),
      ...(await runtimeOf(ort, "wasm")),
    };
  },
};

/** ONNX Runtime as native code of this machine's processor. */
export const onnxRuntimeNode: Peer = {
  name: "onnxruntime-node",
  precisions: PRECISIONS,
  async open() {
    const ort = await loadPackage<typeof Ort>("onnxruntime-node");
    return { version: ort.env.versions.common, wasmBytes: null, ...(await runtimeOf(ort, "cpu")) };
  },
};

/** An empty network: a session of it compiles the WebAssembly. */
const NOTHING: OnnxGraph = {
  name: "nothing",
  input: { name: "in", dims: [1] },
  output: { name: "out", dims: [1] },
  nodes: [{ opType: "Identity", inputs: ["in"], output: "out" }],
  initializers: [],
};

async function runtimeOf(ort: typeof Ort, executionProvider: string) {
  const nothing = await encodeOnnx(NOTHING);
  const session = (file: Uint8Array) =>
    ort.InferenceSession.create(file, {
      executionProviders: [executionProvider],
      graphOptimizationLevel: "all",
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // Level 3 logs errors only; below it, folded constants are warned of.
      logSeverityLevel: 3,
    });
  return {
    start: async () => void (await session(nothing)),
    encode: async (network: QuantizedNetwork, samples: number, precision: Precision) => {
      const write = network.graph.nodes.some(({ op }) => op === "attention") ? onnxHubert : onnxNetwork;
      const file = await encodeOnnx(write(network, samples, precision));
      return async () => modelOf(ort, await session(file));
    },
  };
}

function modelOf(ort: typeof Ort, session: Ort.InferenceSession): PeerModel {
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return async (window) => {
    const outputs = await session.run({ [input]: new ort.Tensor("float32", window, [1, 1, window.length]) });
    return outputs[output].data as Float32Array;
  };
}
