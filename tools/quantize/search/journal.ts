import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { DataError } from "../../files/data-error.ts";
import { BIT_WIDTHS, type Width } from "../width.ts";

/** The inputs of an evaluation besides the widths: they must be the same when a search goes on. */
export interface JournalHeader {
  /** SHA-256 of graph and weights. */
  readonly model: string;
  /** SHA-256 of the crops and their classes. */
  readonly selection: string;
  /** SHA-256 of the calibration crops. */
  readonly calibration: string;
  /** Options of the quantizer and of the search. Plain JSON. */
  readonly options: unknown;
}

const Evaluation = z.strictObject({
  /** The layer that was tried at the width; null where all layers changed. */
  layer: z.string().nullable(),
  width: z.union([z.literal("ternary"), z.literal(BIT_WIDTHS as readonly (Width & number)[])]),
  /** The width of every layer, in the order of the graph. */
  widths: z.string(),
  /** The measured loss, null where it stopped early. `limit` is the largest loss allowed, null for no limit. */
  loss: z.number().nullable(),
  limit: z.number().nullable(),
  outcome: z.enum(["within", "above"]),
  divergence: z.number(),
  standardError: z.number(),
  errors: z.int(),
  changed: z.int(),
  crops: z.int(),
  complete: z.boolean(),
  /** Seconds of the whole search at the end of this evaluation. */
  seconds: z.number(),
});

/** One line of a journal. */
export type JournalEntry = z.infer<typeof Evaluation>;

const FORMAT = "qhubert search journal 1";

/** The evaluations of a search as JSON lines: a header, then a line for each evaluation as it comes. */
export class Journal {
  private constructor(
    private readonly path: string,
    /** Evaluations of earlier runs, in their order. */
    readonly entries: readonly JournalEntry[],
  ) {}

  /**
   * Opens a journal to go on with, or begins one. A last line that was cut off is dropped.
   * Throws DataError on a file that is no journal or one of another search.
   */
  static open(path: string, header: JournalHeader): Journal {
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify({ format: FORMAT, ...header })}\n`);
      return new Journal(path, []);
    }
    const text = readFileSync(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const [first, ...lines] = whole.split("\n").slice(0, -1);
    checkHeader(path, first, header);
    const entries = lines.map((line, index) => {
      const { data, success } = Evaluation.safeParse(parsed(line));
      if (!success) throw new DataError(`${path}: line ${index + 2} is no evaluation of a search; expected a journal`);
      return data;
    });
    truncateSync(path, Buffer.byteLength(whole));
    return new Journal(path, entries);
  }

  append(entry: JournalEntry): void {
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
  }
}

function checkHeader(path: string, line: string | undefined, header: JournalHeader): void {
  const found = parsed(line ?? "") as Record<string, unknown> | null;
  if (found?.format !== FORMAT) {
    throw new DataError(`${path}: is no journal of a search; expected a first line with the format "${FORMAT}"`);
  }
  const foreign = (["model", "selection", "calibration", "options"] as const).find(
    (field) => JSON.stringify(found[field]) !== JSON.stringify(header[field]),
  );
  if (foreign) throw new DataError(`${path}: is the journal of another search: its ${foreign} differs from this one's`);
}

/** Parses a line; null where it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
