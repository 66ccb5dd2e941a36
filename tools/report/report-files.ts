import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../files/data-error.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { CompressionDocument } from "../quantize/compression-report.ts";
import { reportFiles } from "./page.ts";
import type { Draw } from "./plot.ts";
import { parseReportInput, type ReportInput } from "./report-input.ts";

/** Reads report.json and study.json files, in any order. Throws DataError on two of a kind. */
export function readReportInput(files: readonly string[]): ReportInput {
  const input: { -readonly [Kind in keyof ReportInput]: ReportInput[Kind] } = {};
  for (const file of files) {
    const { compression, study } = parseReportInput(readText(file), file);
    if ((compression && input.compression) || (study && input.study)) {
      throw new DataError(`${file}: is a second ${compression ? "compression" : "study"}; a report has one of a kind`);
    }
    if (compression) input.compression = compression;
    if (study) input.study = study;
  }
  return input;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new DataError(
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}); expected report.json or study.json`,
    );
  }
}

/** Writes report.html and its drawings; returns the path of the page. */
export async function writeReportFiles(folder: string, input: ReportInput, draw: Draw): Promise<string> {
  for (const [name, text] of await reportFiles(input, draw))
    writeWhole(join(folder, name), new TextEncoder().encode(text));
  return join(folder, "report.html");
}

/** Writes report.json and draws what it says, with a study beside it where there is one. */
export async function writeCompressionReport(
  folder: string,
  document: CompressionDocument,
  beside: ReportInput,
  draw: Draw,
): Promise<void> {
  const file = join(folder, "report.json");
  const text = `${JSON.stringify(document, null, 2)}\n`;
  writeWhole(file, new TextEncoder().encode(text));
  await writeReportFiles(folder, { ...beside, ...parseReportInput(text, file) }, draw);
}
