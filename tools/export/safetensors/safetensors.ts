import { z } from "zod";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { stepShapes, weightShapes } from "../../graph/weight-shapes.ts";
import { GRAPH_SCHEMA } from "./graph-schema.ts";
import { readSafetensors, writeSafetensors } from "./safetensors-format.ts";

const FACTS = z.record(z.string(), z.unknown());

/**
 * Writes a float model as safetensors, its graph and facts as JSON in the metadata. The file is either whole or not
 * there. Throws RangeError where the tensors are not those that the graph needs.
 */
export function writeFloatModel(path: string, model: FloatModel): void {
  const problem = weightsProblem(model.graph, model.weights);
  if (problem) throw new RangeError(`model ${model.graph.name}: ${problem}`);
  const metadata = { graph: JSON.stringify(model.graph), facts: JSON.stringify(model.facts) };
  writeSafetensors(path, { tensors: model.weights, metadata });
}

/** Reads a float model. Throws Error with one sentence that names the file and the field that is wrong. */
export function readFloatModel(path: string): FloatModel {
  const { tensors, metadata } = readSafetensors(path);
  const graph: Graph = parse(path, "graph", metadata.graph, GRAPH_SCHEMA);
  const facts = parse(path, "facts", metadata.facts, FACTS);
  let problem: string | null;
  try {
    problem = weightsProblem(graph, tensors);
  } catch (error) {
    throw new Error(`${path}: __metadata__ graph: ${(error as Error).message}`);
  }
  if (problem) throw new Error(`${path}: ${problem}`);
  return { graph, weights: tensors, facts };
}

function parse<T>(path: string, field: string, text: string | undefined, schema: z.ZodType<T>): T {
  if (text === undefined) throw new Error(`${path}: __metadata__ ${field}: is missing, expected JSON`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${path}: __metadata__ ${field}: is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: at, message } = parsed.error.issues[0];
  throw new Error(`${path}: __metadata__ ${[field, ...at].join(".")}: ${message}`);
}

/** Describes the first tensor that is missing, misshapen or of no use to the graph, or null. */
function weightsProblem(graph: Graph, weights: ReadonlyMap<string, Tensor>): string | null {
  const needed = weightShapes(graph);
  const known = new Map([...needed, ...stepShapes(graph)]);
  for (const [name, shape] of known) {
    const found = weights.get(name);
    if (!found && !needed.has(name)) continue;
    if (!found) return `tensor ${name} is missing, expected shape [${shape}]`;
    if (found.shape.join() !== shape.join())
      return `tensor ${name}, shape: found [${found.shape}], expected [${shape}]`;
  }
  const extra = [...weights.keys()].find((name) => !known.has(name));
  return extra === undefined ? null : `tensor ${extra} belongs to no node of graph ${graph.name}`;
}
