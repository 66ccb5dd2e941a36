import type { SearchTarget } from "../../../tools/quantize/search/search-run.ts";
import type { Width, Widths } from "../../../tools/quantize/width.ts";

/** A network whose loss is the sum of what each layer costs at its width. */
export class AdditiveTarget implements SearchTarget {
  widths: Widths = new Map();
  readonly spent = { evaluations: 0, seconds: 0 };
  /** Widths that were measured once cost nothing again. */
  private readonly known = new Set<string>();

  constructor(private readonly cost: (layer: string, width: Width) => number) {}

  get loss(): number {
    return this.lossAt(this.widths);
  }

  lossAt(widths: Widths): number {
    return [...widths].reduce((sum, [layer, width]) => sum + this.cost(layer, width), 0);
  }

  async measure(widths: Widths, limit: number): Promise<number> {
    const key = JSON.stringify([...widths]);
    if (!this.known.has(key)) this.spent.evaluations++;
    this.known.add(key);
    const loss = this.lossAt(widths);
    return loss > limit ? Number.POSITIVE_INFINITY : loss;
  }

  settle(widths: Widths): void {
    this.widths = widths;
  }
}
