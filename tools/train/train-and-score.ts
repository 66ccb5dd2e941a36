import type { ConditionedRecord } from "../data/record.ts";
import type { Split } from "../data/split.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { type DecidedShares, labelLogits } from "../evaluate/logits-file.ts";
import { type RhythmScore, scoreRhythms } from "../evaluate/score.ts";
import type { FloatModel } from "../graph/model.ts";
import { SeededRandom } from "../random/random.ts";
import { predict } from "./predict.ts";
import { type TrainRequest, train } from "./train.ts";

export interface ScoredTrainingRequest extends Omit<TrainRequest, "train" | "validation"> {
  readonly split: Split<ConditionedRecord>;
  /** The model's facts beside those of the training itself: the division, and the files that it began with. */
  readonly facts: object;
}

export interface ScoredTraining {
  readonly model: FloatModel;
  readonly validation: RhythmScore;
  readonly test: RhythmScore;
  readonly logits: DecidedShares;
}

/** Trains on the training share, chooses on the validation share, and scores the test share once. */
export async function trainAndScore({ split, facts, ...request }: ScoredTrainingRequest): Promise<ScoredTraining> {
  const { classes } = request.graph;
  const { model, validation, validationLogits } = await train({
    ...request,
    train: split.train,
    validation: split.validation,
  });
  const testLogits = predict(model, split.test);
  const truths = split.test.map(({ label }) => classes.indexOf(label));
  const predictions = testLogits.map(({ mean }) => argMax(mean));
  const test = scoreRhythms(truths, predictions, classes, new SeededRandom(1));
  return {
    model: { ...model, facts: { ...model.facts, ...facts, test } },
    validation,
    test,
    logits: {
      classes: [...classes],
      offsets: Object.values(model.facts.biasOffsets as Record<string, number>),
      validation: labelLogits(validationLogits, split.validation),
      test: labelLogits(testLogits, split.test),
    },
  };
}
