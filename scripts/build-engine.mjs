/**
 * Compiles every build of the engine (asconfig.json's targets), the training kernels and the detector whose weights are
 * fitted into build/, and refuses a build of the engine that uses a WebAssembly feature newer than its machines have.
 * Nothing is compiled where the sources and the compilers are those that the files in build/ were made of.
 * A build is optimised once more after the compiler, which takes 1.3 to 1.5 % of its bytes: the dsp build's limit needs them.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

const { MVP, SIMD128, RelaxedSIMD } = binaryen.Features;
const ALLOWED_FEATURES = { scalar: MVP, simd: SIMD128, relaxed: SIMD128 | RelaxedSIMD, dsp: MVP };

const SOURCES = ["assembly", "tools/train/kernels/assembly", "tools/detector/assembly"];
const SETTINGS = ["asconfig.json", "scripts/build-engine.mjs"];
const COMPILERS = ["assemblyscript", "binaryen"].map((name) => `node_modules/${name}/package.json`);
const OUTPUTS = [
  ...Object.keys(ALLOWED_FEATURES).flatMap((name) => [`host/build/engine.${name}.wasm`, `build/engine.${name}.wat`]),
  "build/training.wasm",
  "build/detector.wasm",
];
/** What the files in build/ were made of, and what they were then. */
const STAMP = "build/made-of.sha256";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
if ((await readFile(STAMP, "utf8").catch(() => "")) === (await stamp())) process.exit(0);
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

await writeFile(STAMP, await stamp());

/** The hash of all inputs and outputs; an output that is not there counts as empty. */
async function stamp() {
  const folders = await Promise.all(
    SOURCES.map(async (folder) => (await readdir(folder, { recursive: true })).map((name) => `${folder}/${name}`)),
  );
  const sources = folders.flat().filter((path) => /\.(ts|json)$/.test(path));
  const hash = createHash("sha256");
  for (const path of [...sources.sort(), ...SETTINGS, ...COMPILERS, ...OUTPUTS]) {
    hash.update(`${path}\0`).update(await readFile(path).catch(() => ""));
  }
  return hash.digest("hex");
}

async function compile(config, target) {
  const { error, stderr } = await asc.main(["--config", config, "--target", target]);
  if (error) fail(`target ${target} of ${config} does not compile:\n${stderr.toString()}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
