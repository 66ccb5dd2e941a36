import { existsSync, readFileSync } from "node:fs";
import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { synthesize } from "../data/synth/synthesize.ts";
import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { readFloatModel } from "../export/safetensors/safetensors.ts";
import { shippedPath, shippedWeightsPath } from "../export/shipped-path.ts";
import { buildGraph } from "../graph/families.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../quantize/quantization-state.ts";
import type { Width } from "../quantize/width.ts";
import { floatRun } from "./float-run.ts";
import { INPUT_STEP_COUNTS } from "./onnx/onnx-network.ts";
import { randomNetwork } from "./random-network.ts";
import { referenceNetwork, WINDOW_COLUMNS, WINDOW_SAMPLES } from "./reference-network.ts";
import { NotInstalledError } from "./row.ts";

/** A network in the integers that the engine and all peers are given, and its expected logits. */
export interface Subject {
  readonly network: QuantizedNetwork;
  /** Logits of the float run over `ecgWindow()`. */
  readonly logits: Float32Array;
}

const SEED = 1;
export const SAMPLES_PER_MS = 0.5;
export const EDGE_NAME = "resnet1d-edge";
/** CinC 2017's classes: normal, atrial fibrillation, other rhythm, noise. */
const EDGE_CLASSES = ["N", "A", "O", "~"];

/** Makes R-1M with random weights of one width in every layer and one decision for each window. */
export function referenceSubject(width: Width): Subject {
  return subjectOf(randomNetwork(referenceGraph(), width, SEED, ecgWindow()));
}

export function referenceGraph(): Graph {
  return referenceNetwork(WINDOW_COLUMNS);
}

export function edgeGraph(): Graph {
  return buildGraph(EDGE_NAME, EDGE_CLASSES);
}

/**
 * Makes the shipped resnet1d-edge with its float weights at 8 bits, as int8 peers take it. Throws NotInstalledError
 * where the weights are not there.
 */
export function edgeSubject(): Subject {
  return subjectOf(new QuantizationState(edgeFloatModel(), [ecgWindow()], 8, DEFAULT_QUANTIZATION).network());
}

/** Reads the packed bytes of the shipped model. */
export function edgeModelFile(): Uint8Array {
  return readFileSync(shippedPath(`${EDGE_NAME}.qhb`));
}

function edgeFloatModel(): FloatModel {
  const path = shippedWeightsPath(EDGE_NAME);
  if (!existsSync(path)) {
    throw new NotInstalledError(`the float weights of ${EDGE_NAME} are in the repository only, not in the package`);
  }
  return readFloatModel(path);
}

/** Makes a network with seeded random weights of 8 bits in every layer. */
export function randomSubject(graph: Graph): Subject {
  return subjectOf(randomNetwork(graph, 8, SEED, ecgWindow()));
}

function subjectOf(network: QuantizedNetwork): Subject {
  const { graph } = network;
  const tensors = floatRun(network, ecgWindow());
  return { network, logits: tensors.get(graph.nodes[graph.nodes.length - 1].name)?.data ?? new Float32Array() };
}

/** Returns the window that is timed: conditioned samples on the 8-bit grid of int8 peers, so that all see the same. */
export function ecgWindow(): Int16Array {
  return ecgStream(11).subarray(0, WINDOW_SAMPLES);
}

/** Synthesizes atrial fibrillation at 500 Hz, one count per microvolt, in steps of INPUT_STEP_COUNTS. */
export function ecgStream(seconds: number): Int16Array {
  const { samples } = synthesize({ rhythm: "afib", seconds, sampleRateHz: MODEL_SAMPLE_RATE_HZ, seed: SEED }).leads[0];
  return Int16Array.from(samples, (count) => {
    const step = Math.round(count / INPUT_STEP_COUNTS);
    return INPUT_STEP_COUNTS * Math.max(-128, Math.min(127, step));
  });
}
