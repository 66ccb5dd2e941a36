import { z } from "zod";
import type { Graph } from "../graph/graph.ts";

const NAME = z.string().min(1).max(64);
const COUNT = z.number().int().min(1).max(1_000_000);
const SIZE = z.number().int().min(0).max(1_000_000);
const ACTIVATED = { activation: z.enum(["none", "relu"]), clip: z.number().positive().optional() };

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

const NODE = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("conv1d"), ...CONVOLUTION, outChannels: COUNT }),
  z.strictObject({ op: z.literal("depthwiseConv1d"), ...CONVOLUTION }),
  z.strictObject({ op: z.literal("add"), name: NAME, inputs: z.tuple([NAME, NAME]), ...ACTIVATED }),
  z.strictObject({ op: z.literal("maxPool"), name: NAME, input: NAME, kernel: COUNT, stride: COUNT }),
  z.strictObject({ op: z.literal("averagePool"), name: NAME, input: NAME, window: COUNT, hop: COUNT, warmup: COUNT }),
  z.strictObject({
    op: z.literal("dense"),
    name: NAME,
    input: NAME,
    outFeatures: COUNT,
    columns: COUNT,
    dropout: z.number().min(0).lt(1),
  }),
]);

/** The form of a graph in a file; whether its nodes fit together is `tensorShapes`' to say. */
export const GRAPH_SCHEMA = z.strictObject({
  name: NAME,
  classes: z.array(NAME).min(2).max(256),
  sampleRateHz: COUNT,
  windowSamples: COUNT.nullable(),
  nodes: z.array(NODE).min(1).max(4096),
}) satisfies z.ZodType<Graph>;
