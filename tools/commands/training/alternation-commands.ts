import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Comparison } from "../../evaluate/comparison.ts";
import { claimFolder } from "../../files/claim-folder.ts";
import { DataError } from "../../files/data-error.ts";
import { readJson } from "../../files/read-json.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { AlternationSteps } from "../../finetune/alternation.ts";
import type { Width } from "../../quantize/width.ts";
import { runCommand } from "./child-command.ts";

export interface AlternationArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly divergenceBudget: number;
  readonly menu: readonly Width[];
  readonly selectionCrops?: number;
  readonly workers?: number;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
}

/** The JSON document that `compress` prints about a file. */
const PackedReport = z.object({
  widths: z.record(z.string(), z.union([z.int(), z.literal("ternary")])),
  meanBits: z.number(),
  fileBytes: z.number(),
  ratios: z.object({ paper: z.number(), file: z.number(), flash: z.number() }),
  validation: z.custom<Comparison>(),
  test: z.custom<Comparison>().optional(),
});

type PackedReport = z.infer<typeof PackedReport>;

/** The steps of a round as commands, each run once: a file that one has written is taken as it is. */
export class AlternationCommands implements AlternationSteps<PackedReport> {
  /** The words that every command begins with. */
  private readonly common: readonly string[];

  constructor(
    private readonly args: AlternationArguments,
    private readonly trainingWords: readonly string[],
  ) {
    const { data, out, seed, lead, cache, model, divergenceBudget, menu, selectionCrops } = args;
    this.common = ["--data", data, "--seed", String(seed), ...optional("--lead", lead), ...optional("--cache", cache)];
    const plan = {
      model: basename(model),
      data: basename(resolve(data)),
      seed,
      lead,
      divergenceBudget,
      menu,
      selectionCrops,
      trainingWords,
    };
    claimFolder(out, plan, "rounds");
  }

  private path(round: number, kind: string): string {
    return join(this.args.out, `round${round}.${kind}`);
  }

  search(round: number, from: string, budget: number): Promise<PackedReport> {
    const { menu, selectionCrops, workers } = this.args;
    const words = ["--method", "laq", "--menu", menu.join(","), "--divergence-budget", String(budget)];
    const measured = [...optional("--selection-crops", selectionCrops), ...optional("--workers", workers)];
    const journal = ["--journal", this.path(round, "jsonl")];
    return this.compress(from, this.path(round, "search.qhb"), [...words, ...measured, ...journal, "--no-test"]);
  }

  async finetune(round: number, from: string): Promise<string> {
    const out = this.path(round, "safetensors");
    if (existsSync(out)) return out;
    const { model } = this.args;
    const widths = ["--widths", this.path(round, "search.qhb"), "--teacher", model];
    const resume = existsSync(`${out}.checkpoint`) ? ["--resume"] : [];
    await runCommand([
      "finetune",
      "--model",
      from,
      ...widths,
      ...this.common,
      ...this.trainingWords,
      ...resume,
      "--out",
      out,
    ]);
    return out;
  }

  pack(round: number, model: string): Promise<PackedReport> {
    return this.compress(model, this.path(round, "qhb"), ["--method", "trained", "--no-test"]);
  }

  /** Packs the model that is kept, and looks at the test share. */
  packFinal(model: string, out: string): Promise<PackedReport> {
    return this.compress(model, out, ["--method", "trained"]);
  }

  private async compress(model: string, out: string, words: readonly string[]): Promise<PackedReport> {
    const report = `${out}.json`;
    if (!existsSync(report)) {
      const against = ["--against", this.args.model];
      const said = await runCommand(["compress", "--model", model, ...against, ...this.common, ...words, "--out", out]);
      writeWhole(report, new TextEncoder().encode(JSON.stringify(said)));
    }
    const { success, data } = PackedReport.safeParse(readJson(report));
    if (!success) throw new DataError(`${report}: is no report of compress; delete it, and the round is packed again`);
    return data;
  }
}

function optional(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}
