const BOXCAR = 12;
const INTEGRATION = 64;
const MIN_HEIGHT = 12 * BOXCAR * INTEGRATION;
const HOLD = 100;
const REFRACTORY = 100;

interface Candidate {
  time: number;
  height: number;
  sharpness: number;
  rTime: number;
  judged: boolean;
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
  private last = { time: 0, sharpness: 0 };
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
    const sharpnessAt = (t: number) => Math.abs(this.curvatures[t] ?? 0);
    let sharpest = time;
    for (let t = time - 1; t > time - INTEGRATION; t--) if (sharpnessAt(t) > sharpnessAt(sharpest)) sharpest = t;
    const sign = this.curvatures[sharpest] < 0 ? -1 : 1;
    const valueAt = (t: number) => sign * (this.samples[t] ?? 0);
    const centre = sharpest - 18;
    let rTime = centre - 12;
    for (let t = rTime + 1; t <= centre + 12; t++) if (valueAt(t) > valueAt(rTime)) rTime = t;
    return { time, height, sharpness: sharpnessAt(sharpest), rTime, judged: false };
  }

  private startLearning(now: number): void {
    this.learning = true;
    this.learnedAt = now + 1000;
    this.interval = 400;
    this.candidates = [];
  }

  private finishLearning(now: number): void {
    const [highest = 0, second = 0] = this.candidates.map((c) => c.height).sort((a, b) => b - a);
    if (highest < MIN_HEIGHT) {
      this.startLearning(now);
      return;
    }
    this.learning = false;
    this.signal = Math.max(second, Math.floor(highest / 2));
    this.noise = 0;
    this.forgottenAt = now;
  }

  private threshold(gap: number): number {
    const base = Math.max(this.noise + Math.floor(((this.signal - this.noise) * 9) / 32), MIN_HEIGHT);
    const early = Math.max(0, 4 * this.interval - 5 * gap);
    return base + Math.floor((base * early) / (8 * this.interval));
  }

  private raiseSignal(height: number, divisor: number): void {
    this.signal += Math.floor((Math.min(height, 2 * this.signal) - this.signal) / divisor);
  }

  private judgeNext(): Candidate | undefined {
    const candidate = this.candidates.find((c) => !c.judged);
    if (!candidate) return undefined;
    candidate.judged = true;
    const gap = candidate.time - this.last.time;
    if (gap < REFRACTORY) return undefined;
    const isTWave = gap < 180 && candidate.sharpness * 5 < this.last.sharpness * 3;
    if (!isTWave && candidate.height > this.threshold(gap)) {
      this.raiseSignal(candidate.height, 8);
      return candidate;
    }
    this.noise += Math.floor((Math.min(candidate.height, this.signal) - this.noise) / 8);
    return undefined;
  }

  private searchBack(now: number): Candidate | undefined {
    if (2 * (now - this.last.time - HOLD) <= 3 * this.interval) return undefined;
    const [best] = this.candidates
      .filter((c) => c.judged && c.time - this.last.time >= 170 && c.height >= MIN_HEIGHT)
      .sort((a, b) => b.height - a.height || a.time - b.time);
    if (!best || best.height <= Math.floor((this.threshold(best.time - this.last.time) * 5) / 8)) return undefined;
    this.raiseSignal(best.height, 4);
    return best;
  }

  private accept(beat: Candidate): void {
    const interval = beat.time - this.last.time;
    if (interval > REFRACTORY && interval < 1000) this.interval += Math.floor((interval - this.interval) / 8);
    this.last = { time: beat.time, sharpness: beat.sharpness };
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
