import { basename } from "node:path";
import { type Division, divideData, divisionFacts } from "../../data/division.ts";
import { type DecidedShares, labelLogits } from "../../evaluate/logits-file.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import { scoreLogits } from "../../evaluate/score-logits.ts";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { selectBackend } from "../../train/backends.ts";
import type { NoiseSignals } from "../../train/batches/noise.ts";
import type { TrainProgress } from "../../train/epoch.ts";
import { predict } from "../../train/predict.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../../train/recipe/options.ts";
import type { TrainingState } from "../../train/state.ts";
import { train } from "../../train/train.ts";
import type { LoadedData } from "../records/load-data.ts";
import { DEFAULT_CACHE_FOLDER } from "../terminal/arguments.ts";
import { printNote } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";
import { askTeachers, type TeacherModel } from "./ask-teachers.ts";

export interface TrainedModel {
  readonly model: FloatModel;
  readonly validation: RhythmScore;
  readonly test: RhythmScore;
  readonly logits: DecidedShares;
}

export interface TrainingExtras {
  /** Default: without folds, by the recipe's seed. */
  readonly division?: Division;
  readonly noise?: NoiseSignals;
  /** Tensors to start from, and the file they are from. */
  readonly init?: ReadonlyMap<string, Tensor>;
  readonly initFile?: string;
  readonly teachers?: readonly TeacherModel[];
  /** Where the teachers' answers are kept. */
  readonly cache?: string;
  readonly resume?: TrainingState;
  readonly onCheckpoint?: (state: TrainingState) => void;
}

/** Progress over a training's epochs. */
export function epochProgress(title: string): { update(progress: TrainProgress): void; end(): void } {
  const progress = startProgress(title);
  return {
    update({ epoch, epochs, step, steps, loss, metric, cropsPerSecond }) {
      const validated = metric === null ? "" : `, validation F1 ${metric.toFixed(3)}`;
      const note = `epoch ${epoch} of ${epochs}, loss ${loss.toFixed(4)}${validated}, ${cropsPerSecond.toFixed(0)} crops/s`;
      progress.update((epoch - 1) * steps + step, epochs * steps, note);
    },
    end: progress.end,
  };
}

/** Trains on the training share of a data set, chooses on the validation share, scores the test share once. */
export async function trainWithProgress(
  graph: Graph,
  data: LoadedData,
  options: Partial<TrainOptions>,
  extras: TrainingExtras = {},
): Promise<TrainedModel> {
  const { division = { seed: options.seed ?? DEFAULT_TRAIN_OPTIONS.seed }, teachers = [], initFile, ...rest } = extras;
  const split = divideData(data, division);
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const answers = askTeachers(teachers, split.train, extras.cache ?? DEFAULT_CACHE_FOLDER);
  const progress = epochProgress("training");
  const { model, validation, validationLogits } = await train({
    graph,
    train: split.train,
    validation: split.validation,
    options,
    ...rest,
    teachers: answers,
    onProgress: progress.update,
  });
  progress.end();
  const testLogits = predict(model, split.test);
  const { score: test } = scoreLogits(
    testLogits.map(({ mean }) => mean),
    split.test,
    graph.classes,
  );
  const facts = {
    ...model.facts,
    ...divisionFacts(data, division, split),
    // Names alone: where a file lay on the machine that trained is nobody's business.
    init: initFile === undefined ? null : basename(initFile),
    teachers: teachers.map(({ path }) => basename(path)),
    test,
  };
  return {
    model: { ...model, facts },
    validation,
    test,
    logits: {
      classes: [...graph.classes],
      offsets: Object.values(model.facts.biasOffsets as Record<string, number>),
      validation: labelLogits(validationLogits, split.validation),
      test: labelLogits(testLogits, split.test),
    },
  };
}
