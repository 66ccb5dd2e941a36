import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { loadBlas } from "./kernels/blas-gemm.ts";
import { registerKernels } from "./kernels/register.ts";

/** The backends from the fastest to the one that is always there. Plain `cpu` is 50 times slower than that and is no choice. */
export const BACKEND_NAMES = ["tfjs-node-gpu", "wasm+openblas", "wasm"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export interface BackendChoice {
  readonly name: BackendName;
  /** The library that serves it. */
  readonly description: string;
  readonly passedOver: readonly { readonly name: BackendName; readonly reason: string }[];
}

/** Linux has this file where the driver of an NVIDIA GPU runs. */
const GPU_DEVICE = "/dev/nvidiactl";

/**
 * The chosen backend in one line, with the packages that would make training faster: OpenBLAS where there is none, and
 * tfjs-node-gpu where there is a GPU.
 */
export function backendText({ name, description, passedOver }: BackendChoice, hasGpu = existsSync(GPU_DEVICE)): string {
  const missed = new Map(passedOver.map((one) => [one.name, one.reason]));
  const advice: string[] = [];
  if (hasGpu && missed.has("tfjs-node-gpu")) advice.push("on the GPU with npm install @tensorflow/tfjs-node-gpu");
  const noBlas = missed.get("wasm+openblas");
  if (noBlas !== undefined) {
    const packages = ["apt-get install libopenblas0-pthread"];
    if (noBlas.includes("koffi")) packages.push("npm install koffi");
    advice.push(`about seven times as fast with OpenBLAS: ${packages.join(", and ")}`);
  }
  return [`${name} (${description})`, ...advice].join("; ");
}

let chosen: Promise<BackendChoice> | null = null;

/**
 * Makes the fastest backend that loads tfjs's current one. A process has one choice: later calls return it.
 * @param among the backends to try, in order. Throws Error where none of them loads.
 */
export function selectBackend(among: readonly BackendName[] = BACKEND_NAMES): Promise<BackendChoice> {
  chosen ??= firstOf(among);
  return chosen;
}

const START: Readonly<Record<BackendName, () => Promise<string>>> = {
  "tfjs-node-gpu": startNodeGpu,
  "wasm+openblas": async () => {
    const blas = loadBlas();
    await startWasm();
    registerKernels(blas);
    return blas.description;
  },
  wasm: async () => {
    await startWasm();
    registerKernels(null);
    return "XNNPACK, one thread";
  },
};

async function firstOf(among: readonly BackendName[]): Promise<BackendChoice> {
  const passedOver: { name: BackendName; reason: string }[] = [];
  for (const name of among) {
    try {
      return { name, description: await START[name](), passedOver };
    } catch (error) {
      passedOver.push({ name, reason: (error as Error).message.split("\n")[0] });
    }
  }
  throw new Error(
    `no training backend loads: ${passedOver.map(({ name, reason }) => `${name}: ${reason}`).join("; ")}`,
  );
}

/** An installed package may still lack its native library, so only loading it tells. */
async function startNodeGpu(): Promise<string> {
  const require = createRequire(import.meta.url);
  const nodeUtil = require("node:util");
  // The addon calls this function, which Node 23 took away.
  nodeUtil.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  require("@tensorflow/tfjs-node-gpu");
  if (!(await tf.setBackend("tensorflow"))) throw new Error("the tensorflow backend does not start");
  return "libtensorflow";
}

async function startWasm(): Promise<void> {
  // Threads gained nothing under Node.
  setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend does not start");
  await tf.ready();
}
