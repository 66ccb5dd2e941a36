/**
 * Compiles every build of the engine (asconfig.json's targets), the training kernels and the detector whose weights are
 * fitted into build/, and refuses a build of the engine that uses a WebAssembly feature newer than its machines have.
 * A build is optimised once more after the compiler, which takes 1.3 to 1.5 % of its bytes: the dsp build's limit needs them.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
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
// Data segments would overwrite what the backend keeps in the memory that it shares.
if (training.emitText().includes("(data ")) fail("the training kernels have data segments");
training.dispose();
const config = JSON.parse(await readFile("asconfig.json", "utf8"));
for (const [target, features] of Object.entries(ALLOWED_FEATURES)) {
  await compile("asconfig.json", target);
  const module = binaryen.readBinary(await readFile(`host/build/engine.${target}.wasm`));
  module.setFeatures(features);
  if (!module.validate()) fail(`the ${target} build of the engine uses features beyond its machines'`);
  const { optimizeLevel, shrinkLevel } = { ...config.options, ...config.targets[target] };
  binaryen.setOptimizeLevel(optimizeLevel);
  binaryen.setShrinkLevel(shrinkLevel);
  module.optimize();
  await writeFile(`host/build/engine.${target}.wasm`, module.emitBinary());
  await writeFile(`build/engine.${target}.wat`, module.emitText());
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
