/** Writes the golden files: `npm run golden`, from the repository's root. Tests never do; the diff is reviewed. */
import { readFileSync, writeFileSync } from "node:fs";
import { annotateModel } from "../export/annotate-model.ts";
import { exampleModel } from "../export/example-model.ts";
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

// The model that FORMAT.md shows byte by byte.
const FORMAT = "docs/FORMAT.md";
const document = readFileSync(FORMAT, "utf8");
const shown = document.indexOf("```\n0000  ") + "```\n".length;
const end = document.indexOf("\n```", shown);
writeFileSync(FORMAT, document.slice(0, shown) + annotateModel(exampleModel()) + document.slice(end));
