import type { Width, Widths } from "../width.ts";
import type { Spent, Tried } from "./width-outcomes.ts";

/** The network under search. */
export interface SearchTarget {
  /** Loss at these widths. May stop early and return Infinity once it is above `limit`. */
  measure(widths: Widths, limit: number, tried: Tried): Promise<number>;
  /** A quicker estimate of that, to compare steps by; without it every step is measured. */
  estimate?(widths: Widths, tried: Tried): Promise<number>;
  /** The widths that next candidates differ little from. */
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
  /** Loss of the network as found; Infinity where the search stopped before it was measured. */
  readonly loss: number;
  /** Layers that no width but the largest brought within their limit, and that one not either. */
  readonly unmet: readonly string[];
  readonly steps: readonly SearchStep[];
  readonly evaluations: number;
  /** False: the search was stopped by its budget; layers not reached keep the width they began with. */
  readonly complete: boolean;
}

/** One search under way: what it did, and whether it may go on. */
export class SearchRun {
  readonly steps: SearchStep[] = [];
  /** False once the budget has stopped it. */
  complete = true;
  private readonly before: number;

  constructor(
    readonly target: SearchTarget,
    private readonly budget: SearchBudget,
  ) {
    this.before = target.spent.evaluations;
  }

  /** Evaluations of this search. */
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
