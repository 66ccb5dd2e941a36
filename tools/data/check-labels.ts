import { DataError } from "../files/data-error.ts";
import type { Dataset } from "./record.ts";

/** A model file and the classes that it tells apart. */
export interface KnownClasses {
  readonly model: string;
  readonly classes: readonly string[];
}

/** Throws DataError for a record whose label is no class of the model. */
export function requireKnownLabels({ records }: Dataset, { model, classes }: KnownClasses): void {
  const stranger = records.find(({ label }) => !classes.includes(label));
  if (!stranger) return;
  throw new DataError(
    `record ${stranger.name}: label "${stranger.label}" is no class of ${model}, which knows ${classes.join(", ")}`,
  );
}

/** Throws DataError for a data set of one label: a model that learns from it has nothing to tell apart. */
export function requireTwoLabels({ classes, records }: Dataset, folder: string): void {
  if (classes.length > 1) return;
  throw new DataError(
    `${folder}: all ${records.length} records are labelled "${classes[0]}", expected two labels or more`,
  );
}
