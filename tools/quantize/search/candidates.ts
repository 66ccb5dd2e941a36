import type { ConditionedRecord } from "../../data/record.ts";
import { requireEngineNodes } from "../../export/lower/engine-node.ts";
import { modelHash } from "../../export/model-hash.ts";
import { pack } from "../../export/pack.ts";
import { networkTiming } from "../../export/plan/timing.ts";
import { sha256 } from "../../files/sha256.ts";
import type { FloatModel } from "../../graph/model.ts";
import { cropLogits, type LossLimit, measureOutcome, type Outcome } from "../loss/engine-loss.ts";
import { lastDecisionAlone } from "../loss/last-decision.ts";
import { missingClasses, type SelectionCrop, selectCrops, withFloatLogits } from "../loss/selection-set.ts";
import {
  DEFAULT_QUANTIZATION,
  type QuantizationOptions,
  QuantizationState,
  type StartingPoint,
} from "../quantization-state.ts";
import type { Widths } from "../width.ts";
import type { GradientAt } from "./hessian-trace.ts";
import { Journal, type JournalHeader } from "./journal.ts";
import { WidthOutcomes } from "./width-outcomes.ts";

/** The model that candidates are made from, and the records that they are judged by. */
export interface CandidateOptions {
  readonly model: FloatModel;
  /** The selection set: never the set that results are reported on. */
  readonly records: readonly ConditionedRecord[];
  readonly seed: number;
  /** The network that outcomes are measured against: for a fine-tuned model its float origin; default the model. */
  readonly reference?: FloatModel;
  readonly quantization?: QuantizationOptions;
  /** Crops that candidates are judged by; default 2,000, but no more than 3 a record. */
  readonly selectionCrops?: number;
  /** Crops that activation ranges and batch-norm statistics come from; default 32. */
  readonly calibrationCrops?: number;
  /** Threads that share the crops; default 1. The outcome does not depend on it. */
  readonly workers?: number;
  /** File of the evaluations: a search that was interrupted goes on from there. */
  readonly journal?: string;
  /** Gives a measure of importance the gradient of the decisions on some crops; `decisionGradient` of tools/finetune does. */
  readonly gradient?: (model: FloatModel, crops: readonly SelectionCrop[]) => GradientAt;
  /** Called with a sentence about a choice that the user may not have meant. */
  readonly onNote?: (text: string) => void;
}

const SELECTION_CROPS = 2000;
const CROPS_A_RECORD = 3;
const CALIBRATION_CROPS = 32;

/** A model at any widths, measured on the engine. */
export interface Candidates {
  readonly model: FloatModel;
  readonly state: QuantizationState;
  readonly crops: readonly SelectionCrop[];
  readonly calibration: readonly Int16Array[];
  readonly outcomes: WidthOutcomes;
  /** Null where nobody gave gradients. */
  readonly gradient: ((crops: readonly SelectionCrop[]) => GradientAt) | null;
  readonly onNote: (text: string) => void;
  close(): Promise<void>;
}

/**
 * Opens a model's candidates.
 * @param start widths or integers of the first state
 * @param method the other options that a search's course depends on, for the journal
 * Throws RangeError on a label that the model does not know, on no records, on weights that are no numbers and on a node that
 * the engine has no op for; DataError on a journal of another search.
 */
export function openCandidates(options: CandidateOptions, start: StartingPoint, method: unknown): Candidates {
  const { model, records, seed, quantization = DEFAULT_QUANTIZATION, workers = 1, onNote = () => {} } = options;
  requireEngineNodes(model.graph);
  const count = options.selectionCrops ?? Math.min(SELECTION_CROPS, CROPS_A_RECORD * records.length);
  const selected = selectCrops(records, model.graph, count, seed);
  const calibrated = selectCrops(records, model.graph, options.calibrationCrops ?? CALIBRATION_CROPS, seed + 1);
  const header = (): JournalHeader => ({
    model: modelHash(model),
    selection: cropsHash(selected),
    calibration: cropsHash(calibrated),
    options: JSON.parse(JSON.stringify({ quantization, method })),
  });
  const journal = options.journal === undefined ? null : Journal.open(options.journal, header());
  const missing = missingClasses(selected, model.graph);
  if (missing.length > 0) {
    onNote(`no crop of the selection set is of class ${missing.join(", ")}: no choice looks at what becomes of it`);
  }
  const crops = withFloatLogits(options.reference ?? model, selected);
  const calibration = calibrated.map(({ samples }) => samples);
  const state = new QuantizationState(model, calibration, start, quantization);
  const source = cropLogits(crops, workers);
  const graph = lastDecisionAlone(model.graph, crops[0].samples.length);
  const { tickSamples } = networkTiming(model.graph);
  const measure = (widths: Widths, limit: LossLimit): Promise<Outcome> =>
    measureOutcome(pack({ ...state.network(widths), graph }, { tickSamples }), crops, limit, source);
  const outcomes = new WidthOutcomes([...state.layers.keys()], crops.length, measure, journal);
  const given = options.gradient;
  const gradient = given ? (some: readonly SelectionCrop[]) => given(model, some) : null;
  return { model, state, crops, calibration, outcomes, gradient, onNote, close: () => source.close() };
}

function cropsHash(crops: readonly Pick<SelectionCrop, "samples" | "classIndex">[]): string {
  return sha256(crops.flatMap(({ samples, classIndex }) => [`${classIndex}`, samples]));
}
