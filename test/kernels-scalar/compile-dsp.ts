import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import type { Kernels } from "../kernels/compile-kernels.ts";

const PAGES = 64;
const ENTRY = "kernels-under-test.ts";
const MVP = ["bulk-memory", "nontrapping-f2i", "sign-extension", "mutable-globals"].flatMap((name) => [
  "--disable",
  name,
]);

/** Compiles what an AssemblyScript source exports as the dsp build does, importing the intrinsics. */
export async function compileDsp(source: string): Promise<Kernels> {
  let binary: Uint8Array | undefined;
  const arguments_ = [ENTRY, "--outFile", "kernels.wasm", "--config", "none", "--runtime", "stub", "--noAssert", "-O3"];
  arguments_.push("--importMemory", "--initialMemory", `${PAGES}`, ...MVP, "--use", "abort=");
  arguments_.push("--use", "QHUBERT_INTRINSICS=1");
  const { error, stderr } = await asc.main(arguments_, {
    readFile: (name) => (name === ENTRY ? source : readFile(name, "utf8").catch(() => null)),
    writeFile: (name, contents) => {
      if (name === "kernels.wasm") binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the dsp kernels do not compile:\n${stderr.toString()}`);
  const module = new WebAssembly.Module(new Uint8Array(binary));
  const imported = WebAssembly.Module.imports(module).map(({ name }) => name);
  if (imported.sort().join() !== "dot4,memory,smlad") throw new Error(`the kernels import ${imported}`);
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const { exports } = new WebAssembly.Instance(module, { env: { memory, dot4, smlad } });
  const functions = exports as Record<string, (...values: number[]) => number>;
  return { memory, call: (name, ...values) => functions[name](...values) };
}

/** sum + the four products of the int8 values of two words, as the C runtime's intrinsic computes it. */
function dot4(x: number, w: number, sum: number): number {
  let total = sum;
  for (const shift of [24, 16, 8, 0]) total += ((x << shift) >> 24) * ((w << shift) >> 24);
  return total | 0;
}

/** sum + the two products of the int16 values of two words. */
function smlad(x: number, w: number, sum: number): number {
  return (sum + ((x << 16) >> 16) * ((w << 16) >> 16) + (x >> 16) * (w >> 16)) | 0;
}
