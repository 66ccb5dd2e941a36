import { NO_SUCH_RUNG, NOT_ENOUGH_RAM, OK } from "../assembly/shared/status.ts";
import { compileEngine, type EngineBuild, type EngineExports, instantiateEngine } from "./engine-module.ts";
import { EngineError } from "./errors.ts";
import { LayerTimes } from "./layer-times.ts";
import { rungsOf } from "./model-file.ts";

const PAGE_BYTES = 65536;
/** Most memory that a host grants an engine. */
export const MAX_MEMORY_BYTES = 1 << 30;

/** An engine with its memory and the model behind its flash reads, which are counted. */
export interface Instance {
  readonly exports: EngineExports;
  readonly memory: WebAssembly.Memory;
  readonly flash: { reads: number; bytes: number };
  readonly times: LayerTimes;
}

/** Memory for a model of so many bytes that suffices as a rule; pages that stay unused cost nothing. */
function generousBytes(modelBytes: number, tileCacheBytes: number): number {
  return (1 << 20) + 8 * modelBytes + tileCacheBytes;
}

/** The rung of a model to load, and the memory that it may take. */
export interface LoadRequest {
  readonly model: Uint8Array;
  readonly rung: number;
  readonly limitBytes: number;
  readonly tileCacheBytes: number;
}

/**
 * An engine with a checked and loaded model, in no more than `limitBytes` of memory. Memory cannot grow, so an instance
 * that proves too small is made again with what it asked for. Throws EngineError.
 */
export async function loadInstance(build: EngineBuild, request: LoadRequest): Promise<Instance> {
  const { model, rung, limitBytes, tileCacheBytes } = request;
  const module = await compileEngine(build);
  let grantedBytes = Math.min(limitBytes, generousBytes(model.length, tileCacheBytes));
  for (;;) {
    const instance = instantiateWithModel(module, model, grantedBytes);
    const { exports } = instance;
    const started = exports.initialize(grantedBytes);
    const code = started === OK ? exports.loadModel(model.length, tileCacheBytes, rung) : started;
    if (code === OK) return instance;
    const neededBytes = exports.ramBytes();
    if (code !== NOT_ENOUGH_RAM || neededBytes <= grantedBytes || grantedBytes === limitBytes) {
      throw refusal(exports, code, request, grantedBytes);
    }
    grantedBytes = Math.min(limitBytes, neededBytes + tileCacheBytes);
  }
}

function instantiateWithModel(module: WebAssembly.Module, model: Uint8Array, memoryBytes: number): Instance {
  const pages = Math.max(1, Math.ceil(memoryBytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  // Memory never grows, so its view stays good: a new one at each read would take longer than the read.
  const bytesOfMemory = new Uint8Array(memory.buffer);
  const flash = { reads: 0, bytes: 0 };
  const times = new LayerTimes();
  const flashRead = (offset: number, destination: number, bytes: number): number => {
    if (offset < 0 || bytes < 0 || offset + bytes > model.length) return 1;
    bytesOfMemory.set(model.subarray(offset, offset + bytes), destination);
    flash.reads += 1;
    flash.bytes += bytes;
    return 0;
  };
  const exports = instantiateEngine(module, memory, flashRead, (slot) => times.enter(slot));
  return { exports, memory, flash, times };
}

function refusal(exports: EngineExports, code: number, request: LoadRequest, grantedBytes: number): EngineError {
  const layer = exports.statusLayer();
  const offset = exports.statusOffset();
  return new EngineError(code, "load model", {
    layer: layer < 0 ? undefined : layer,
    offset: offset < 0 ? undefined : offset,
    detail: detailOf(exports, code, request, grantedBytes),
  });
}

function detailOf(
  exports: EngineExports,
  code: number,
  { model, rung }: LoadRequest,
  grantedBytes: number,
): string | undefined {
  if (code === NO_SUCH_RUNG) return `rung ${rung} of ${rungsOf(model)}, counted from 0`;
  return code === NOT_ENOUGH_RAM ? `it takes ${exports.ramBytes()} bytes, ${grantedBytes} are granted` : undefined;
}
