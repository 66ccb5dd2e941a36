import { evidence, type Weighed } from "./evidence.ts";

const BOXCAR = 12;
const INTEGRATION = 64;
const MIN_HEIGHT = 12 * BOXCAR * INTEGRATION;
const HOLD = 100;
const REFRACTORY = 100;

interface Candidate extends Weighed {
  readonly time: number;
  readonly rTime: number;
  /** Evidence for a beat, once it has been judged. */
  score?: number;
}

/** The detector of docs/numerics/front-end.md, "R peaks", with the whole record at hand: times count samples from 1. */
export class ReferenceRPeak {
  private readonly samples: number[] = [0];
  private readonly curvatures: number[] = [0];
  private height = 0;
  private peak = { time: 0, height: 0 };
  private learnedAt = 1000;
  private learning = true;
  private signal = 0;
  private noise = 0;
  private interval = 400;
  private last = { time: 0, fineness: 0 };
  private template: readonly number[] = new Array<number>(32).fill(0);
  private forgottenAt = 0;
  private candidates: Candidate[] = [];

  /** 0, or how many samples ago an R peak lay. */
  push(sample: number): number {
    this.samples.push(sample);
    const now = this.samples.length - 1;
    this.updateHeight(now);
    this.trackPeak(now);
    if (this.learning) {
      if (now >= this.learnedAt) this.finishLearning(now);
      return 0;
    }
    const beat = this.judgeNext() ?? this.searchBack(now);
    if (beat) {
      this.accept(beat);
      return now - beat.rTime;
    }
    this.forget(now);
    return 0;
  }

  /**
   * The quantities that the signal quality is judged by: the newest curvature, and the mean heights of beats and of
   * other peaks.
   */
  get levels(): { curvature: number; signal: number; noise: number } {
    return { curvature: this.curvatures[this.curvatures.length - 1], signal: this.signal, noise: this.noise };
  }

  /** The signal has become flat. */
  relearn(): void {
    this.startLearning(this.samples.length - 1);
  }

  private boxcar(end: number): number {
    let sum = 0;
    for (let t = Math.max(1, end - BOXCAR + 1); t <= end; t++) sum += this.samples[t];
    return sum;
  }

  private updateHeight(now: number): void {
    const curvature = 2 * this.boxcar(now - BOXCAR) - this.boxcar(now) - this.boxcar(now - 2 * BOXCAR);
    this.curvatures.push(curvature);
    this.height += Math.abs(curvature) - Math.abs(this.curvatures[now - INTEGRATION] ?? 0);
  }

  private trackPeak(now: number): void {
    if (this.height > this.peak.height) {
      this.peak = { time: now, height: this.height };
    } else if (now - this.peak.time >= HOLD) {
      if (this.peak.height > 0) this.candidates = [...this.candidates, this.candidate()].slice(-12);
      this.peak = { time: now, height: this.height };
    }
  }

  private candidate(): Candidate {
    const { time, height } = this.peak;
    const curvatureAt = (t: number) => this.curvatures[t] ?? 0;
    const sharpnessAt = (t: number) => Math.abs(curvatureAt(t));
    let sharpest = time;
    for (let t = time - 1; t > time - INTEGRATION; t--) if (sharpnessAt(t) > sharpnessAt(sharpest)) sharpest = t;
    const sign = this.curvatures[sharpest] < 0 ? -1 : 1;
    const sampleAt = (t: number) => this.samples[t] ?? 0;
    const centre = sharpest - 18;
    let rTime = centre - 12;
    for (let t = rTime + 1; t <= centre + 12; t++) if (sign * sampleAt(t) > sign * sampleAt(rTime)) rTime = t;
    const heightNear = (end: number) => {
      let sum = 0;
      for (let t = end; t > end - INTEGRATION; t -= 4) sum += 4 * sharpnessAt(t);
      return sum;
    };
    const secondAt = (t: number) => Math.abs(2 * sampleAt(t) - sampleAt(t - 4) - sampleAt(t + 4));
    return {
      time,
      height,
      rTime,
      before: heightNear(time - INTEGRATION),
      after: heightNear(time + INTEGRATION),
      fineness: Math.max(...Array.from({ length: 38 }, (_, i) => secondAt(time - 83 + 2 * i))),
      shape: Array.from({ length: 32 }, (_, i) => saturate16(Math.floor(curvatureAt(sharpest + 3 * (i - 16)) / 16))),
    };
  }

  private startLearning(now: number): void {
    this.learning = true;
    this.signal = 0;
    this.noise = 0;
    this.learnedAt = now + 1000;
    this.interval = 400;
    this.candidates = [];
  }

  private finishLearning(now: number): void {
    const [highest, second] = [...this.candidates].sort((a, b) => b.height - a.height);
    if (highest === undefined || highest.height < MIN_HEIGHT) {
      this.startLearning(now);
      return;
    }
    this.learning = false;
    this.signal = Math.max(second?.height ?? 0, Math.floor(highest.height / 2));
    if (second) this.template = second.shape;
    this.forgottenAt = now;
  }

  private threshold(): number {
    return Math.max(this.noise + Math.floor(((this.signal - this.noise) * 9) / 32), MIN_HEIGHT);
  }

  private raiseSignal(height: number, divisor: number): void {
    this.signal += Math.floor((Math.min(height, 2 * this.signal) - this.signal) / divisor);
  }

  private judgeNext(): Candidate | undefined {
    const candidate = this.candidates.find((c) => c.score === undefined);
    if (!candidate) return undefined;
    candidate.score = -Infinity;
    const gap = candidate.time - this.last.time;
    if (gap < REFRACTORY) return undefined;
    if (candidate.height >= MIN_HEIGHT) {
      const { signal, interval, template } = this;
      const lastFineness = this.last.fineness;
      const measure = { threshold: this.threshold(), signal, interval, gap, lastFineness, template };
      candidate.score = evidence(candidate, measure);
    }
    if (candidate.score > 0) {
      this.raiseSignal(candidate.height, 8);
      return candidate;
    }
    this.noise += Math.floor((Math.min(candidate.height, this.signal) - this.noise) / 8);
    return undefined;
  }

  private searchBack(now: number): Candidate | undefined {
    if (now - this.last.time - HOLD <= Math.floor((3 * this.interval) / 2)) return undefined;
    const scoreOf = (c: Candidate) => c.score ?? -Infinity;
    const [best] = this.candidates
      .filter((c) => c.time - this.last.time >= 170)
      .sort((a, b) => (scoreOf(a) === scoreOf(b) ? a.time - b.time : scoreOf(b) - scoreOf(a)));
    if (!best || scoreOf(best) <= -5325) return undefined;
    this.raiseSignal(best.height, 4);
    return best;
  }

  private accept(beat: Candidate): void {
    const interval = beat.time - this.last.time;
    if (interval > REFRACTORY && interval < 1000) this.interval += Math.floor((interval - this.interval) / 8);
    this.last = { time: beat.time, fineness: beat.fineness };
    this.template = this.template.map((mean, i) => mean + Math.floor((beat.shape[i] - mean) / 8));
    this.forgottenAt = beat.time;
    this.candidates = this.candidates.filter((c) => c.time > beat.time);
  }

  private forget(now: number): void {
    if (now - this.forgottenAt <= 1500) return;
    this.forgottenAt = now;
    this.signal -= Math.floor(this.signal / 4);
    this.noise -= Math.floor(this.noise / 4);
    if (this.signal < MIN_HEIGHT) this.startLearning(now);
  }
}

function saturate16(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}
