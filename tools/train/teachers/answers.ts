import type { ConditionedRecord } from "../../data/record.ts";
import { sha256 } from "../../files/sha256.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { type Teacher, teacherStride } from "./teachers.ts";

/** A name for a teacher's answers: 16 hex digits of a hash of the teacher and of the records' names and samples. */
export function answersName(teacherHash: string, records: readonly ConditionedRecord[]): string {
  return sha256([teacherHash, ...records.flatMap(({ name, samples }) => [name, samples])]).slice(0, 16);
}

/** A teacher's answers as tensors, [columns][classes] by the record's name: what a safetensors file holds. */
export function packAnswers({ logits }: Teacher): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, rows] of logits) {
    const data = Float32Array.from(rows.flatMap((row) => [...row]));
    tensors.set(name, { shape: [rows.length, data.length / rows.length], data });
  }
  return tensors;
}

/** The teacher that such tensors are of; null where one of the records has none. */
export function unpackAnswers(
  tensors: ReadonlyMap<string, Tensor>,
  { graph }: FloatModel,
  records: readonly ConditionedRecord[],
): Teacher | null {
  if (!records.every(({ name }) => tensors.has(name))) return null;
  const rowsOf = ({ shape: [rows, classes], data }: Tensor) =>
    Array.from({ length: rows }, (_, row) => data.slice(row * classes, (row + 1) * classes));
  return {
    strideSamples: teacherStride(graph),
    logits: new Map([...tensors].map(([name, tensor]) => [name, rowsOf(tensor)])),
  };
}
