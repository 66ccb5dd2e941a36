import type { Command } from "commander";
import { loadDraw } from "../../report/plot.ts";
import { readReportInput, writeReportFiles } from "../../report/report-files.ts";
import { printJson, printLine } from "../terminal/output.ts";

interface ReportArguments {
  readonly in: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

/** `qhubert report`. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("draw a compression, a comparison of methods, or both on one page (HTML with its drawings, SVG)")
    .requiredOption("--in <files...>", "report.json of compress --report, study.json of compare-methods")
    .requiredOption("--out <folder>", "where report.html and its drawings go")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert report --in out/report/report.json --out out/report")
    .action(runReport);
}

async function runReport({ in: files, out, json }: ReportArguments): Promise<void> {
  const input = readReportInput(files);
  const page = await writeReportFiles(out, input, await loadDraw());
  if (json) return printJson({ out: page });
  printLine(`${page}: open it in a browser`);
}
