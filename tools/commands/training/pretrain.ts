import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { Fold } from "../../data/division.ts";
import type { HeldOut } from "../../data/unlabelled-folder.ts";
import { readCheckpoint, requireCheckpoint, writeCheckpoint } from "../../export/safetensors/checkpoint-file.ts";
import { writeFloatModel } from "../../export/safetensors/safetensors.ts";
import { parameterCount } from "../../graph/costs.ts";
import { buildGraph } from "../../graph/families.ts";
import type { Graph } from "../../graph/graph.ts";
import { packPretraining, unpackPretraining } from "../../pretrain/checkpoint.ts";
import type { PretrainProgress } from "../../pretrain/epoch.ts";
import type { PretrainOptions } from "../../pretrain/options.ts";
import { type PretrainRequest, type PretrainResult, pretrain, pretrainingPlan } from "../../pretrain/pretrain.ts";
import type { PretrainEpochRecord } from "../../pretrain/state.ts";
import { selectBackend } from "../../train/backends.ts";
import { loadUnlabelled, type UnlabelledFolder } from "../records/load-unlabelled.ts";
import { CACHE_OPTION, parseFold, wholeNumber } from "../terminal/arguments.ts";
import { percent, printJson, printLine, printNote } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";
import { addPretrainOptions, type PretrainOptionArguments, pretrainOptionsOf } from "./pretrain-options.ts";

interface PretrainArguments extends PretrainOptionArguments {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly holdOut?: Fold | typeof TENTHS;
  readonly splitSeed?: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** In the place of a fold: the division that train makes without one. */
const TENTHS = "tenths";

/** A graph has a head, and a head two classes: fine-tuning puts its own in this one's place. */
const NO_CLASSES = ["0", "1"];

/** `qhubert pretrain`. */
export function addPretrainCommand(program: Command): void {
  const command = program
    .command("pretrain")
    .description("teach a HuBERT what ECG is like, by masked prediction on records without labels")
    .requiredOption("--model <name>", "architecture: hubert-nano or another hubert")
    .requiredOption("--data <folder>", "records; give it again for more folders", (folder, all: string[] = []) => [
      ...all,
      folder,
    ])
    .requiredOption("--out <file>", "the weights to write (.safetensors), for train --init");
  addPretrainOptions(command)
    .option(
      "--hold-out <k/n|tenths>",
      "leave out the records that train --fold k/n tests on, or those that train without --fold validates and tests on",
      (text) => (text === TENTHS ? text : parseFold(text)),
    )
    .option("--split-seed <n>", "of that division (default: --seed)", wholeNumber)
    .option("--lead <name|index|all>", "lead of records with several (default: II, else the first)")
    .addOption(CACHE_OPTION)
    .option("--resume", "go on from the checkpoint beside --out")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert pretrain --model hubert-nano --data cinc2017 --data ptbxl --out pretrained.safetensors",
    )
    .action(runPretrain);
}

async function runPretrain(args: PretrainArguments): Promise<void> {
  const { model: family, out, lead = null } = args;
  // What is wrong in the arguments is told before the data is read.
  const graph = buildGraph(family, NO_CLASSES);
  const { options } = pretrainingPlan(graph, pretrainOptionsOf(args));
  const checkpointPath = `${out}.checkpoint`;
  if (args.resume) requireCheckpoint(checkpointPath, "pretrain");
  const folders = await loadFolders(args);
  const data = folders.map(({ name, records, heldOut }) => ({ name, records: records.length, heldOut }));
  const source = { data, lead, holdOut: holdOutText(args) };
  const plan = { model: family, ...source, ...options };
  const resume = args.resume ? readCheckpoint(checkpointPath, plan, unpackPretraining) : undefined;
  mkdirSync(dirname(out), { recursive: true });
  const result = await pretrainWithProgress(options, {
    graph,
    records: folders.flatMap(({ records }) => records),
    resume,
    onCheckpoint: (state) => writeCheckpoint(checkpointPath, packPretraining(state), plan),
  });
  writeFloatModel(out, { ...result.model, facts: { ...result.model.facts, ...source } });
  rmSync(checkpointPath, { force: true });
  printResult(args, graph, source.data, result);
}

async function loadFolders(args: PretrainArguments): Promise<UnlabelledFolder[]> {
  const { lead, cache } = args;
  const holdOut = heldOut(args);
  const folders: UnlabelledFolder[] = [];
  for (const folder of args.data) folders.push(await loadUnlabelled(folder, { lead, cache, holdOut }));
  return folders;
}

function heldOut({ holdOut, seed, splitSeed = seed }: PretrainArguments): HeldOut | undefined {
  if (holdOut === undefined) return undefined;
  if (holdOut === TENTHS) return { division: { seed: splitSeed }, shares: ["validation", "test"] };
  return { division: { seed: splitSeed, fold: holdOut }, shares: ["test"] };
}

function holdOutText({ holdOut, seed, splitSeed = seed }: PretrainArguments): string | null {
  if (holdOut === undefined) return null;
  const shares = holdOut === TENTHS ? "validation and test tenths" : `fold ${holdOut.number}/${holdOut.of}`;
  return `${shares}, seed ${splitSeed}`;
}

async function pretrainWithProgress(options: PretrainOptions, request: PretrainRequest): Promise<PretrainResult> {
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const { iterations, epochs } = options;
  const progress = startProgress("pretraining");
  const result = await pretrain({
    ...request,
    options,
    onClusters: (iteration, { usage, points, reseeded }) =>
      printNote(
        `clusters: iteration ${iteration}, ${usage.clusters} of ${points} tokens, perplexity ` +
          `${usage.perplexity.toFixed(1)}, ${reseeded} were empty and begun anew`,
      ),
    onProgress: (now) => {
      const done = ((now.iteration - 1) * epochs + now.epoch - 1) * now.steps + now.step;
      progress.update(done, iterations * epochs * now.steps, progressText(now, options));
    },
  });
  progress.end();
  return result;
}

function progressText(now: PretrainProgress, { iterations, epochs }: PretrainOptions): string {
  const where = `iteration ${now.iteration} of ${iterations}, epoch ${now.epoch} of ${epochs}`;
  return `${where}, ${epochText(now)}, ${now.cropsPerSecond.toFixed(0)} crops/s`;
}

function epochText({ loss, accuracy, labels, guesses }: PretrainEpochRecord): string {
  const right = `${percent(accuracy)} of masked tokens right (the largest cluster has ${percent(labels.largestShare)})`;
  const usage = `${guesses.used} of ${guesses.clusters} clusters guessed, ${labels.used} there`;
  const perplexity = `perplexity ${guesses.perplexity.toFixed(1)} of ${labels.perplexity.toFixed(1)}`;
  return `loss ${loss.toFixed(3)}, ${right}, ${usage}, ${perplexity}`;
}

function printResult(
  { model: family, out, json }: PretrainArguments,
  graph: Graph,
  data: readonly { readonly name: string; readonly records: number }[],
  { history, collapse }: PretrainResult,
): void {
  if (collapse) printNote(collapse);
  if (json) {
    printJson({ model: out, parameters: parameterCount(graph), collapse, history });
    return;
  }
  const records = data.reduce((sum, folder) => sum + folder.records, 0);
  printLine(`${out}: ${family}, pretrained on ${records} records of ${data.map(({ name }) => name).join(", ")}`);
  printLine(`last epoch: ${epochText(history[history.length - 1])}`);
}
