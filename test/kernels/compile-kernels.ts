import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import asc from "assemblyscript/asc";

/** A kernel's module: its functions over one memory of 4 MiB. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...values: number[]): number;
}

export type KernelBuild = "scalar" | "simd" | "relaxed";

const FEATURES: Readonly<Record<KernelBuild, readonly string[]>> = {
  scalar: [],
  simd: ["--enable", "simd"],
  relaxed: ["--enable", "simd", "--enable", "relaxed-simd"],
};
/** What asconfig.json disables. */
const DISABLED = ["bulk-memory", "nontrapping-f2i", "sign-extension", "mutable-globals"];
const PAGES = 64;
const ENTRY = "kernels-under-test.ts";

/** Compiles what an AssemblyScript source exports; it imports kernels relative to the repository's root. */
export async function compileKernels(build: KernelBuild, source: string): Promise<Kernels> {
  let binary: Uint8Array | undefined;
  const arguments_ = [ENTRY, "--outFile", "kernels.wasm", "--config", "none", "--runtime", "stub", "--noAssert", "-O3"];
  arguments_.push("--importMemory", "--initialMemory", `${PAGES}`, "--use", "abort=", ...FEATURES[build]);
  arguments_.push(...DISABLED.flatMap((feature) => ["--disable", feature]));
  const { error, stderr } = await asc.main(arguments_, {
    readFile: (name) => (name === ENTRY ? source : readFile(name, "utf8").catch(() => null)),
    writeFile: (name, contents) => {
      if (name === "kernels.wasm") binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the ${build} kernels do not compile:\n${stderr.toString()}`);
  // Node 20 has relaxed SIMD behind this flag, Node 22 without.
  if (build === "relaxed") setFlagsFromString("--experimental-wasm-relaxed-simd");
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const { instance } = await WebAssembly.instantiate(new Uint8Array(binary), { env: { memory } });
  const exports = instance.exports as Record<string, (...values: number[]) => number>;
  return { memory, call: (name, ...values) => exports[name](...values) };
}
