import { uniformWidths, type Width, type Widths, withWidth } from "../width.ts";
import { type SearchBudget, type SearchResult, SearchRun, type SearchTarget } from "./search-run.ts";

interface BalanceOptions extends SearchBudget {
  /** Layers in the order of the graph. */
  readonly layers: readonly string[];
  /** Ascending in bits. */
  readonly menu: readonly Width[];
  /** Largest loss of the whole network. */
  readonly limit: number;
  /** Bytes of a layer's weights at a width. */
  bytesOf(layer: string, width: Width): number;
}

/** Widths whose loss is known. */
interface Found {
  readonly widths: Widths;
  readonly loss: number;
  /** The target's estimate of the loss, or the loss where the target does not estimate. */
  readonly estimate: number;
}

/** One layer at the next width of the menu, with the loss that the step costs or saves for each byte. */
interface Candidate {
  readonly layer: string;
  readonly width: Width;
  readonly widths: Widths;
  readonly estimate: number;
  readonly price: number;
  /** The widths that the step was priced from, null before it is priced: a price from earlier widths is only a guess. */
  readonly from: Widths | null;
}

/**
 * Searches widths by the robust form of LAQ; `searchWidths` of scan.ts is the paper's form. A first descent begins at the narrowest
 * uniform width within the limit and narrows one layer a step, the layer where a saved byte costs the least loss. A second search begins
 * at the next narrower uniform width, widens the layers where an added byte saves the most loss until the limit holds, and descends
 * from there. The smaller result is taken: it never has more bytes than the best uniform width. Every loss is that of the whole network
 * at its widths. The cheapest candidates are priced anew before the search chooses among them (Minoux's lazy greedy). Where the target
 * estimates, prices are estimates, and a step is measured before it is taken.
 */
export async function balanceWidths(target: SearchTarget, options: BalanceOptions): Promise<SearchResult> {
  return new Balance(target, options).search();
}

/** Descends from the widest uniform width, without a limit on the loss, until the weights take no more than `bytes`. */
export async function descendToBytes(
  target: SearchTarget,
  options: Omit<BalanceOptions, "limit">,
  bytes: number,
): Promise<SearchResult> {
  return new Balance(target, { ...options, limit: Number.POSITIVE_INFINITY }).descendTo(bytes);
}

/**
 * Searches the least loss within `bytes`. It begins at the widest uniform width that takes fewer bytes, at a width that takes as many,
 * and, descending, at the narrowest that takes more; then it widens wherever a step fits and saves loss. Throws RangeError where even
 * the narrowest widths do not fit.
 */
export async function balanceToBytes(
  target: SearchTarget,
  options: Omit<BalanceOptions, "limit">,
  bytes: number,
): Promise<SearchResult> {
  return new Balance(target, { ...options, limit: Number.POSITIVE_INFINITY }).within(bytes);
}

class Balance {
  private readonly run: SearchRun;

  constructor(
    private readonly target: SearchTarget,
    private readonly options: BalanceOptions,
  ) {
    this.run = new SearchRun(target, options);
  }

  async search(): Promise<SearchResult> {
    const { limit, menu, layers } = this.options;
    const start = await this.narrowestUniform();
    if (start === null || start.loss > limit) {
      const widest = uniformWidths(layers, menu[menu.length - 1]);
      const none = { widths: widest, loss: Number.POSITIVE_INFINITY };
      return this.result(start ?? none, start === null ? [] : layers);
    }
    const below = menu[menu.indexOf(start.widths.get(layers[0]) as Width) - 1];
    let best = await this.descend(start);
    if (below !== undefined && !this.run.exhausted()) {
      const up = await this.climb(await this.uniform(below));
      if (up !== null && this.bytes(up.widths) < this.bytes(best.widths)) best = up;
    }
    return this.result(best, []);
  }

  async descendTo(bytes: number): Promise<SearchResult> {
    const { menu } = this.options;
    return this.result(await this.descend(await this.uniform(menu[menu.length - 1]), bytes), []);
  }

  async within(bytes: number): Promise<SearchResult> {
    const { layers, menu } = this.options;
    const distances = menu.map((width) => this.bytes(uniformWidths(layers, width)) - bytes);
    const starts = [
      distances.findLastIndex((distance) => distance < 0),
      distances.lastIndexOf(0),
      distances.findIndex((distance) => distance > 0),
    ].filter((index) => index >= 0);
    let best: Found | null = null;
    for (const index of starts) {
      if (best !== null && this.run.exhausted()) break;
      const at = await this.fill(await this.descend(await this.uniform(menu[index]), bytes), bytes);
      if (this.bytes(at.widths) <= bytes && (best === null || at.loss < best.loss)) best = at;
    }
    if (best === null) throw new RangeError(`no widths of the menu fit into ${bytes} bytes`);
    return this.result(best, []);
  }

  private async uniform(width: Width): Promise<Found> {
    const widths = uniformWidths(this.options.layers, width);
    const loss = await this.target.measure(widths, Number.POSITIVE_INFINITY, { layer: null, width });
    return this.found(widths, loss, width);
  }

  /** Finds the narrowest uniform width within the limit, else the widest; null where the budget is spent before. */
  private async narrowestUniform(): Promise<Found | null> {
    const { layers, menu, limit } = this.options;
    for (const width of menu) {
      if (this.run.exhausted()) return null;
      const widths = uniformWidths(layers, width);
      const last = width === menu[menu.length - 1];
      const bound = last ? Number.POSITIVE_INFINITY : limit;
      const loss = await this.target.measure(widths, bound, { layer: null, width });
      if (loss <= limit || last) return this.found(widths, loss, width);
    }
    return null;
  }

  /** Narrows step by step until no step is within the limit or the bytes are reached. */
  private async descend(start: Found, enoughBytes = 0): Promise<Found> {
    const { layers, limit } = this.options;
    let at = start;
    this.target.settle(at.widths);
    let open = layers.flatMap((layer) => this.next(at, layer, -1, Number.NEGATIVE_INFINITY));
    while (open.length > 0 && this.bytes(at.widths) > enoughBytes) {
      open.sort((a, b) => a.price - b.price);
      const [first, ...others] = open;
      if (first.from === at.widths) {
        const taken = await this.take(first, limit);
        // A step above the limit stays above it when other layers have narrowed.
        open = others;
        if (taken === null) continue;
        at = taken;
        // The next step as a rule costs more: this price is a good first guess of its place.
        open.push(...this.next(at, first.layer, -1, first.price));
        continue;
      }
      if (this.run.exhausted()) return at;
      const tried = await this.priced(at, first, limit);
      open = tried === null ? others : [...others, tried];
    }
    return at;
  }

  /** Widens step by step until the loss is within the limit, then descends; null where the budget is spent before. */
  private async climb(start: Found): Promise<Found | null> {
    const { layers, limit } = this.options;
    let at = start;
    this.target.settle(at.widths);
    let open = layers.flatMap((layer) => this.next(at, layer, 1, Number.NEGATIVE_INFINITY));
    while (at.loss > limit) {
      if (open.length === 0) return null;
      open.sort((a, b) => a.price - b.price);
      const [first, ...others] = open;
      const taken = first.from === at.widths ? await this.take(first, Number.POSITIVE_INFINITY) : null;
      if (taken !== null) {
        at = taken;
        open = [...others, ...this.next(at, first.layer, 1, first.price)];
        continue;
      }
      if (this.run.exhausted()) return null;
      const tried = await this.priced(at, first, Number.POSITIVE_INFINITY);
      open = tried === null ? others : [...others, tried];
    }
    return this.descend(at);
  }

  /** Widens step by step where that saves loss and fits into the bytes, the most loss saved a byte first. */
  private async fill(start: Found, bytes: number): Promise<Found> {
    let at = start;
    this.target.settle(at.widths);
    let open = this.options.layers.flatMap((layer) => this.next(at, layer, 1, Number.NEGATIVE_INFINITY));
    while (open.length > 0) {
      open.sort((a, b) => a.price - b.price);
      const [first, ...others] = open;
      open = others;
      if (this.bytes(withWidth(at.widths, first.layer, first.width)) > bytes) continue;
      if (first.from === at.widths) {
        const taken = await this.take(first, at.loss);
        if (taken === null) continue;
        at = taken;
        open.push(...this.next(at, first.layer, 1, first.price));
        continue;
      }
      if (this.run.exhausted()) return at;
      const tried = await this.priced(at, first, Number.POSITIVE_INFINITY);
      if (tried !== null && tried.price < 0) open.push(tried);
    }
    return at;
  }

  /** Adds the target's estimate to widths whose loss is known. */
  private async found(widths: Widths, loss: number, width: Width): Promise<Found> {
    return { widths, loss, estimate: (await this.target.estimate?.(widths, { layer: null, width })) ?? loss };
  }

  /** Takes a step where its loss is within the limit; else null, as where it must still be measured and the budget is spent. */
  private async take({ layer, width, widths, estimate }: Candidate, limit: number): Promise<Found | null> {
    if (this.target.estimate !== undefined && this.run.exhausted()) return null;
    const loss = await this.target.measure(widths, limit, { layer, width });
    if (loss > limit) return this.refuse(layer, width, loss);
    this.target.settle(widths);
    this.run.record({ layer, width, loss, limit: this.options.limit, outcome: "accepted" });
    return { widths, loss, estimate };
  }

  private refuse(layer: string, width: Width, loss: number): null {
    this.run.record({ layer, width, loss, limit: this.options.limit, outcome: "refused" });
    return null;
  }

  /** Makes the next step of a layer, not priced yet; none at the end of the menu. */
  private next(at: Found, layer: string, direction: 1 | -1, price: number): Candidate[] {
    const { menu } = this.options;
    const width = menu[menu.indexOf(at.widths.get(layer) as Width) + direction];
    return width === undefined ? [] : [{ ...at, layer, width, price, from: null }];
  }

  /**
   * Prices a step: the loss gained for each byte saved; on the way up, minus the loss saved for each byte added. Null where the loss is
   * measured and above the limit.
   */
  private async priced(at: Found, { layer, width }: Candidate, limit: number): Promise<Candidate | null> {
    const widths = withWidth(at.widths, layer, width);
    const tried = { layer, width };
    const estimate = await (this.target.estimate?.(widths, tried) ?? this.target.measure(widths, limit, tried));
    if (this.target.estimate === undefined && estimate > limit) return this.refuse(layer, width, estimate);
    const bytes = this.options.bytesOf(layer, at.widths.get(layer) as Width) - this.options.bytesOf(layer, width);
    // A step that changes no byte is priced as one.
    const price = (estimate - at.estimate) / Math.max(1, Math.abs(bytes));
    return { layer, width, widths, estimate, from: at.widths, price };
  }

  private bytes(widths: Widths): number {
    return [...widths].reduce((sum, [layer, width]) => sum + this.options.bytesOf(layer, width), 0);
  }

  private result({ widths, loss }: Pick<Found, "widths" | "loss">, unmet: readonly string[]): SearchResult {
    const { steps, evaluations, complete } = this.run;
    this.target.settle(widths);
    return { widths, loss, unmet, steps, evaluations, complete };
  }
}
