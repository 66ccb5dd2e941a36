import type { Width, Widths } from "../width.ts";
import type { Spent, Tried } from "./width-outcomes.ts";

/** The network that a search measures. */
export interface SearchTarget {
  /** Measures the loss at some widths. It may stop early and return Infinity once the loss is above `limit`. */
  measure(widths: Widths, limit: number, tried: Tried): Promise<number>;
  /** Estimates the loss, to compare steps by; without it every step is measured. */
  estimate?(widths: Widths, tried: Tried): Promise<number>;
  /** Settles widths that the next candidates differ little from. */
  settle(widths: Widths): void;
  readonly spent: Spent;
}

export interface SearchBudget {
  readonly maxEvaluations?: number;
  readonly maxSeconds?: number;
  readonly onStep?: (step: SearchStep) => void;
}

export interface SearchStep {
  readonly layer: string;
  readonly width: Width;
  readonly loss: number;
  readonly limit: number;
  readonly outcome: "accepted" | "refused" | "unmet" | "repaired";
  readonly evaluations: number;
}

export interface SearchResult {
  readonly widths: Widths;
  /** Loss at the widths; Infinity where the search stopped before it was measured. */
  readonly loss: number;
  /** Layers that no width, not even the largest, brought within their limit. */
  readonly unmet: readonly string[];
  readonly steps: readonly SearchStep[];
  readonly evaluations: number;
  /** False where the budget stopped the search: layers that it did not reach keep their first width. */
  readonly complete: boolean;
}

/** The steps and the budget of one search. */
export class SearchRun {
  readonly steps: SearchStep[] = [];
  /** False once the budget has stopped the search. */
  complete = true;
  private readonly before: number;

  constructor(
    readonly target: SearchTarget,
    private readonly budget: SearchBudget,
  ) {
    this.before = target.spent.evaluations;
  }

  /** Number of evaluations of this search. */
  get evaluations(): number {
    return this.target.spent.evaluations - this.before;
  }

  exhausted(): boolean {
    const { maxEvaluations = Number.POSITIVE_INFINITY, maxSeconds = Number.POSITIVE_INFINITY } = this.budget;
    if (this.evaluations >= maxEvaluations || this.target.spent.seconds >= maxSeconds) this.complete = false;
    return !this.complete;
  }

  record(step: Omit<SearchStep, "evaluations">): void {
    const full = { ...step, evaluations: this.evaluations };
    this.steps.push(full);
    this.budget.onStep?.(full);
  }
}
