import type { ModelFacts } from "../export/metadata.ts";

type Json = ModelFacts[keyof ModelFacts];
type JsonObject = NonNullable<Json>;

/** Digits of a measured share or distance: intervals are far wider. */
const DIGITS = 4;

const TRAINING = ["dataset", "split", "recipe", "teachers", "pruned", "test"];
const PRUNED = ["method", "parameters"];
const RECIPE = ["seed", "epochs"];
const SCORE = ["share", "dataset", "records", "accuracy", "accuracyInterval", "f1Macro", "f1MacroInterval"];
const ACCURACY = [...SCORE, "confusion", "againstFloat", "rungs"];
const COMPRESSION = ["method", "seed", "meanBits", "selection", "rungs"];

/**
 * Selects the facts that a model file states of its making, since flash is dear. The whole recipe and history stay with the float
 * model, the steps of a search with the report. Widths are in the layers; F1 by class follows from the confusion matrix.
 */
export function fileFacts(whole: { readonly [part in keyof Required<ModelFacts>]: object }): ModelFacts {
  const training = pick(plainJson(whole.training), TRAINING);
  const { recipe, pruned, test } = training;
  return {
    training: {
      ...training,
      ...(isObject(recipe) ? { recipe: pick(recipe, RECIPE) } : {}),
      ...(isObject(pruned) ? { pruned: pick(pruned, PRUNED) } : {}),
      ...(isObject(test) ? { test: pick(test, SCORE) } : {}),
    },
    accuracy: pick(plainJson(whole.accuracy), ACCURACY),
    compression: pick(plainJson(whole.compression), COMPRESSION),
  };
}

function isObject(value: JsonObject[string] | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pick(facts: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => key in facts).map((key) => [key, facts[key]]));
}

/** Reduces a value to plain JSON, fractions rounded. */
function plainJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value), (_, each) =>
    typeof each === "number" && !Number.isInteger(each) ? Number(each.toPrecision(DIGITS)) : each,
  );
}
