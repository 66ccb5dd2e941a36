/**
 * Compiles every build of the engine (asconfig.json's targets), the training kernels and the detector whose weights are
 * fitted into build/, and refuses a build of the engine that uses a WebAssembly feature newer than its machines have.
 * Optimising the result once more gained 0.1 to 0.6 % of its size and is left out.
 */
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

const { MVP, SIMD128, RelaxedSIMD } = binaryen.Features;
const ALLOWED_FEATURES = { scalar: MVP, simd: SIMD128, relaxed: SIMD128 | RelaxedSIMD, dsp: MVP };

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
await mkdir("build", { recursive: true });
await compile("tools/train/kernels/assembly/asconfig.json", "release");
await compile("tools/detector/assembly/asconfig.json", "release");
const training = binaryen.readBinary(await readFile("build/training.wasm"));
// They would be written over what the backend keeps in the memory that it shares.
if (training.emitText().includes("(data ")) fail("the training kernels have data segments");
training.dispose();
for (const [target, features] of Object.entries(ALLOWED_FEATURES)) {
  await compile("asconfig.json", target);
  const module = binaryen.readBinary(await readFile(`build/engine.${target}.wasm`));
  module.setFeatures(features);
  if (!module.validate()) fail(`the ${target} build of the engine uses features beyond its machines'`);
  module.dispose();
}

async function compile(config, target) {
  const { error, stderr } = await asc.main(["--config", config, "--target", target]);
  if (error) fail(`target ${target} of ${config} does not compile:\n${stderr.toString()}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
