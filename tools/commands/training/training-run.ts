import { basename } from "node:path";
import { backendText, selectBackend } from "../../train/backends.ts";
import type { TrainProgress } from "../../train/epoch.ts";
import { type ScoredTraining, type ScoredTrainingRequest, trainAndScore } from "../../train/train-and-score.ts";
import { DEFAULT_CACHE_FOLDER } from "../terminal/arguments.ts";
import { printNote } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";
import { askTeachers, type TeacherModel } from "./ask-teachers.ts";

export interface TrainingRun extends Omit<ScoredTrainingRequest, "teachers" | "onProgress"> {
  /** The file that the tensors of `init` are from. */
  readonly initFile?: string;
  readonly teachers?: readonly TeacherModel[];
  /** The folder that the teachers' answers are kept in. */
  readonly cache?: string;
}

/** Selects the training backend, and says which it is and what would be faster. */
export async function noteBackend(): Promise<void> {
  printNote(`training backend: ${backendText(await selectBackend())}`);
}

/** Shows progress over a training's epochs. */
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

/** Selects the training backend, asks the teachers, trains and scores, and shows how far each has come. */
export async function trainWithProgress(run: TrainingRun): Promise<ScoredTraining> {
  const { teachers = [], initFile, cache = DEFAULT_CACHE_FOLDER, ...request } = run;
  await noteBackend();
  const answers = askTeachers(teachers, request.split.train, cache);
  const progress = epochProgress("training");
  const trained = await trainAndScore({
    ...request,
    facts: {
      ...request.facts,
      // Names alone: where a file lay on the machine that trained is nobody's business.
      init: initFile === undefined ? null : basename(initFile),
      teachers: teachers.map(({ path }) => basename(path)),
    },
    teachers: answers,
    onProgress: progress.update,
  });
  progress.end();
  return trained;
}
