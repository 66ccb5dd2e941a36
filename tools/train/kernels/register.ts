import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { BATCH_NORM_GRADIENT_KERNEL, BATCH_NORM_KERNEL, batchNormForward, batchNormGradient } from "./batch-norm.ts";
import { type Blas, blasGemm } from "./blas-gemm.ts";
import { convFilterGradient } from "./conv-filter-gradient.ts";
import { convForward } from "./conv-forward.ts";
import { convInputGradient } from "./conv-input-gradient.ts";
import { convRows } from "./conv-rows.ts";
import {
  DEPTHWISE_FILTER_GRADIENT_KERNEL,
  DEPTHWISE_INPUT_GRADIENT_KERNEL,
  DEPTHWISE_KERNEL,
  depthwiseFilterGradient,
  depthwiseForward,
  depthwiseInputGradient,
} from "./depthwise-conv.ts";
import { GELU_GRADIENT_KERNEL, GELU_KERNEL, geluForward, geluGradient } from "./gelu.ts";
import { LAYER_NORM_GRADIENT_KERNEL, LAYER_NORM_KERNEL, layerNormForward, layerNormGradient } from "./layer-norm.ts";
import { matMul } from "./mat-mul.ts";
import { leadingAxes, sumLeading } from "./sum-leading.ts";
import { startTrainingModule } from "./training-module.ts";
import { wasmGemm } from "./wasm-gemm.ts";

const BACKEND = "wasm";
type Infos = Record<string, tf.TensorInfo>;
// biome-ignore lint/suspicious/noExplicitAny: a kernel's attributes have the types of its op, which tfjs does not export
type Attributes = any;
type Kernel = (inputs: Infos, attrs: Attributes) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Gives the wasm backend the kernels that training needs, so that model code stays plain tfjs. With BLAS, convolutions
 * and products run on OpenBLAS; without it the forward convolution stays the stock one. Call once, the backend ready.
 */
export function registerKernels(blas: Blas | null): void {
  const backend = tf.backend() as unknown as BackendWasm;
  const stockMatMul = stock("BatchMatMul");
  const gemm = blas ? blasGemm(blas, backend) : wasmGemm(backend, stockMatMul);
  const module = startTrainingModule(backend);

  if (blas) {
    const stockConv = stock("Conv2D");
    replace("Conv2D", (inputs, attrs) => {
      const { x, filter } = inputs;
      const conv = convRows(x.shape, filter.shape, attrs.strides, attrs.pad, attrs.dilations);
      if (!conv) return stockConv({ inputs, attrs, backend }) as tf.TensorInfo;
      return convForward(backend, gemm, conv, x, filter);
    });
  }
  replace("Conv2DBackpropFilter", ({ x, dy }, attrs) => {
    const conv = requireRows(convRows(x.shape, attrs.filterShape, attrs.strides, attrs.pad), x.shape);
    return convFilterGradient(backend, gemm, conv, x, dy);
  });
  replace("Conv2DBackpropInput", ({ dy, filter }, attrs) => {
    const conv = requireRows(convRows(attrs.inputShape, filter.shape, attrs.strides, attrs.pad), attrs.inputShape);
    return convInputGradient(backend, gemm, conv, dy, filter, attrs.inputShape);
  });
  replace(DEPTHWISE_KERNEL, (inputs, attrs) => depthwiseForward(backend, module, inputs as never, attrs));
  replace(DEPTHWISE_FILTER_GRADIENT_KERNEL, (inputs, attrs) =>
    depthwiseFilterGradient(backend, module, inputs as never, attrs),
  );
  replace(DEPTHWISE_INPUT_GRADIENT_KERNEL, (inputs, attrs) =>
    depthwiseInputGradient(backend, module, inputs as never, attrs),
  );
  replace(BATCH_NORM_KERNEL, (inputs, attrs) => batchNormForward(backend, module, inputs as never, attrs));
  replace(BATCH_NORM_GRADIENT_KERNEL, (inputs, attrs) => batchNormGradient(backend, module, inputs as never, attrs));
  replace(GELU_KERNEL, ({ x }) => geluForward(backend, module, x));
  replace(GELU_GRADIENT_KERNEL, ({ dy, x }) => geluGradient(backend, module, dy, x));
  replace(LAYER_NORM_KERNEL, (inputs, attrs) => layerNormForward(backend, module, inputs as never, attrs));
  replace(LAYER_NORM_GRADIENT_KERNEL, (inputs) => layerNormGradient(backend, module, inputs as never));
  // The stock kernel copies; a reference is enough, since no kernel writes into its inputs.
  replace("Identity", ({ x }) => {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  replace("BatchMatMul", ({ a, b }, attrs) => matMul(backend, gemm, a, b, attrs.transposeA, attrs.transposeB));

  const stockSum = stock("Sum");
  replace("Sum", (inputs, attrs) => {
    const { x } = inputs;
    const axes = leadingAxes(x.shape.length, attrs.axis);
    if (axes === null || x.dtype !== "float32") return stockSum({ inputs, attrs, backend }) as tf.TensorInfo;
    const sum = sumLeading(backend, gemm, x, axes);
    return attrs.keepDims ? { ...sum, shape: x.shape.map((extent, axis) => (axis < axes ? 1 : extent)) } : sum;
  });
}

function stock(name: string): tf.KernelFunc {
  const kernel = tf.getKernel(name, BACKEND);
  if (!kernel) throw new RangeError(`the ${BACKEND} backend has no kernel ${name}`);
  return kernel.kernelFunc;
}

function replace(kernelName: string, kernel: Kernel): void {
  const present = tf.getKernel(kernelName, BACKEND);
  if (present) tf.unregisterKernel(kernelName, BACKEND);
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    disposeFunc: present?.disposeFunc,
    kernelFunc: ({ inputs, attrs }) => kernel(inputs as Infos, attrs),
  });
}

function requireRows<T>(conv: T | null, shape: readonly number[]): T {
  if (!conv) throw new RangeError(`only convolutions along one axis are trained here, not an input of ${shape}`);
  return conv;
}
