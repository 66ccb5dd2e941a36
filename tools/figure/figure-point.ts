import { readFileSync } from "node:fs";
import { engineBytes } from "qhubert-engine";
import { z } from "zod";
import { inspectModel } from "../export/inspect-model.ts";
import { openFloatModel, openModel } from "../export/model-files.ts";
import { DataError } from "../files/data-error.ts";
import { macsPer, parameterCount } from "../graph/costs.ts";
import { buildGraph } from "../graph/families.ts";
import type { Graph } from "../graph/graph.ts";
import type { FigurePoint } from "./f1-figure.ts";

const FLOAT_BYTES = 4;
const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);
/** The score on test records that `train` and `compress` write into a model file. */
const TEST_SCORE = z.object({ f1Macro: share, f1MacroInterval: interval });
/** The document that `evaluate --json` prints. */
const EVALUATION = z.object({ model: z.string(), f1Macro: share, f1MacroCi95: interval });
/** The results of `crossvalidate`: the figure shows the pooled figures of the seed with the median F1. */
const CROSS_VALIDATION = z.object({
  model: z.string(),
  classes: z.array(z.string()),
  seeds: z.array(z.object({ pooled: z.object({ calibrated: z.object({ f1: share, f1Ci95: interval }) }) })).min(1),
});
const COMPRESSION = z.object({
  method: z.object({ kind: z.string(), width: z.union([z.number(), z.string()]).optional() }),
  meanBits: z.number(),
});

/**
 * Reads a model's point of the figure from a packed or float model with its test score inside, from results.json of `crossvalidate`,
 * or from what `evaluate --json` printed. Throws DataError on anything else.
 */
export async function figurePoint(file: string): Promise<FigurePoint> {
  if (file.endsWith(".qhb")) {
    const place = await packedPlace(file);
    return { ...place.point, ...scoreIn(file, place.accuracy) };
  }
  if (file.endsWith(".safetensors")) {
    const { graph, facts } = openFloatModel(file);
    return { ...floatPlace(graph), ...scoreIn(file, facts.test) };
  }
  return pointOfJson(file);
}

async function pointOfJson(file: string): Promise<FigurePoint> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new DataError(`${file}: holds no JSON (${(error as Error).message})`);
  }
  const evaluation = EVALUATION.safeParse(value);
  if (evaluation.success) {
    const { model, f1Macro: f1, f1MacroCi95: f1Ci95 } = evaluation.data;
    const place = model.endsWith(".qhb") ? (await packedPlace(model)).point : floatPlace(openFloatModel(model).graph);
    return { ...place, f1, f1Ci95 };
  }
  const crossValidation = CROSS_VALIDATION.safeParse(value);
  if (!crossValidation.success)
    throw new DataError(`${file}: is neither of crossvalidate nor of evaluate --json, and no model`);
  const { model, classes, seeds } = crossValidation.data;
  const pooled = seeds.map((seed) => seed.pooled.calibrated).sort((a, b) => a.f1 - b.f1);
  const { f1, f1Ci95 } = pooled[(pooled.length - 1) >> 1];
  return { ...floatPlace(buildGraph(model, classes)), f1, f1Ci95 };
}

type Place = Omit<FigurePoint, "f1" | "f1Ci95">;

function floatPlace(graph: Graph): Place {
  return {
    family: graph.name,
    width: "float",
    bytes: FLOAT_BYTES * parameterCount(graph),
    macsPerSecond: macsPer(graph, graph.sampleRateHz),
  };
}

async function packedPlace(file: string): Promise<{ readonly point: Place; readonly accuracy: unknown }> {
  const engine = await openModel(file, { build: "scalar" });
  const { name, compression, accuracy } = engine.model.metadata;
  const { macsPerSecond } = inspectModel(engine, (await engineBytes("scalar")).length);
  const bytes = readFileSync(file).length;
  return { point: { family: name, width: widthOf(compression), bytes, macsPerSecond }, accuracy };
}

/** Names the widths of a packed model: "LAQ 3.1", "8", "ternary", or "packed" where the file does not say. */
function widthOf(compression: unknown): string {
  const { success, data } = COMPRESSION.safeParse(compression);
  if (!success) return "packed";
  const { method, meanBits } = data;
  if (method.kind === "laq") return `LAQ ${meanBits.toFixed(1)}`;
  return String(method.width ?? meanBits.toFixed(1));
}

function scoreIn(file: string, score: unknown): Pick<FigurePoint, "f1" | "f1Ci95"> {
  const { success, data } = TEST_SCORE.safeParse(score);
  if (!success) throw new DataError(`${file}: does not say how well it did; give what evaluate --json prints of it`);
  return { f1: data.f1Macro, f1Ci95: data.f1MacroInterval };
}
