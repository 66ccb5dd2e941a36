import { confusionPlot } from "./confusion-plot.ts";
import { headline, sharesOf } from "./headline.ts";
import { histogramPlot } from "./histogram-plot.ts";
import { escapeHtml } from "./html.ts";
import { importancePlot } from "./importance-plot.ts";
import { methodWidthsPlot } from "./method-widths-plot.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE, THEME } from "./page-style.ts";
import { paretoPlot } from "./pareto-plot.ts";
import type { Draw, Plot } from "./plot.ts";
import type { CompressionInput, ReportInput, StudyInput } from "./report-input.ts";
import { journalTable, layersTable, methodsTable } from "./tables.ts";
import { widthPlot } from "./width-plot.ts";

/** Files of a report by name: report.html, which has everything in it, and each drawing by itself. */
export type ReportFiles = ReadonlyMap<string, string>;

/** Widths of a drawing: on a wide page, and on a phone's. */
const WIDE_PIXELS = { half: 500, full: 1040 } as const;
const NARROW_PIXELS = 340;

/** The page fetches nothing, and could not even if a name in it were read as a tag. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** Draws a report. The same input gives the same bytes. */
export async function reportFiles(input: ReportInput, draw: Draw): Promise<ReportFiles> {
  const { compression, study } = input;
  const files = new Map<string, string>();
  const figures = async (plots: readonly (Plot | null)[]) => {
    const drawn: string[] = [];
    for (const plot of plots) if (plot) drawn.push(await figureOf(plot, draw, files));
    return `<div class="figures">\n${drawn.join("\n")}\n</div>`;
  };
  const title = compression?.model.name ?? study?.model ?? "";
  const parts = [
    ...(compression ? [`<p class="facts">${sourceOf(compression)}</p>`, headline(compression)] : []),
    ...(compression ? [await figures([widthPlot(compression), importancePlot(compression)])] : []),
    await figures([paretoPlot(input)]),
    ...(study ? [studyText(study), methodsTable(study), await figures([methodWidthsPlot(study)])] : []),
    ...(compression
      ? [
          await figures([confusionPlot(compression.model.classes, sharesOf(compression)), histogramPlot(compression)]),
          ...tablesOf(compression),
          origin(compression),
        ]
      : []),
  ];
  files.set("report.html", pageOf(`${title}: compression report`, parts));
  return files;
}

async function figureOf(plot: Plot, draw: Draw, files: Map<string, string>): Promise<string> {
  const { name, title, caption, span } = plot;
  const wide = await draw(plot.spec(WIDE_PIXELS[span]));
  const narrow = await draw(plot.spec(NARROW_PIXELS));
  files.set(
    `${name}.svg`,
    wide.replace(/^<svg [^>]*>/, (tag) => `${tag}<style>${THEME}</style>`),
  );
  const inline = (svg: string, form: string) =>
    svg
      .replace(/^<svg /, `<svg role="img" aria-label="${escapeHtml(title)}" `)
      .replace('class="marks"', `class="${form}"`);
  return (
    `<figure class="${span}" id="${name}"><h2>${escapeHtml(title)}</h2>${inline(wide, "wide")}${inline(narrow, "narrow")}` +
    `<figcaption>${escapeHtml(caption)}</figcaption></figure>`
  );
}

function sourceOf({ data, method, validation, test }: CompressionInput): string {
  const records = [`${validation.float.records} validation`, ...(test ? [`${test.float.records} test`] : [])].join(
    ", ",
  );
  return escapeHtml(`Method ${method.kind}; data ${data.dataset}: ${records} records.`);
}

function studyText({ data }: StudyInput): string {
  return (
    `<h2>Methods compared</h2><p>Each chose its widths on the ${data.selectionRecords} records of the validation share, and is ` +
    `reported on ${data.records} of the ${escapeHtml(data.share)} share.</p>`
  );
}

function tablesOf(compression: CompressionInput): string[] {
  const { search } = compression;
  const layers = `<h2>Layers</h2>${layersTable(compression)}`;
  if (!search) return [layers];
  const ended = search.complete ? "" : " It was stopped by its budget.";
  const note = "A loss that is missing passed its limit before all crops were run.";
  return [
    layers,
    `<h2>Journal of the search</h2><p>${search.steps.length} steps, ${search.evaluations} evaluations.${ended} ${note}</p>${journalTable(search)}`,
  ];
}

function origin({ command, model, out, seed }: CompressionInput): string {
  return (
    `<h2>Where it comes from</h2><pre><code>${escapeHtml(command)}</code></pre>` +
    `<p class="facts">Seed ${seed}.<br>Float model ${escapeHtml(model.file)}, SHA-256 <code>${escapeHtml(model.sha256)}</code><br>` +
    `Model file ${escapeHtml(out.file)}, SHA-256 <code>${escapeHtml(out.sha256)}</code></p>`
  );
}

function pageOf(title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
${PAGE_STYLE}
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${parts.join("\n")}
</main>
<script>
${PAGE_SCRIPT}
</script>
</body>
</html>
`;
}
