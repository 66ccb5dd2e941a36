import { type LossLimit, lossOf, mustBeAbove, type Outcome } from "../loss/engine-loss.ts";
import type { Width, Widths } from "../width.ts";
import type { Journal, JournalEntry } from "./journal.ts";

/** The step that a search tried, for the journal. */
export interface Tried {
  /** The layer that changed; null where all layers did. */
  readonly layer: string | null;
  readonly width: Width;
}

/** The evaluations and seconds that a search has spent. */
export interface Spent {
  /** Number of measured vectors of widths; a vector that was measured before costs nothing. */
  readonly evaluations: number;
  /** Seconds up to the end of the last evaluation, those of a journal included. */
  readonly seconds: number;
}

/**
 * Outcomes by the vector of widths: no vector is measured twice. A journal keeps every outcome and gives it back when the search runs
 * again. The search then takes the same course, and an outcome of the journal counts as spent.
 */
export class WidthOutcomes {
  private readonly known = new Map<string, Outcome>();
  private readonly replay = new Map<string, JournalEntry[]>();
  private evaluations = 0;
  private seconds = 0;

  /**
   * @param layers names in the order of the graph
   * @param crops number of all crops
   * @param measure may stop early where the outcome must be above the limit
   */
  constructor(
    private readonly layers: readonly string[],
    private readonly crops: number,
    private readonly measure: (widths: Widths, limit: LossLimit) => Promise<Outcome>,
    private readonly journal: Journal | null = null,
  ) {
    for (const entry of journal?.entries ?? []) {
      const key = keyOf(entry.widths, entry.crops);
      this.replay.set(key, [...(this.replay.get(key) ?? []), entry]);
    }
  }

  get spent(): Spent {
    return { evaluations: this.evaluations, seconds: this.seconds };
  }

  /** Measures the loss at some widths; Infinity where no further crop could bring it within the limit. */
  async loss(widths: Widths, limit: LossLimit, tried: Tried): Promise<number> {
    const outcome = await this.outcome(widths, limit, tried);
    // A stop depends on what was known before; the answer must not.
    return mustBeAbove(outcome, limit) ? Number.POSITIVE_INFINITY : lossOf(outcome, limit);
  }

  /** Measures the outcome at some widths. It may have stopped early where the loss is above the limit. */
  async outcome(widths: Widths, limit: LossLimit, tried: Tried): Promise<Outcome> {
    const text = this.layers.map((name) => widths.get(name)).join(" ");
    const key = keyOf(text, limit.crops ?? this.crops);
    const known = this.known.get(key);
    if (known && tells(known, limit)) return known;
    const outcome = this.replayed(key, limit) ?? (await this.measured(text, widths, limit, tried));
    this.evaluations++;
    this.known.set(key, outcome);
    return outcome;
  }

  private replayed(key: string, limit: LossLimit): Outcome | null {
    const waiting = this.replay.get(key) ?? [];
    const next = waiting.findIndex((entry) => tells(entry, limit));
    if (next < 0) return null;
    const [entry] = waiting.splice(0, next + 1).slice(-1);
    this.seconds = Math.max(this.seconds, entry.seconds);
    const { divergence, standardError, errors, changed, crops, complete } = entry;
    return { divergence, standardError, errors, changed, crops, complete };
  }

  private async measured(text: string, widths: Widths, limit: LossLimit, tried: Tried): Promise<Outcome> {
    const startMs = performance.now();
    const outcome = await this.measure(widths, limit);
    this.seconds += (performance.now() - startMs) / 1000;
    const loss = lossOf(outcome, limit);
    this.journal?.append({
      ...tried,
      widths: text,
      loss: finite(loss),
      limit: finite(limit.limit),
      outcome: loss <= limit.limit ? "within" : "above",
      ...outcome,
      seconds: this.seconds,
    });
    return outcome;
  }
}

/** Makes the key of an outcome: outcomes on fewer crops differ. */
function keyOf(widths: string, crops: number): string {
  return `${widths} on ${crops}`;
}

/** Whether an outcome, maybe stopped early at another limit, decides about this one. */
function tells(outcome: Outcome, limit: LossLimit): boolean {
  return outcome.complete || mustBeAbove(outcome, limit);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
