export type Verdict = "ok" | "flat" | "saturated" | "noisy";

interface Levels {
  readonly curvature: number;
  readonly signal: number;
  readonly noise: number;
}

/** "Signal quality" of docs/numerics/front-end.md, with the whole record at hand. */
export class ReferenceQuality {
  verdict: Verdict = "ok";
  private readonly raws: number[] = [];
  private run = 0;
  private low = 0;
  private high = 0;
  private stuck: boolean[] = [];
  private block: { sample: number; curvature: number }[] = [];
  private causes: Verdict[] = [];
  private readonly stuckFrom: number;

  constructor(rateMilliHz: number) {
    this.stuckFrom = Math.floor(rateMilliHz / 25_000);
  }

  pushRaw(raw: number): void {
    const last = this.raws.at(-1) ?? 0;
    this.raws.push(raw);
    this.run = raw === last ? this.run + 1 : 0;
    this.low = Math.min(this.low, raw);
    this.high = Math.max(this.high, raw);
    this.stuck.push((raw === this.low || raw === this.high) && this.run >= this.stuckFrom);
  }

  /** Whether the verdict has changed. */
  pushSample(sample: number, levels: Levels): boolean {
    this.block.push({ sample, curvature: levels.curvature });
    if (this.block.length < 512) return false;
    this.causes.push(this.cause(levels));
    this.block = [];
    this.stuck = [];
    const [before, cause] = [this.causes.at(-2) ?? "noisy", this.causes[this.causes.length - 1]];
    // Two blocks without cause end a bad verdict.
    const verdict = cause === "ok" && before !== "ok" ? this.verdict : cause;
    const changed = verdict !== this.verdict;
    this.verdict = verdict;
    return changed;
  }

  private cause({ signal, noise }: Levels): Verdict {
    const samples = this.block.map(({ sample }) => sample);
    const span = Math.max(0, ...samples) - Math.min(0, ...samples);
    if (span < 30) return "flat";
    const isStuck = 16 * this.stuck.filter(Boolean).length >= this.stuck.length;
    if ((span >= 4000 && isStuck) || span >= 65_000) return "saturated";
    const meanHeight = Math.floor(this.block.reduce((sum, { curvature }) => sum + Math.abs(curvature), 0) / 8);
    return signal > 0 && noise + meanHeight > 5 * Math.floor(signal / 8) ? "noisy" : "ok";
  }
}
