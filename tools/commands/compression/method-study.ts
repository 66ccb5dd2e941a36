import { existsSync, readFileSync } from "node:fs";
import { divideData, divisionOf } from "../../data/division.ts";
import { DataError } from "../../files/data-error.ts";
import { firstDifference } from "../../files/first-difference.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { FloatModel } from "../../graph/model.ts";
import { type Candidates, openCandidates } from "../../quantize/search/candidates.ts";
import { runStudy, type StudyOptions } from "../../quantize/study/run-study.ts";
import type { Study, StudyMethod } from "../../quantize/study/study.ts";
import { loadData } from "../records/load-data.ts";
import { printNote } from "../terminal/output.ts";
import { candidateOptionsOf, type QuantizerArguments } from "./search-options.ts";
import { ShareComparer } from "./share-comparer.ts";

export interface MethodStudyArguments extends QuantizerArguments {
  readonly data: string;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
}

/** One model's study and where it is kept. */
export interface MethodStudyPlan extends Omit<StudyOptions, "kept" | "compare" | "onMethod"> {
  readonly path: string;
  readonly model: FloatModel;
  readonly out: string;
}

/**
 * Chooses by the validation share of the model's own division and reports on its test share; begun before, it goes on from
 * `out` and the journal beside it. Throws DataError where these are of something else.
 */
export async function methodStudy(args: MethodStudyArguments, plan: MethodStudyPlan): Promise<Study> {
  const { path, model, out, menu } = plan;
  const begun = readStudy(out);
  const data = await loadData(args.data, { ...args, knownTo: { model: path, classes: model.graph.classes } });
  const split = divideData(data, divisionOf(model.facts, args.seed));
  const journal = `${out}.journal`;
  const options = { ...candidateOptionsOf(args), model, records: split.validation, seed: args.seed, journal };
  const opened: { close(): Promise<void> }[] = [];
  const open = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const candidates = open(openCandidates(options, menu[menu.length - 1], "compare-methods"));
    const validation = open(await ShareComparer.start(model, split.validation, args.workers));
    const test = open(await ShareComparer.start(model, split.test, args.workers));
    let study = emptyStudy(args, path, { name: data.name, candidates, validation, test });
    const kept = begun === null ? [] : keptMethods(out, begun, study);
    await runStudy(candidates, {
      ...plan,
      kept,
      compare: async (file) => {
        const [chosenBy, reported] = [await validation.decide(file), await test.decide(file)];
        const shares = { validation: validation.compare(chosenBy), test: test.compare(reported) };
        return { ...shares, decisions: reported.join(" ") };
      },
      onMethod: (method) => {
        study = { ...study, methods: [...study.methods, method] };
        if (study.methods.length >= kept.length) writeStudy(out, study);
        const { correct, records } = correctOf(method);
        printNote(`${method.label}: ${method.fileBytes} B, ${correct} of ${records} right`);
      },
    });
    writeStudy(out, study);
    return study;
  } finally {
    await Promise.all(opened.map((resource) => resource.close()));
  }
}

function emptyStudy(
  args: MethodStudyArguments,
  path: string,
  made: {
    /** Of the data. */
    readonly name: string;
    readonly candidates: Candidates;
    readonly validation: ShareComparer;
    readonly test: ShareComparer;
  },
): Study {
  const { candidates, validation, test } = made;
  return {
    kind: "study",
    model: path,
    data: {
      name: made.name,
      share: "test",
      records: test.truths.length,
      selectionRecords: validation.truths.length,
      selectionCrops: candidates.crops.length,
      seed: args.seed,
    },
    quantization: candidateOptionsOf(args).quantization,
    classes: candidates.model.graph.classes,
    float: test.float,
    truths: test.truths.join(" "),
    floatDecisions: test.floatPredictions.join(" "),
    methods: [],
  };
}

function correctOf({ test: { compressed } }: StudyMethod): { correct: number; records: number } {
  return { correct: Math.round(compressed.accuracy * compressed.records), records: compressed.records };
}

/** A study begun before, null where there is none. Throws DataError on a file that is no study. */
function readStudy(path: string): Study | null {
  if (!existsSync(path)) return null;
  let found: Study | null = null;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch {}
  if (found?.kind === "study" && Array.isArray(found.methods)) return found;
  throw new DataError(`${path}: is no study to go on with; expected the JSON of compare-methods or no file`);
}

/** Its methods. Throws DataError where it is of something else than this one. */
function keptMethods(path: string, begun: Study, study: Study): readonly StudyMethod[] {
  const difference = firstDifference({ ...begun, methods: [] }, JSON.parse(JSON.stringify(study)));
  if (difference) throw new DataError(`${path}: is of another study: ${difference}`);
  return begun.methods;
}

function writeStudy(path: string, study: Study): void {
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(study, null, 1)}\n`));
}
