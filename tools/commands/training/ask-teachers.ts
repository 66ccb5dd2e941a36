import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConditionedRecord } from "../../data/record.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { modelHash } from "../../export/model-hash.ts";
import { readSafetensors, writeSafetensors } from "../../export/safetensors/safetensors-format.ts";
import { DataError } from "../../files/data-error.ts";
import { sha256 } from "../../files/sha256.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { askTeacher, type Teacher, teacherStride } from "../../train/teachers/teachers.ts";
import { startProgress } from "../terminal/progress.ts";

/** A teacher's file and what it holds. */
export interface TeacherModel {
  readonly path: string;
  readonly model: FloatModel;
}

/**
 * Opens teachers, separated by commas. Throws DataError unless each was trained on the student's own share: one that
 * has seen the student's validation or test records would whisper.
 * @param facts of the student's division
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

/** What the teachers say of the records: kept in the cache, asked where it is not there. Needs a selected backend. */
export function askTeachers(
  teachers: readonly TeacherModel[],
  records: readonly ConditionedRecord[],
  cacheFolder: string,
): Teacher[] {
  const progress = startProgress("asking teachers");
  const answers = teachers.map(({ model }, index) => {
    const file = join(cacheFolder, `teacher-${answersHash(model, records)}.safetensors`);
    const kept = existsSync(file) ? readAnswers(file, model, records) : null;
    const teacher = kept ?? askTeacher(model, records);
    if (!kept) writeAnswers(file, teacher);
    progress.update(index + 1, teachers.length);
    return teacher;
  });
  progress.end();
  return answers;
}

/** Hashes all that the answers depend on. */
function answersHash(model: FloatModel, records: readonly ConditionedRecord[]): string {
  const samples = records.flatMap((record) => [record.name, record.samples]);
  return sha256([modelHash(model), ...samples]).slice(0, 16);
}

function writeAnswers(file: string, { logits }: Teacher): void {
  const tensors = new Map<string, Tensor>();
  for (const [name, rows] of logits) {
    const data = Float32Array.from(rows.flatMap((row) => [...row]));
    tensors.set(name, { shape: [rows.length, data.length / rows.length], data });
  }
  writeSafetensors(file, { tensors, metadata: {} });
}

/** Null for a damaged file: it is made anew. */
function readAnswers(file: string, { graph }: FloatModel, records: readonly ConditionedRecord[]): Teacher | null {
  try {
    const { tensors } = readSafetensors(file);
    if (!records.every(({ name }) => tensors.has(name))) return null;
    const rowsOf = ({ shape: [rows, classes], data }: Tensor) =>
      Array.from({ length: rows }, (_, row) => data.slice(row * classes, (row + 1) * classes));
    return {
      strideSamples: teacherStride(graph),
      logits: new Map([...tensors].map(([name, tensor]) => [name, rowsOf(tensor)])),
    };
  } catch {
    return null;
  }
}
