import { NOT_ENOUGH_RAM, OK } from "../assembly/shared/status.ts";
import { compileEngine, type EngineBuild, type EngineExports, instantiateEngine } from "./engine-module.ts";
import { EngineError } from "./errors.ts";

const PAGE_BYTES = 65536;
/** Most memory that a host grants an engine. */
export const MAX_MEMORY_BYTES = 1 << 30;

/** An engine with its memory and the model behind its flash reads, which are counted. */
export interface Instance {
  readonly exports: EngineExports;
  readonly memory: WebAssembly.Memory;
  readonly flash: { reads: number; bytes: number };
}

/**
 * An engine with a checked and loaded model, in no more than `limitBytes` of memory. Memory cannot grow, so an instance
 * that proves too small is made again with what it asked for, and once more with the tile cache. Throws EngineError.
 */
export async function loadInstance(
  build: EngineBuild,
  model: Uint8Array,
  limitBytes: number,
  tileCacheBytes: number,
): Promise<Instance> {
  const module = await compileEngine(build);
  let grantedBytes = Math.min(limitBytes, PAGE_BYTES);
  for (;;) {
    const { instance, code } = await attempt(module, model, grantedBytes, 0);
    const neededBytes = instance.exports.ramBytes();
    if (code === NOT_ENOUGH_RAM && neededBytes > grantedBytes && grantedBytes < limitBytes) {
      grantedBytes = Math.min(limitBytes, neededBytes);
      continue;
    }
    if (code !== OK) throw refusal(instance.exports, code, grantedBytes);
    if (tileCacheBytes === 0) return instance;
    const cachedBytes = Math.min(limitBytes, neededBytes + tileCacheBytes);
    return (await attempt(module, model, cachedBytes, tileCacheBytes)).instance;
  }
}

async function attempt(
  module: WebAssembly.Module,
  model: Uint8Array,
  memoryBytes: number,
  cacheBytes: number,
): Promise<{ instance: Instance; code: number }> {
  const instance = await instantiateWithModel(module, model, memoryBytes);
  const { exports } = instance;
  const started = exports.initialize(memoryBytes);
  return { instance, code: started === OK ? exports.loadModel(model.length, cacheBytes) : started };
}

async function instantiateWithModel(
  module: WebAssembly.Module,
  model: Uint8Array,
  memoryBytes: number,
): Promise<Instance> {
  const pages = Math.max(1, Math.ceil(memoryBytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const flash = { reads: 0, bytes: 0 };
  const exports = await instantiateEngine(module, memory, (offset, destination, bytes) => {
    if (offset < 0 || bytes < 0 || offset + bytes > model.length) return 1;
    new Uint8Array(memory.buffer, destination, bytes).set(model.subarray(offset, offset + bytes));
    flash.reads += 1;
    flash.bytes += bytes;
    return 0;
  });
  return { exports, memory, flash };
}

function refusal(exports: EngineExports, code: number, grantedBytes: number): EngineError {
  const layer = exports.statusLayer();
  const offset = exports.statusOffset();
  return new EngineError(code, "load model", {
    layer: layer < 0 ? undefined : layer,
    offset: offset < 0 ? undefined : offset,
    detail: code === NOT_ENOUGH_RAM ? `it takes ${exports.ramBytes()} bytes, ${grantedBytes} are granted` : undefined,
  });
}
