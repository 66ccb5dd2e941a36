import { readFileSync } from "node:fs";
import type { Comparison } from "../evaluate/comparison.ts";
import { sha256 } from "../files/sha256.ts";
import { parameterCount } from "../graph/costs.ts";
import type { FloatModel } from "../graph/model.ts";
import type { Compressed } from "./compress.ts";
import type { CompressionDocument } from "./compression-report.ts";
import { summarizeLayers } from "./layer-summary.ts";

/** Collects everything that `compress --report` tells of a compression. */
export function compressionDocument(made: {
  readonly model: FloatModel;
  readonly modelFile: string;
  /** The words that the user typed after the name of the program. */
  readonly words: readonly string[];
  readonly compressed: Compressed;
  readonly out: string;
  readonly data: CompressionDocument["data"];
  readonly shares: Readonly<Record<string, Comparison>>;
}): CompressionDocument {
  const { model, modelFile, compressed, out, shares } = made;
  const { search, ...report } = compressed.report;
  const { name, classes } = model.graph;
  const { validation, test } = shares;
  return {
    kind: "compression",
    command: commandLine(made.words),
    model: {
      name,
      classes,
      parameters: parameterCount(model.graph),
      file: modelFile,
      sha256: sha256([readFileSync(modelFile)]),
    },
    out: { file: out, sha256: sha256([compressed.file]) },
    data: made.data,
    ...report,
    layers: summarizeLayers(model, compressed.network, compressed.widths),
    search: search && withoutWidths(search),
    validation,
    ...(test ? { test } : {}),
  };
}

/** Leaves out the widths: a map is no JSON, and the document has them beside the search. */
function withoutWidths({ widths: _, ...search }: NonNullable<Compressed["report"]["search"]>) {
  return search;
}

/** Joins the words of a command as a shell takes them: words with characters that a shell would interpret are quoted. */
function commandLine(words: readonly string[]): string {
  const quoted = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["qhubert", ...quoted].join(" ");
}
