import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeFloatModel } from "../../export/safetensors/safetensors.ts";
import { importStateDict } from "../../export/state-dict/import-state-dict.ts";
import { DataError } from "../../files/data-error.ts";
import { parameterCount } from "../../graph/costs.ts";
import { buildGraph, FAMILY_NAMES } from "../../graph/families.ts";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { printJson, printLine, printNote } from "../terminal/output.ts";

const MAX_CLASS_LETTERS = 64;

interface ImportArguments {
  readonly in: string;
  readonly out: string;
  readonly model: string;
  readonly classes: readonly string[];
  readonly json?: boolean;
}

/** Adds `qhubert import`. */
export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("bring weights trained in PyTorch and published as safetensors into a float model")
    .addOption(
      new Option("--from <source>", "how the weights are distributed").choices(["huggingface"]).makeOptionMandatory(),
    )
    .requiredOption("--in <file>", "a PyTorch state dict (.safetensors), its tensors named as docs/import.md says")
    .requiredOption("--out <file>", "the model to write (.safetensors)")
    .requiredOption("--model <name>", `the network: ${FAMILY_NAMES.join(", ")}`)
    .requiredOption("--classes <names>", "the classes in the order of the logits, commas between", classNames)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert import --from huggingface --in weights.safetensors --model resnet1d-edge " +
        "--classes N,A,O,~ --out model.safetensors",
    )
    .action(runImport);
}

function runImport({ in: path, out, model: family, classes, json }: ImportArguments): void {
  const graph = buildGraph(family, classes);
  const model = openStateDict(path, graph);
  mkdirSync(dirname(out), { recursive: true });
  writeFloatModel(out, model);
  for (const name of (model.facts.leftOut as string[] | undefined) ?? []) {
    printNote(`tensor ${name} is of pretraining alone: left out`);
  }
  if (model.facts.hasClassifier === false) {
    printNote("no classifier in the file: zeros in its place, to be trained (train --init)");
  }
  const result = { model: out, network: family, classes, parameters: parameterCount(graph), ...model.facts };
  if (json) printJson(result);
  else printLine(`${out}: ${family}, classes ${classes.join(" ")}, ${result.parameters} parameters from ${path}`);
}

function openStateDict(path: string, graph: Graph): FloatModel {
  try {
    return importStateDict(path, graph);
  } catch (error) {
    throw new DataError((error as Error).message);
  }
}

function classNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name, at) => name === "" || name.length > MAX_CLASS_LETTERS || names.indexOf(name) < at);
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(`expected distinct names of 1 to ${MAX_CLASS_LETTERS} letters, found "${wrong}".`);
}
