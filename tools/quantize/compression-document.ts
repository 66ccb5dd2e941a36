import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Comparison } from "../evaluate/comparison.ts";
import { parameterCount } from "../graph/costs.ts";
import type { FloatModel } from "../graph/model.ts";
import type { Compressed } from "./compress.ts";
import type { CompressionDocument } from "./compression-report.ts";
import { summarizeLayers } from "./layer-summary.ts";

/** Everything that `compress --report` tells of a compression. */
export function compressionDocument(made: {
  readonly model: FloatModel;
  readonly modelFile: string;
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
    command: commandLine(),
    model: {
      name,
      classes,
      parameters: parameterCount(model.graph),
      file: modelFile,
      sha256: sha256(readFileSync(modelFile)),
    },
    out: { file: out, sha256: sha256(compressed.file) },
    data: made.data,
    ...report,
    layers: summarizeLayers(model, compressed.network, compressed.widths),
    search: search && withoutWidths(search),
    validation,
    ...(test ? { test } : {}),
  };
}

/** A map is no JSON, and the widths stand beside it. */
function withoutWidths({ widths: _, ...search }: NonNullable<Compressed["report"]["search"]>) {
  return search;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** As it was typed, for a shell: what is not plain stands in quotes. */
function commandLine(): string {
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["qhubert", ...words].join(" ");
}
