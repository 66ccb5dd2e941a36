import type { ConditionedRecord } from "../data/record.ts";
import type { FloatModel } from "../graph/model.ts";
import type { QuantizationOptions } from "../quantize/quantization-state.ts";
import { type CandidateOptions, type Candidates, openCandidates } from "../quantize/search/candidates.ts";
import { runStudy, type StudyOptions } from "../quantize/study/run-study.ts";
import type { Study, StudyMethod } from "../quantize/study/study.ts";
import { ShareComparer } from "./share-comparer.ts";
import { keptMethods, writeStudy } from "./study-file.ts";

/** A study of one model's methods, and the file that keeps it. */
interface MethodStudyPlan {
  /** The model's file as it was named. */
  readonly path: string;
  readonly model: FloatModel;
  readonly data: {
    readonly name: string;
    /** Records that the methods choose by. */
    readonly validation: readonly ConditionedRecord[];
    /** Records that are reported on. */
    readonly test: readonly ConditionedRecord[];
  };
  readonly out: string;
  /** The study that `out` holds from an earlier run. */
  readonly begun: Study | null;
  readonly candidates: Omit<CandidateOptions, "model" | "records" | "journal"> & {
    readonly quantization: QuantizationOptions;
    readonly workers: number;
  };
  readonly study: Omit<StudyOptions, "kept" | "compare" | "onMethod">;
  readonly onMethod: (method: StudyMethod) => void;
}

/**
 * Runs a study: methods choose by the validation share and are reported on the test share. A study that was begun before goes on from
 * `out` and the journal beside it. Throws DataError where these belong to another study.
 */
export async function methodStudy(plan: MethodStudyPlan): Promise<Study> {
  const { model, data, out, begun } = plan;
  const { menu } = plan.study;
  const options = { ...plan.candidates, model, records: data.validation, journal: `${out}.journal` };
  const opened: { close(): Promise<void> }[] = [];
  const open = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const candidates = open(openCandidates(options, menu[menu.length - 1], "compare-methods"));
    const validation = open(await ShareComparer.start(model, data.validation, options.workers));
    const test = open(await ShareComparer.start(model, data.test, options.workers));
    let study = emptyStudy(plan, candidates, validation, test);
    const kept = begun === null ? [] : keptMethods(out, begun, study);
    await runStudy(candidates, {
      ...plan.study,
      kept,
      compare: async (file) => {
        const [chosenBy, reported] = [await validation.decide(file), await test.decide(file)];
        const shares = { validation: validation.compare(chosenBy), test: test.compare(reported) };
        return { ...shares, decisions: reported.join(" ") };
      },
      onMethod: (method) => {
        study = { ...study, methods: [...study.methods, method] };
        if (study.methods.length >= kept.length) writeStudy(out, study);
        plan.onMethod(method);
      },
    });
    writeStudy(out, study);
    return study;
  } finally {
    await Promise.all(opened.map((resource) => resource.close()));
  }
}

function emptyStudy(
  { path, data, candidates: { quantization, seed } }: MethodStudyPlan,
  { crops, model }: Candidates,
  validation: ShareComparer,
  test: ShareComparer,
): Study {
  return {
    kind: "study",
    model: path,
    data: {
      name: data.name,
      share: "test",
      records: test.truths.length,
      selectionRecords: validation.truths.length,
      selectionCrops: crops.length,
      seed,
    },
    quantization,
    classes: model.graph.classes,
    float: test.float,
    truths: test.truths.join(" "),
    floatDecisions: test.floatPredictions.join(" "),
    methods: [],
  };
}
