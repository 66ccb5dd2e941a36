import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { writeFloatModel } from "../export/safetensors.ts";
import { parameterCount } from "../graph/costs.ts";
import { buildGraph } from "../graph/families.ts";
import { packPretraining, unpackPretraining } from "../pretrain/checkpoint.ts";
import type { PretrainProgress } from "../pretrain/epoch.ts";
import { pretrainingNetwork } from "../pretrain/network.ts";
import { DEFAULT_PRETRAIN_OPTIONS, type PretrainOptions, pretrainOptions } from "../pretrain/options.ts";
import { pretrain } from "../pretrain/pretrain.ts";
import { FEATURE_KINDS, type FeatureKind } from "../pretrain/token-features.ts";
import { selectBackend } from "../train/backends.ts";
import { countNumber, realNumber, wholeNumber } from "./arguments.ts";
import { readCheckpoint, requireCheckpoint, writeCheckpoint } from "./checkpoint-file.ts";
import { type Fold, parseFold } from "./divide-data.ts";
import { loadUnlabelled, type UnlabelledFolder } from "./load-unlabelled.ts";
import { percent, printJson, printLine, printNote } from "./output.ts";
import { startProgress } from "./progress.ts";

interface PretrainArguments {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly iterations: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly cropSeconds: number;
  readonly gain: number;
  readonly flip: number;
  readonly stretch: number;
  readonly features: FeatureKind;
  readonly clusters: number;
  readonly latentClusters: number;
  readonly latentBlock?: number;
  readonly maskShare: number;
  readonly maskSpan: number;
  readonly seed: number;
  readonly holdOut?: Fold;
  readonly splitSeed?: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const SAMPLES_PER_SECOND = 500;
/** A graph has a head, and a head two classes: fine-tuning puts its own in this one's place. */
const NO_CLASSES = ["0", "1"];
const DEFAULTS = DEFAULT_PRETRAIN_OPTIONS;

/** `qhubert pretrain`. */
export function addPretrainCommand(program: Command): void {
  const { variation, mask } = DEFAULTS;
  program
    .command("pretrain")
    .description("teach a HuBERT what ECG is like, by masked prediction on records without labels")
    .requiredOption("--model <name>", "architecture: hubert-nano or another hubert")
    .requiredOption("--data <folder>", "records; give it again for more folders", (folder, all: string[] = []) => [
      ...all,
      folder,
    ])
    .requiredOption("--out <file>", "the weights to write (.safetensors), for train --init")
    .option("--iterations <n>", "the first on features, others on hidden states", countNumber, DEFAULTS.iterations)
    .option("--epochs <n>", "passes over the records in an iteration", countNumber, DEFAULTS.epochs)
    .option("--batch-size <n>", "crops in a step", countNumber, DEFAULTS.batchSize)
    .option("--learning-rate <rate>", "of AdamW, at its peak", realNumber, DEFAULTS.learningRate)
    .option("--weight-decay <rate>", "decoupled, on weights", realNumber, DEFAULTS.weightDecay)
    .option("--crop-seconds <s>", "of a streaming network", realNumber, DEFAULTS.cropSamples / SAMPLES_PER_SECOND)
    .option("--gain <deviation>", "of the logarithm of a crop's gain", realNumber, variation.gainDeviation)
    .option("--flip <chance>", "that a crop is upside down", realNumber, variation.flipChance)
    .option("--stretch <share>", "a crop runs faster or slower by up to this", realNumber, variation.stretch)
    .addOption(
      new Option("--features <kind>", "what the first clusters are of")
        .choices(FEATURE_KINDS)
        .default(DEFAULTS.features),
    )
    .option("--clusters <n>", "of features", wholeNumber, DEFAULTS.clusters)
    .option("--latent-clusters <n>", "of hidden states", wholeNumber, DEFAULTS.latentClusters)
    .option("--latent-block <n>", "whose hidden states are clustered (default: the middle one)", countNumber)
    .option("--mask-share <share>", "of a crop's tokens", realNumber, mask.share)
    .option("--mask-span <n>", "tokens in a row that are masked together", countNumber, mask.spanTokens)
    .option("--seed <n>", "of weights, clusters, crops and masks", wholeNumber, DEFAULTS.seed)
    .option("--hold-out <k/n>", "leave out the records that train --fold k/n tests on", parseFold)
    .option("--split-seed <n>", "of that division (default: --seed)", wholeNumber)
    .option("--lead <name|index|all>", "lead of records with several (default: II, else the first)")
    .option("--cache <folder>", "where conditioned records are kept")
    .option("--resume", "go on from the checkpoint beside --out")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert pretrain --model hubert-nano --data cinc2017 --data ptbxl --out pretrained.safetensors",
    )
    .action(runPretrain);
}

async function runPretrain(args: PretrainArguments): Promise<void> {
  const { model: family, out, json } = args;
  // What is wrong in the arguments is told before the data is read.
  const graph = buildGraph(family, NO_CLASSES);
  pretrainingNetwork(graph);
  const options = pretrainOptions(optionsOf(args));
  const checkpointPath = `${out}.checkpoint`;
  if (args.resume) requireCheckpoint(checkpointPath, "pretrain");
  const folders = await loadFolders(args);
  const data = folders.map(({ name, records, heldOut }) => ({ name, records: records.length, heldOut }));
  const plan = { model: family, data, lead: args.lead, holdOut: holdOutText(args), ...options };
  const resumed = args.resume ? readCheckpoint(checkpointPath, plan, unpackPretraining) : undefined;
  mkdirSync(dirname(out), { recursive: true });
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const progress = startProgress("pretraining");
  const { model, collapse } = await pretrain({
    graph,
    records: folders.flatMap(({ records }) => records),
    options,
    resume: resumed,
    onClusters: (iteration, { usage, points, reseeded }) =>
      printNote(
        `clusters: iteration ${iteration}, ${usage.clusters} of ${points} tokens, perplexity ` +
          `${usage.perplexity.toFixed(1)}, ${reseeded} were empty and begun anew`,
      ),
    onProgress: (state) => {
      const epochsBefore = (state.iteration - 1) * options.epochs + state.epoch - 1;
      const total = options.iterations * options.epochs * state.steps;
      progress.update(epochsBefore * state.steps + state.step, total, progressNote(state, options));
    },
    onCheckpoint: (state) => writeCheckpoint(checkpointPath, packPretraining(state), plan),
  });
  progress.end();
  const facts = { ...model.facts, data, lead: args.lead ?? null, holdOut: holdOutText(args) };
  writeFloatModel(out, { ...model, facts });
  rmSync(checkpointPath, { force: true });
  if (collapse) printNote(collapse);
  const { history } = model.facts.pretraining as { history: readonly PretrainProgress[] };
  const last = history[history.length - 1];
  if (json) return printJson({ model: out, parameters: parameterCount(graph), collapse, history });
  const records = data.reduce((sum, folder) => sum + folder.records, 0);
  printLine(`${out}: ${family}, pretrained on ${records} records of ${data.map(({ name }) => name).join(", ")}`);
  printLine(`last epoch: ${epochText(last)}`);
}

async function loadFolders(args: PretrainArguments): Promise<UnlabelledFolder[]> {
  const { lead, cache, seed, splitSeed = seed, holdOut: fold } = args;
  const holdOut = fold ? { seed: splitSeed, fold } : undefined;
  const folders: UnlabelledFolder[] = [];
  for (const folder of args.data) folders.push(await loadUnlabelled(folder, { lead, cache, holdOut }));
  return folders;
}

function holdOutText({ holdOut, seed, splitSeed = seed }: PretrainArguments): string | null {
  return holdOut ? `fold ${holdOut.number}/${holdOut.of}, seed ${splitSeed}` : null;
}

function optionsOf(args: PretrainArguments): Partial<PretrainOptions> {
  const { seed, iterations, epochs, batchSize, learningRate, weightDecay, features, clusters, latentClusters } = args;
  return {
    ...{ seed, iterations, epochs, batchSize, learningRate, weightDecay, features, clusters, latentClusters },
    cropSamples: Math.round(SAMPLES_PER_SECOND * args.cropSeconds),
    variation: { gainDeviation: args.gain, flipChance: args.flip, stretch: args.stretch },
    latentBlock: args.latentBlock ?? null,
    mask: { share: args.maskShare, spanTokens: args.maskSpan },
  };
}

function progressNote(progress: PretrainProgress, { iterations, epochs }: PretrainOptions): string {
  const { iteration, epoch, cropsPerSecond } = progress;
  const where = `iteration ${iteration} of ${iterations}, epoch ${epoch} of ${epochs}`;
  return `${where}, ${epochText(progress)}, ${cropsPerSecond.toFixed(0)} crops/s`;
}

type EpochFigures = Pick<PretrainProgress, "loss" | "accuracy" | "labels" | "guesses">;

function epochText({ loss, accuracy, labels, guesses }: EpochFigures): string {
  const chance = `${percent(accuracy)} of masked tokens right (the largest cluster has ${percent(labels.largestShare)})`;
  const usage = `${guesses.used} of ${guesses.clusters} clusters guessed, ${labels.used} there`;
  const perplexity = `perplexity ${guesses.perplexity.toFixed(1)} of ${labels.perplexity.toFixed(1)}`;
  return `loss ${loss.toFixed(3)}, ${chance}, ${usage}, ${perplexity}`;
}
