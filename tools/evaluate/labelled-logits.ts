import { argMax } from "./arg-max.ts";

/** A record's logits with its label. */
export interface LabelledLogits {
  readonly name: string;
  readonly label: string;
  readonly logits: readonly number[];
}

/** Returns true and decided class indices of records in their order. `offsets` are added to the logits. */
export function decisionsOf(
  records: readonly LabelledLogits[],
  classes: readonly string[],
  offsets: readonly number[] = classes.map(() => 0),
): { readonly truths: number[]; readonly predictions: number[] } {
  return {
    truths: records.map(({ label }) => classes.indexOf(label)),
    predictions: records.map(({ logits }) => argMax(logits.map((logit, index) => logit + offsets[index]))),
  };
}

/**
 * Averages the logits of several models on the same records, an ensemble. Throws RangeError where the models did not
 * decide the same records in the same order.
 */
export function meanLogits(models: readonly (readonly LabelledLogits[])[]): LabelledLogits[] {
  return models[0].map(({ name, label, logits }, i) => {
    const voices = models.map((records) => {
      if (records[i]?.name !== name) throw new RangeError(`record ${name} was not decided by every model`);
      return records[i].logits;
    });
    return { name, label, logits: logits.map((_, c) => voices.reduce((sum, row) => sum + row[c], 0) / voices.length) };
  });
}
