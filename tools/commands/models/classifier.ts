import type { ConditionedRecord } from "../../data/record.ts";
import { decideRecords } from "../../evaluate/decide.ts";
import { openFloatModel, openModel } from "../../export/model-files.ts";
import { selectBackend } from "../../train/backends.ts";
import { predict } from "../../train/predict.ts";
import { withProgress } from "../terminal/progress.ts";

/** A model file that decides records, in float or on the engine. */
export interface Classifier {
  readonly classes: readonly string[];
  readonly isFloat: boolean;
  /** The facts of its training that the file states. */
  readonly trainingFacts: unknown;
  /** Returns each record's logits in the order of the classes; null where a record is too short for a decision. */
  decide(
    records: readonly Pick<ConditionedRecord, "name" | "samples">[],
  ): Promise<readonly (ArrayLike<number> | null)[]>;
}

/** Opens a `.safetensors` model in float, any other file on the engine. Throws DataError naming the file. */
export async function openClassifier(path: string): Promise<Classifier> {
  if (path.endsWith(".safetensors")) {
    const model = openFloatModel(path);
    return {
      classes: model.graph.classes,
      isFloat: true,
      trainingFacts: model.facts,
      async decide(records) {
        await selectBackend();
        return predict(model, records).map(({ mean }) => mean);
      },
    };
  }
  const { model } = await openModel(path);
  return {
    classes: model.classes,
    isFloat: false,
    trainingFacts: model.metadata.training,
    async decide(records) {
      const decided = await withProgress("deciding records", (update) => decideRecords(model.bytes, records, update));
      return decided.map(({ logits }) => logits);
    },
  };
}
