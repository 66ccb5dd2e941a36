import { readFileSync } from "node:fs";
import type { ModelFile } from "qhubert-engine";
import { z } from "zod";
import { openModel } from "../export/model-files.ts";
import type { WeightGrid } from "../export/quantized-network.ts";
import { DataError } from "../files/data-error.ts";
import { type Graph, isWeighted } from "../graph/graph.ts";
import { widthOf } from "./trained-integers.ts";
import { parseWidth, type Width } from "./width.ts";

const WidthsJson = z.record(z.string(), z.union([z.int(), z.literal("ternary")]));
const HasWidths = z.object({ widths: WidthsJson });

/**
 * Reads a width for every conv and dense layer. `text` is "fixed:W", "fixed:W,LAYER:W,..", a JSON file (layers and widths, or `widths`
 * in it, as in a compression report) or a packed model with these layers. Throws DataError on a layer without a width and on a layer
 * that the graph does not have.
 */
export async function layerWidths(text: string, graph: Graph): Promise<ReadonlyMap<string, Width>> {
  const layers = graph.nodes.filter(isWeighted).map(({ name }) => name);
  const given = text.startsWith("fixed:") ? fixedWidths(text, layers) : parsedWidths(text, await widthsIn(text));
  const stranger = [...given.keys()].find((name) => !layers.includes(name));
  if (stranger)
    throw new DataError(`${text}: ${graph.name} has no layer ${stranger}; its layers: ${layers.join(", ")}`);
  const missing = layers.find((name) => !given.has(name));
  if (missing) throw new DataError(`${text}: layer ${missing} has no width`);
  return given;
}

function fixedWidths(text: string, layers: readonly string[]): ReadonlyMap<string, Width> {
  const [all, ...others] = text.slice("fixed:".length).split(",");
  const widths = new Map(layers.map((name) => [name, parseWidth(all)]));
  for (const other of others) {
    const [name, width] = other.split(":");
    widths.set(name, parseWidth(width ?? ""));
  }
  return widths;
}

function parsedWidths(path: string, found: unknown): ReadonlyMap<string, Width> {
  const { data: inside } = HasWidths.safeParse(found);
  const { data: widths } = WidthsJson.safeParse(inside?.widths ?? found);
  if (!widths) throw new DataError(`${path}: holds no widths, expected layers with 1 to 8 or "ternary"`);
  return new Map(Object.entries(widths).map(([name, width]) => [name, parseWidth(String(width))]));
}

function packedWidths({ layers }: ModelFile): Record<string, Width> {
  const weighted = layers.filter(({ weights }) => weights > 0);
  return Object.fromEntries(
    weighted.map(({ name, grid, bits }) => [name, widthOf({ grid: grid as WeightGrid, bits })]),
  );
}

async function widthsIn(path: string): Promise<unknown> {
  if (path.endsWith(".qhb")) return packedWidths((await openModel(path)).model);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataError(`${path}: cannot be read as widths (${(error as Error).message})`);
  }
}
