import { existsSync } from "node:fs";
import { DataError } from "../data/record.ts";
import { readSafetensors, writeSafetensors } from "../export/safetensors-format.ts";
import { type Checkpoint, packCheckpoint, unpackCheckpoint } from "../train/checkpoint.ts";
import type { TrainingState } from "../train/state.ts";
import { firstDifference } from "./first-difference.ts";

/** @param plan all that decides what a run comes to: it must be the same when the run goes on */
export function writeCheckpoint(path: string, state: TrainingState, plan: object): void {
  const { tensors, facts } = packCheckpoint(state);
  writeSafetensors(path, { tensors, metadata: { facts: JSON.stringify(facts), plan: JSON.stringify(plan) } });
}

/** Throws DataError where there is no such file. */
export function requireCheckpoint(path: string): void {
  if (!existsSync(path)) throw new DataError(`${path}: no such checkpoint; train without --resume first`);
}

/** Throws DataError where the file is damaged, and where it is of a run with another plan. */
export function readCheckpoint(path: string, plan: object): TrainingState {
  let kept: string | undefined;
  let state: TrainingState;
  try {
    const { tensors, metadata } = readSafetensors(path);
    kept = metadata.plan;
    state = unpackCheckpoint({ tensors, facts: JSON.parse(metadata.facts) as Checkpoint["facts"] });
  } catch (error) {
    throw new DataError(`${path}: is no checkpoint that can be resumed (${(error as Error).message})`);
  }
  const difference = firstDifference(JSON.parse(kept ?? "{}"), JSON.parse(JSON.stringify(plan)));
  if (difference) throw new DataError(`${path}: is of another run: ${difference}`);
  return state;
}
