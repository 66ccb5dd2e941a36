import type { RankedLayer } from "./importance.ts";
import { bitsPerWeight, type Width } from "./width.ts";

export type SearchOrder = "importanceDescending" | "importanceAscending" | "sizeDescending" | "network";

/** The network under search; it begins with every layer at the menu's largest width. */
export interface SearchTarget {
  /**
   * Loss with one layer at `width`, the others as chosen. May stop early and return Infinity once it is above `limit`.
   */
  measure(layer: string, width: Width, limit: number): Promise<number>;
  /** Settles a layer. */
  choose(layer: string, width: Width): void;
}

export interface SearchOptions {
  /** In the order of the search. */
  readonly layers: readonly RankedLayer[];
  /** Ascending in bits. */
  readonly menu: readonly Width[];
  /** Largest loss after each layer, by name. */
  readonly limits: ReadonlyMap<string, number>;
  /** Largest loss of the whole network: above it, widths are raised again. */
  readonly finalLimit: number;
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
  readonly widths: ReadonlyMap<string, Width>;
  /** Loss of the network as found; Infinity where the search stopped before it was measured. */
  readonly loss: number;
  /** Layers that no width but the largest brought within their limit, and that one not either. */
  readonly unmet: readonly string[];
  readonly steps: readonly SearchStep[];
  readonly evaluations: number;
  /** False: the search was stopped by its budget; layers not reached keep the largest width. */
  readonly complete: boolean;
}

/** Sorts layers for the search; ties go to the larger layer, then by name. */
export function orderLayers(layers: readonly RankedLayer[], order: SearchOrder): readonly RankedLayer[] {
  if (order === "network") return layers;
  const key = (layer: RankedLayer) =>
    order === "sizeDescending"
      ? -layer.weights
      : order === "importanceAscending"
        ? layer.importance
        : -layer.importance;
  return [...layers].sort((a, b) => key(a) - key(b) || b.weights - a.weights || (a.name < b.name ? -1 : 1));
}

/**
 * Layer-wise adaptive quantization: each layer in turn takes the narrowest width that keeps the loss within its limit.
 * Widths are scanned upwards, since the loss need not fall with every bit. At the end single steps up, the one with the
 * most loss saved a byte first, bring the whole network within `finalLimit`. Stops cleanly at its budget with the best
 * so far.
 */
export async function searchWidths(target: SearchTarget, options: SearchOptions): Promise<SearchResult> {
  const search = new Search(target, options);
  await search.scan();
  await search.repair();
  return search.result();
}

class Search {
  private readonly widths = new Map<string, Width>();
  private readonly unmet: string[] = [];
  private readonly steps: SearchStep[] = [];
  private readonly deadlineMs: number;
  private readonly largest: Width;
  private evaluations = 0;
  private loss = Number.POSITIVE_INFINITY;
  private complete = true;

  constructor(
    private readonly target: SearchTarget,
    private readonly options: SearchOptions,
  ) {
    this.largest = options.menu[options.menu.length - 1];
    this.deadlineMs = performance.now() + (options.maxSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    for (const layer of options.layers) this.widths.set(layer.name, this.largest);
  }

  async scan(): Promise<void> {
    for (const { name } of this.options.layers) {
      const limit = this.options.limits.get(name) ?? 0;
      for (const width of this.options.menu) {
        if (this.exhausted()) return;
        const loss = await this.measure(name, width, limit);
        const accepted = loss <= limit;
        const last = width === this.largest;
        this.record({ layer: name, width, loss, limit, outcome: accepted ? "accepted" : last ? "unmet" : "refused" });
        if (accepted) {
          this.settle(name, width);
          break;
        }
        if (last) this.unmet.push(name);
      }
    }
  }

  /** Raises one layer by one step of the menu at a time. */
  async repair(): Promise<void> {
    if (!this.complete) return;
    const { finalLimit, layers } = this.options;
    // Choosing may change more than the candidate did (statistics behind it follow), so the whole is measured anew.
    this.loss = await this.measureWhole();
    while (this.loss > finalLimit) {
      let best: { layer: RankedLayer; width: Width; loss: number; gain: number } | null = null;
      for (const layer of layers) {
        const width = this.nextWidth(layer.name);
        if (width === null) continue;
        if (this.exhausted()) return;
        const loss = await this.measure(layer.name, width, Number.POSITIVE_INFINITY);
        const bits = bitsPerWeight(width) - bitsPerWeight(this.widths.get(layer.name) as Width);
        const gain = (this.loss - loss) / (bits * layer.weights);
        if (best === null || gain > best.gain) best = { layer, width, loss, gain };
      }
      if (best === null) return;
      this.settle(best.layer.name, best.width);
      this.loss = await this.measureWhole();
      this.record({
        layer: best.layer.name,
        width: best.width,
        loss: this.loss,
        limit: finalLimit,
        outcome: "repaired",
      });
    }
  }

  result(): SearchResult {
    const { widths, loss, unmet, steps, evaluations, complete } = this;
    return { widths, loss, unmet, steps, evaluations, complete };
  }

  private settle(name: string, width: Width): void {
    this.target.choose(name, width);
    this.widths.set(name, width);
  }

  private measure(name: string, width: Width, limit: number): Promise<number> {
    this.evaluations++;
    return this.target.measure(name, width, limit);
  }

  private measureWhole(): Promise<number> {
    const [{ name }] = this.options.layers;
    return this.measure(name, this.widths.get(name) as Width, Number.POSITIVE_INFINITY);
  }

  private nextWidth(name: string): Width | null {
    const { menu } = this.options;
    return menu[menu.indexOf(this.widths.get(name) as Width) + 1] ?? null;
  }

  private exhausted(): boolean {
    const spent = this.evaluations >= (this.options.maxEvaluations ?? Number.POSITIVE_INFINITY);
    if (spent || performance.now() >= this.deadlineMs) this.complete = false;
    return !this.complete;
  }

  private record(step: Omit<SearchStep, "evaluations">): void {
    const full = { ...step, evaluations: this.evaluations };
    this.steps.push(full);
    this.options.onStep?.(full);
  }
}
