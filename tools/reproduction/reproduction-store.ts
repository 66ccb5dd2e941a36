import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CompressionRatios } from "../export/accounting.ts";
import { openFloatModel } from "../export/model-files.ts";
import { readCheckpoint, writeCheckpoint } from "../export/safetensors/checkpoint-file.ts";
import { writeFloatModel } from "../export/safetensors/safetensors.ts";
import { DataError } from "../files/data-error.ts";
import { firstDifference } from "../files/first-difference.ts";
import { readJson } from "../files/read-json.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { FloatModel } from "../graph/model.ts";
import { packCheckpoint, unpackCheckpoint } from "../train/checkpoint.ts";
import type { TrainingState } from "../train/state.ts";

/** A finished row, with all that it takes to be scored again. */
export interface KeptRow {
  readonly method: string;
  /** Class indices of the test records, in their order. */
  readonly predictions: readonly number[];
  /** Null in float. */
  readonly ratios: CompressionRatios | null;
  readonly meanBits: number;
}

/**
 * The finished parts of a reproduction in a folder: `run.json` (the plan: all that decides the run's outcome),
 * `float.checkpoint` while it trains, then `float.safetensors`, and for each finished row its `.json` and `.qhb`.
 */
export class ReproductionStore {
  readonly #folder: string;
  readonly #plan: object;

  private constructor(folder: string, plan: object) {
    this.#folder = folder;
    this.#plan = plan;
  }

  /**
   * Clears the files of an earlier run or, with `resume`, goes on from them. Throws DataError where there is no run to
   * resume, or one of another plan.
   */
  static open(folder: string, plan: object, methods: readonly string[], resume: boolean): ReproductionStore {
    const store = new ReproductionStore(folder, plan);
    if (resume) store.#checkPlan();
    else store.#clear(methods);
    return store;
  }

  #checkPlan(): void {
    const path = join(this.#folder, "run.json");
    if (!existsSync(path)) throw new DataError(`${path}: no such run; reproduce without --resume first`);
    const difference = firstDifference(readJson(path), JSON.parse(JSON.stringify(this.#plan)));
    if (difference) throw new DataError(`${path}: is of another run: ${difference}`);
  }

  #clear(methods: readonly string[]): void {
    mkdirSync(this.#folder, { recursive: true });
    const files = [
      "float.checkpoint",
      "float.safetensors",
      ...methods.flatMap((name) => [rowFile(name), modelFile(name)]),
    ];
    for (const file of files) rmSync(join(this.#folder, file), { force: true });
    this.#writeJson("run.json", this.#plan);
  }

  checkpoint(): TrainingState | undefined {
    const path = join(this.#folder, "float.checkpoint");
    return existsSync(path) ? readCheckpoint(path, this.#plan, unpackCheckpoint) : undefined;
  }

  writeCheckpoint(state: TrainingState): void {
    writeCheckpoint(join(this.#folder, "float.checkpoint"), packCheckpoint(state), this.#plan);
  }

  floatModel(): FloatModel | undefined {
    const path = join(this.#folder, "float.safetensors");
    return existsSync(path) ? openFloatModel(path) : undefined;
  }

  writeFloatModel(model: FloatModel): void {
    writeFloatModel(join(this.#folder, "float.safetensors"), model);
    rmSync(join(this.#folder, "float.checkpoint"), { force: true });
  }

  row(method: string): KeptRow | undefined {
    const path = join(this.#folder, rowFile(method));
    return existsSync(path) ? (readJson(path) as KeptRow) : undefined;
  }

  writeRow(row: KeptRow, file: Uint8Array | null): void {
    if (file) writeWhole(join(this.#folder, modelFile(row.method)), file);
    this.#writeJson(rowFile(row.method), row);
  }

  #writeJson(file: string, value: unknown): void {
    writeWhole(join(this.#folder, file), new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  }
}

function rowFile(method: string): string {
  return `${method.replace(":", "-")}.json`;
}

function modelFile(method: string): string {
  return `${method.replace(":", "-")}.qhb`;
}
