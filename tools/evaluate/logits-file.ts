import { readFileSync } from "node:fs";
import { z } from "zod";
import { DataError } from "../files/data-error.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { LabelledLogits } from "./labelled-logits.ts";

const LABELLED_LOGITS = z.array(z.object({ name: z.string(), label: z.string(), logits: z.array(z.number()) }));

const DECIDED_SHARES = z.object({
  classes: z.array(z.string()),
  /** The offsets that calibration added to the logits below. */
  offsets: z.array(z.number()),
  validation: LABELLED_LOGITS,
  test: LABELLED_LOGITS,
});

/** A model's logits of the records that it was not trained on, as its file decides: with the bias calibrated. */
export type DecidedShares = z.infer<typeof DECIDED_SHARES>;

/** Joins records with their logits, in their order. */
export function labelLogits(
  logits: readonly { readonly name: string; readonly mean: ArrayLike<number> }[],
  records: readonly { readonly label: string }[],
): (LabelledLogits & { logits: number[] })[] {
  return logits.map(({ name, mean }, i) => ({ name, label: records[i].label, logits: Array.from(mean) }));
}

export function writeLogits(path: string, shares: DecidedShares): void {
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(shares)}\n`));
}

/** Reads a file of logits. Throws DataError where it is missing or holds no logits. */
export function readLogits(path: string): DecidedShares {
  try {
    return DECIDED_SHARES.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    throw new DataError(`${path}: holds no logits, expected what "train --logits" writes`);
  }
}
