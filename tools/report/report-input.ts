import { z } from "zod";
import { DataError } from "../files/data-error.ts";

const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);
const count = z.int().min(0);
const width = z.literal([1, 2, 3, 4, 5, 6, 7, 8, "ternary"]);
const ratios = z.object({ paper: z.number(), file: z.number(), flash: z.number() });
/** JSON has no Infinity: a measurement that stopped early is null. */
const loss = z.number().nullable();

const SCORE = z.object({
  records: count,
  accuracy: share,
  accuracyInterval: interval,
  f1Macro: share,
  f1MacroInterval: interval,
  confusion: z.array(z.array(count)),
});
const COMPARISON = z.object({
  float: SCORE,
  compressed: SCORE,
  mcnemar: z.object({ lost: count, gained: count, changed: count, p: share }),
  withoutLoss: z.boolean(),
});
const LAYER = z.object({
  name: z.string(),
  weights: count,
  width,
  density: z.number(),
  deviation: z.number(),
  importance: z.number(),
  histogram: z.object({ limit: z.number(), before: z.array(count), after: z.array(count) }),
});
const STEP = z.object({
  layer: z.string(),
  width,
  loss,
  limit: loss,
  outcome: z.string(),
  evaluations: count,
});

/** The fields of a `CompressionDocument` that are drawn. */
const COMPRESSION = z.object({
  kind: z.literal("compression"),
  command: z.string(),
  model: z.object({
    name: z.string(),
    classes: z.array(z.string()),
    parameters: count,
    file: z.string(),
    sha256: z.string(),
  }),
  out: z.object({ file: z.string(), sha256: z.string() }),
  data: z.object({ dataset: z.string() }),
  method: z.object({ kind: z.string() }),
  seed: z.int(),
  meanBits: z.number(),
  fileBytes: count,
  ratios,
  layers: z.array(LAYER).min(1),
  search: z.object({ steps: z.array(STEP), evaluations: count, complete: z.boolean() }).nullable(),
  validation: COMPARISON,
  test: COMPARISON.optional(),
});

/** The fields of a `Study` that are drawn. */
const STUDY = z.object({
  kind: z.literal("study"),
  model: z.string(),
  data: z.object({ share: z.string(), records: count, selectionRecords: count }),
  classes: z.array(z.string()),
  float: SCORE,
  methods: z
    .array(
      z.object({
        name: z.string(),
        label: z.string(),
        widths: z.record(z.string(), width),
        meanBits: z.number(),
        fileBytes: count.min(1),
        ratios,
        seed: z.int().nullable(),
        validation: COMPARISON,
        test: COMPARISON,
      }),
    )
    .min(1),
});

export type Score = z.infer<typeof SCORE>;
export type ShareComparison = z.infer<typeof COMPARISON>;
export type CompressionInput = z.infer<typeof COMPRESSION>;
export type StudyInput = z.infer<typeof STUDY>;

/** The documents that a report is drawn from: one of them at least. */
export interface ReportInput {
  readonly compression?: CompressionInput;
  readonly study?: StudyInput;
}

/** Reads report.json of `compress` or study.json of `compare-methods`. Throws DataError with the file and the field. */
export function parseReportInput(text: string, file: string): ReportInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${file}: holds no JSON (${(error as Error).message})`);
  }
  const { data: known } = z.object({ kind: z.enum(["compression", "study"]) }).safeParse(value);
  if (!known) {
    throw new DataError(
      `${file}: kind is neither "compression" nor "study": neither compress nor compare-methods wrote it`,
    );
  }
  const { success, data, error } = (known.kind === "study" ? STUDY : COMPRESSION).safeParse(value);
  if (success) return data.kind === "study" ? { study: data } : { compression: data };
  const { path, message } = error.issues[0];
  throw new DataError(`${file}: ${path.join(".")}: ${message}`);
}
