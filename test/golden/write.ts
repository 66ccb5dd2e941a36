/** Writes the golden files: `npm run golden`, from the repository's root. Tests never do; the diff is reviewed. */
import { readFileSync, writeFileSync } from "node:fs";
import { GOLDEN_FILES } from "./contents.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

for (const [name, make] of Object.entries(GOLDEN_FILES)) {
  const golden = {
    generator: "test/golden/write.ts",
    version,
    command: "npm run golden",
    content: await make("scalar"),
  };
  writeFileSync(`test/golden/${name}.json`, `${JSON.stringify(golden, null, 2)}\n`);
}
