import { z } from "zod";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../graph/model.ts";
import { receptiveFieldSamples } from "../graph/shapes.ts";
import { type ParameterCounts, parameterCounts } from "./accounting.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";

const facts = z.record(z.string(), z.json());

/** The metadata section of a `.qhb` file: JSON in UTF-8. */
export const MetadataSchema = z.object({
  name: z.string(),
  classes: z.array(z.string()),
  layerNames: z.array(z.string()),
  input: z.object({ unit: z.literal("uV"), sampleRateHz: z.number(), millivoltsPerCount: z.number() }),
  /** Number of input samples that one pooled column sees. */
  receptiveFieldSamples: z.number(),
  /** `ParameterCounts` of the float network, `named` in the order of the layers with weights. */
  parameters: z.object({ total: z.number(), named: z.array(z.number()) }),
  /** The training of the float model: data set, split, seed, recipe. */
  training: facts,
  /** Measured accuracy, with counts, intervals and the split. */
  accuracy: facts,
  /** The compression of the model and its result. */
  compression: facts,
});

export type ModelMetadata = z.infer<typeof MetadataSchema>;

/** Facts about a model beyond its network; each is empty where nothing is known. */
export type ModelFacts = Partial<Pick<ModelMetadata, "training" | "accuracy" | "compression">>;

/** Collects a model's metadata. Throws z.ZodError on facts that are not plain JSON. */
export function modelMetadata(network: QuantizedNetwork, known: ModelFacts): ModelMetadata {
  const { graph } = network;
  return MetadataSchema.parse({
    name: graph.name,
    classes: [...graph.classes],
    layerNames: graph.nodes.map((node) => node.name),
    input: { unit: "uV", sampleRateHz: graph.sampleRateHz, millivoltsPerCount: INPUT_MILLIVOLTS_PER_COUNT },
    receptiveFieldSamples: receptiveFieldSamples(graph),
    parameters: listed(parameterCounts(graph)),
    training: known.training ?? {},
    accuracy: known.accuracy ?? {},
    compression: known.compression ?? {},
  });
}

function listed({ total, named }: ParameterCounts): ModelMetadata["parameters"] {
  return { total, named: Object.values(named) };
}
