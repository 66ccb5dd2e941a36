import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import type { EngineBuild } from "../../../host/engine-module.ts";

/** A kernel's module: its functions over one memory of 4 MiB. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...values: number[]): number;
}

const PAGES = 64;
const ENTRY = "kernels-under-test.ts";
const CONFIG = "asconfig.json";
const BINARY = "kernels.wasm";

const compiled = new Map<string, Promise<Kernels>>();

/**
 * Compiles what an AssemblyScript source exports as asconfig.json compiles a build; the source imports kernels relative
 * to the repository's root. One source of one build is compiled once and keeps its memory.
 */
export function compileKernels(build: EngineBuild, source: string): Promise<Kernels> {
  const key = `${build}\n${source}`;
  const kernels = compiled.get(key) ?? compileBinary(build, source).then((binary) => instantiate(build, binary));
  compiled.set(key, kernels);
  return kernels;
}

async function compileBinary(build: EngineBuild, source: string): Promise<Uint8Array<ArrayBuffer>> {
  const config = await configOf(build);
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["--target", build, "--outFile", BINARY], {
    readFile: (name) => {
      if (name === ENTRY) return source;
      return name === CONFIG ? config : readFile(name, "utf8").catch(() => null);
    },
    writeFile: (name, contents) => {
      if (name === BINARY) binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the ${build} kernels do not compile:\n${stderr.toString()}`);
  return new Uint8Array(binary);
}

/** asconfig.json with another entry and memory. Without converge, which takes three times as long to compile. */
async function configOf(build: EngineBuild): Promise<string> {
  const { options, targets } = JSON.parse(await readFile(CONFIG, "utf8"));
  const { outFile: _, textFile: __, ...target } = targets[build];
  return JSON.stringify({
    entries: [ENTRY],
    options: { ...options, initialMemory: PAGES, converge: false },
    targets: { [build]: target },
  });
}

async function instantiate(build: EngineBuild, binary: Uint8Array<ArrayBuffer>): Promise<Kernels> {
  const module = await WebAssembly.compile(binary);
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const env: WebAssembly.ModuleImports = build === "dsp" ? { memory, dot4, smlad } : { memory };
  const imported = WebAssembly.Module.imports(module).map(({ name }) => name);
  if (imported.sort().join() !== Object.keys(env).sort().join()) {
    throw new Error(`the ${build} kernels import ${imported}, not ${Object.keys(env)}`);
  }
  const instance = await WebAssembly.instantiate(module, { env });
  const functions = instance.exports as Record<string, (...values: number[]) => number>;
  return { memory, call: (name, ...values) => functions[name](...values) };
}

/** sum + the four products of the int8 values of two words, as the C runtime's intrinsic computes it. */
function dot4(x: number, w: number, sum: number): number {
  let total = sum;
  for (const shift of [24, 16, 8, 0]) total += ((x << shift) >> 24) * ((w << shift) >> 24);
  return total | 0;
}

/** sum + the two products of the int16 values of two words, modulo 2^32. */
function smlad(x: number, w: number, sum: number): number {
  return (sum + ((x << 16) >> 16) * ((w << 16) >> 16) + (x >> 16) * (w >> 16)) | 0;
}
