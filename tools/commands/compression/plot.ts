import { type Command, InvalidArgumentError } from "commander";
import { type FigurePoint, f1Figure } from "../../figure/f1-figure.ts";
import { figurePoint } from "../../figure/figure-point.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { printJson, printLine } from "../terminal/output.ts";

interface PlotArguments {
  readonly out: string;
  readonly title: string;
  readonly json?: boolean;
}

/** `qhubert plot`. */
export function addPlotCommand(program: Command): void {
  program
    .command("plot")
    .description("one figure of many models: F1 with intervals against file bytes and against MACs a second (SVG)")
    .argument(
      "<files...>",
      "models with their test scores inside (.qhb, .safetensors), results.json of crossvalidate, or what evaluate --json printed",
    )
    .requiredOption("--out <file>", "the figure to write (.svg)", requireSvg)
    .option("--title <text>", "above the figure", "F1 against size and work")
    .option("--json", "print the figure's points as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert plot models/resnet1d-edge.safetensors models/resnet1d-edge.qhb --out models/figure.svg",
    )
    .action(runPlot);
}

async function runPlot(files: readonly string[], { out, title, json }: PlotArguments): Promise<void> {
  const points: FigurePoint[] = [];
  for (const file of files) points.push(await figurePoint(file));
  writeWhole(out, new TextEncoder().encode(`${f1Figure(points, title)}\n`));
  if (json) return printJson({ out, points });
  printLine(`${out}: ${points.length} models`);
}

function requireSvg(path: string): string {
  if (!path.endsWith(".svg")) throw new InvalidArgumentError(`expected a file that ends in .svg, found "${path}".`);
  return path;
}
