import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConditionedRecord } from "../../data/record.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { modelHash } from "../../export/model-hash.ts";
import { readSafetensors, writeSafetensors } from "../../export/safetensors/safetensors-format.ts";
import { DataError } from "../../files/data-error.ts";
import type { FloatModel } from "../../graph/model.ts";
import { answersName, packAnswers, unpackAnswers } from "../../train/teachers/answers.ts";
import { askTeacher, type Teacher } from "../../train/teachers/teachers.ts";
import { startProgress } from "../terminal/progress.ts";

/** A teacher's file and the model in it. */
export interface TeacherModel {
  readonly path: string;
  readonly model: FloatModel;
}

/**
 * Opens teachers, separated by commas. Throws DataError unless each was trained on the student's own share: one that
 * has seen the student's validation or test records would whisper.
 * @param facts the facts of the student's division
 */
export function openTeachers(paths: string, classes: readonly string[], facts: object): TeacherModel[] {
  return paths.split(",").map((path) => {
    const model = openFloatModel(path);
    if (model.graph.classes.join() !== classes.join()) {
      throw new DataError(`${path}: its classes are ${model.graph.classes.join(", ")}, expected ${classes.join(", ")}`);
    }
    const { dataset = null, split = null } = model.facts;
    const [found, expected] = [JSON.stringify({ dataset, split }), JSON.stringify(facts)];
    if (found !== expected) {
      throw new DataError(`${path}: cannot teach, it was trained on ${found}, expected the student's ${expected}`);
    }
    return { path, model };
  });
}

/** Takes the teachers' answers about the records from the cache, and asks those that are not there. Needs a selected backend. */
export function askTeachers(
  teachers: readonly TeacherModel[],
  records: readonly ConditionedRecord[],
  cacheFolder: string,
): Teacher[] {
  const progress = startProgress("asking teachers");
  const answers = teachers.map(({ model }, index) => {
    const file = join(cacheFolder, `teacher-${answersName(modelHash(model), records)}.safetensors`);
    const kept = existsSync(file) ? readAnswers(file, model, records) : null;
    const teacher = kept ?? askTeacher(model, records);
    if (!kept) writeSafetensors(file, { tensors: packAnswers(teacher), metadata: {} });
    progress.update(index + 1, teachers.length);
    return teacher;
  });
  progress.end();
  return answers;
}

/** Null for a damaged file: it is made anew. */
function readAnswers(file: string, model: FloatModel, records: readonly ConditionedRecord[]): Teacher | null {
  try {
    return unpackAnswers(readSafetensors(file).tensors, model, records);
  } catch {
    return null;
  }
}
