import type { Comparison } from "../../evaluate/comparison.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import type { CompressionRatios } from "../../export/accounting.ts";
import type { QuantizationOptions } from "../quantization-state.ts";
import type { Width } from "../width.ts";

/**
 * Methods of compression side by side. Each chose its widths on the validation share alone, with the same quantizer, and is reported on
 * the test share. `qhubert compare-methods` writes a study and `qhubert report` draws it: plain JSON.
 */
export interface Study {
  readonly kind: "study";
  /** The model's file as it was named. */
  readonly model: string;
  readonly data: {
    readonly name: string;
    /** The share that is reported: "test". */
    readonly share: string;
    readonly records: number;
    /** Number of records of the validation share, which the methods chose by. */
    readonly selectionRecords: number;
    readonly selectionCrops: number;
    readonly seed: number;
  };
  /** Options of the quantizer, the same for every method. */
  readonly quantization: QuantizationOptions;
  readonly classes: readonly string[];
  /** The float network on the reported share. */
  readonly float: RhythmScore;
  /** Class indices of the reported records, separated by spaces: the true ones, and what the float network decides. */
  readonly truths: string;
  readonly floatDecisions: string;
  readonly methods: readonly StudyMethod[];
}

export type MethodName = "uniform" | "no-laq" | "literal-laq" | "robust-laq" | "greedy" | "knapsack" | "random";

export interface StudyMethod {
  readonly name: MethodName;
  /** Name for people, such as "robust LAQ, 0.005 nats". Unique in a study. */
  readonly label: string;
  readonly widths: Readonly<Record<string, Width>>;
  /** The label of the method whose bytes this method had to meet; null where it had no such aim. */
  readonly size: string | null;
  /** Mean bits of the conv and dense weights. */
  readonly meanBits: number;
  readonly fileBytes: number;
  readonly ratios: CompressionRatios;
  /** Seed of a random mix; else null. */
  readonly seed: number | null;
  /** Evaluations of the engine that the search made and no earlier method had made; 0 where nothing was searched. */
  readonly evaluations: number;
  readonly validation: Comparison;
  readonly test: Comparison;
  /** Decisions on the reported records, written as `truths`. */
  readonly decisions: string;
}

/** The measurements of a packed model on whole records. */
export type Measured = Pick<StudyMethod, "validation" | "test" | "decisions">;
