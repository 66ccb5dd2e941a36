/** Compiles every build of the engine (asconfig.json's targets) into build/. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
await mkdir("build", { recursive: true });
for (const target of ["scalar", "simd"]) {
  const { error, stderr } = await asc.main(["--target", target]);
  if (error) {
    console.error(`the ${target} build of the engine does not compile:\n${stderr.toString()}`);
    process.exit(1);
  }
}
