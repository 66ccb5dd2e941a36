import { existsSync } from "node:fs";
import { DataError } from "../../files/data-error.ts";
import { firstDifference } from "../../files/first-difference.ts";
import type { Tensor } from "../../graph/model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors-format.ts";

/** A run's state as tensors and one JSON value. */
interface Packed<Facts> {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly facts: Facts;
}

/** Writes a run's state. @param plan everything that decides the run's result: it must be the same when the run goes on */
export function writeCheckpoint(path: string, { tensors, facts }: Packed<object>, plan: object): void {
  writeSafetensors(path, { tensors, metadata: { facts: JSON.stringify(facts), plan: JSON.stringify(plan) } });
}

/** Throws DataError where there is no such file. */
export function requireCheckpoint(path: string, command: string): void {
  if (!existsSync(path)) throw new DataError(`${path}: no such checkpoint; ${command} without --resume first`);
}

/**
 * Reads a run's state.
 * @param unpack makes the state from what was written
 * Throws DataError where the file is damaged, and where it is of a run with another plan.
 */
export function readCheckpoint<Facts, State>(
  path: string,
  plan: object,
  unpack: (packed: Packed<Facts>) => State,
): State {
  let kept: unknown;
  let state: State;
  try {
    const { tensors, metadata } = readSafetensors(path);
    kept = JSON.parse(metadata.plan ?? "{}");
    state = unpack({ tensors, facts: JSON.parse(metadata.facts) as Facts });
  } catch (error) {
    throw new DataError(`${path}: is no checkpoint that can be resumed (${(error as Error).message})`);
  }
  const difference = firstDifference(kept, JSON.parse(JSON.stringify(plan)));
  if (difference) throw new DataError(`${path}: is of another run: ${difference}`);
  return state;
}
