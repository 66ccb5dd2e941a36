import { z } from "zod";
import type { Graph } from "../../graph/graph.ts";

const NAME = z.string().min(1).max(64);
const COUNT = z.number().int().min(1).max(1_000_000);
const SIZE = z.number().int().min(0).max(1_000_000);
const ACTIVATION = z.enum(["none", "relu", "gelu"]);
const ACTIVATED = { activation: ACTIVATION, clip: z.number().positive().optional() };

const CONVOLUTION = {
  name: NAME,
  input: NAME,
  kernel: COUNT,
  stride: COUNT,
  dilation: COUNT,
  padLeft: SIZE,
  padRight: SIZE,
  bias: z.boolean(),
  batchNorm: z.boolean(),
  ...ACTIVATED,
};

const DECISIONS = { name: NAME, input: NAME, window: COUNT, hop: COUNT, warmup: COUNT };

const NODE = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("conv1d"), ...CONVOLUTION, outChannels: COUNT, groups: COUNT.optional() }),
  z.strictObject({ op: z.literal("depthwiseConv1d"), ...CONVOLUTION }),
  z.strictObject({ op: z.literal("add"), name: NAME, inputs: z.tuple([NAME, NAME]), ...ACTIVATED }),
  z.strictObject({ op: z.literal("maxPool"), name: NAME, input: NAME, kernel: COUNT, stride: COUNT }),
  z.strictObject({ op: z.literal("averagePool"), ...DECISIONS }),
  z.strictObject({ op: z.literal("window"), ...DECISIONS }),
  z.strictObject({ op: z.literal("groupNorm"), name: NAME, input: NAME, activation: ACTIVATION }),
  z.strictObject({ op: z.literal("layerNorm"), name: NAME, input: NAME }),
  z.strictObject({ op: z.literal("attention"), name: NAME, inputs: z.tuple([NAME, NAME, NAME]), heads: COUNT }),
  z.strictObject({
    op: z.literal("dense"),
    name: NAME,
    input: NAME,
    outFeatures: COUNT,
    columns: COUNT,
    dropout: z.number().min(0).lt(1),
  }),
]);

/** The form of a graph in a file; `tensorShapes` checks that its nodes fit together. */
export const GRAPH_SCHEMA = z.strictObject({
  name: NAME,
  classes: z.array(NAME).min(2).max(256),
  sampleRateHz: COUNT,
  windowSamples: COUNT.nullable(),
  nodes: z.array(NODE).min(1).max(4096),
}) satisfies z.ZodType<Graph>;
