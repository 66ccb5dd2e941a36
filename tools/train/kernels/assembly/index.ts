/**
 * Training kernels on the memory of tfjs's wasm backend: passes over [rows][channels] that tfjs would make of many single
 * operations, each of which reads and writes main memory. Float, unlike the engine; they keep no state and no data segment,
 * for the memory is another module's. Addresses are bytes.
 */
export { batchNorm, batchNormGradient } from "./batch-norm";
export { gelu, geluGradient } from "./gelu";
export { layerNorm, layerNormGradient } from "./layer-norm";
export { depthwiseConv, depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise";
