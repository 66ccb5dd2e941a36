import { bitsPerWeight, uniformWidths, type Width, type Widths, withWidth } from "../width.ts";
import type { RankedLayer } from "./importance.ts";
import { type SearchBudget, type SearchResult, SearchRun, type SearchTarget } from "./search-run.ts";

export type { SearchResult, SearchStep, SearchTarget } from "./search-run.ts";

export const SEARCH_ORDERS = ["importanceDescending", "importanceAscending", "sizeDescending", "network"] as const;
export type SearchOrder = (typeof SEARCH_ORDERS)[number];

interface SearchOptions extends SearchBudget {
  /** Layers in the order of the search. */
  readonly layers: readonly RankedLayer[];
  /** Ascending in bits. */
  readonly menu: readonly Width[];
  /** Largest loss after each layer, by name. */
  readonly limits: ReadonlyMap<string, number>;
  /** Largest loss of the whole network: above it, widths are raised again. */
  readonly finalLimit: number;
  /** The most passes that try narrower widths for all layers once more; the first pass that finds none is the last. */
  readonly squeezeRounds?: number;
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
 * Searches widths by the paper's form of LAQ, taken literally; `balanceWidths` of balance.ts is the robust form. Each layer in turn takes
 * the narrowest width that keeps the loss within its limit, while later layers are still at the largest width (the engine has no
 * float). Widths are scanned upwards, since the loss need not fall with every bit. Then single steps up, the step with the most loss
 * saved a byte first, bring the whole network within `finalLimit`, and squeeze rounds try to narrow layers again. The search stops at
 * its budget with the best widths so far.
 */
export async function searchWidths(target: SearchTarget, options: SearchOptions): Promise<SearchResult> {
  const search = new Search(target, options);
  await search.scan();
  await search.repair();
  await search.squeeze();
  return search.result();
}

class Search {
  private readonly run: SearchRun;
  private readonly unmet: string[] = [];
  private readonly largest: Width;
  private widths: Widths;
  private loss = Number.POSITIVE_INFINITY;

  constructor(
    private readonly target: SearchTarget,
    private readonly options: SearchOptions,
  ) {
    this.run = new SearchRun(target, options);
    this.largest = options.menu[options.menu.length - 1];
    this.widths = uniformWidths(
      options.layers.map(({ name }) => name),
      this.largest,
    );
    target.settle(this.widths);
  }

  async scan(): Promise<void> {
    for (const { name } of this.options.layers) {
      if (!(await this.narrow(name, this.options.menu))) {
        if (!this.run.complete) return;
        this.unmet.push(name);
      }
    }
  }

  /** Widens one layer by one step of the menu at a time. */
  async repair(): Promise<void> {
    if (this.run.exhausted()) return;
    const { finalLimit, layers, menu } = this.options;
    const [{ name }] = layers;
    this.loss = await this.measure(name, this.widths.get(name) as Width, Number.POSITIVE_INFINITY);
    while (this.loss > finalLimit) {
      let best: { name: string; width: Width; loss: number; gain: number } | null = null;
      for (const { name, weights } of layers) {
        const width = menu[menu.indexOf(this.widths.get(name) as Width) + 1];
        if (width === undefined) continue;
        if (this.run.exhausted()) return;
        const loss = await this.measure(name, width, Number.POSITIVE_INFINITY);
        const bits = bitsPerWeight(width) - bitsPerWeight(this.widths.get(name) as Width);
        const gain = (this.loss - loss) / (bits * weights);
        if (best === null || gain > best.gain) best = { name, width, loss, gain };
      }
      if (best === null) return;
      const { name: layer, width, loss } = best;
      this.settle(layer, width, loss);
      this.run.record({ layer, width, loss, limit: finalLimit, outcome: "repaired" });
    }
  }

  /** Narrows layers once more where the limits leave room. */
  async squeeze(): Promise<void> {
    const { layers, menu, squeezeRounds = 0 } = this.options;
    let falling = true;
    for (let round = 0; falling && round < squeezeRounds; round++) {
      falling = false;
      for (const { name } of layers) {
        const narrower = menu.slice(0, menu.indexOf(this.widths.get(name) as Width));
        if (await this.narrow(name, narrower)) falling = true;
        if (!this.run.complete) return;
      }
    }
  }

  result(): SearchResult {
    const { widths, loss, unmet } = this;
    const { steps, evaluations, complete } = this.run;
    return { widths, loss, unmet, steps, evaluations, complete };
  }

  /** Settles the first width of a menu within the layer's limit; false where there is none or the budget is spent. */
  private async narrow(name: string, menu: readonly Width[]): Promise<boolean> {
    const limit = this.options.limits.get(name) ?? 0;
    for (const width of menu) {
      if (this.run.exhausted()) return false;
      const loss = await this.measure(name, width, limit);
      const accepted = loss <= limit;
      const outcome = accepted ? "accepted" : width === this.largest ? "unmet" : "refused";
      this.run.record({ layer: name, width, loss, limit, outcome });
      if (!accepted) continue;
      this.settle(name, width, loss);
      return true;
    }
    return false;
  }

  private settle(name: string, width: Width, loss: number): void {
    this.widths = withWidth(this.widths, name, width);
    this.loss = loss;
    this.target.settle(this.widths);
  }

  private measure(layer: string, width: Width, limit: number): Promise<number> {
    return this.target.measure(withWidth(this.widths, layer, width), limit, { layer, width });
  }
}
