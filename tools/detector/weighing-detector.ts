import { DETECTOR_FLUSH_SAMPLES } from "../../assembly/shared/signal.ts";
import { type DetectorModule, startDetectorModule } from "./detector-module.ts";
import { OFFSET, TERMS } from "./terms.ts";

/** A candidate that was judged: the place of its R peak and the terms that decided. */
interface Judged {
  /** Conditioned sample of the R peak, 500 Hz. */
  readonly sample: number;
  /** A value for each of TERMS, in the engine's integers. */
  readonly terms: readonly number[];
}

/** The beats of a record and all candidates that were judged. */
export interface Detection {
  /** Conditioned sample of each R peak, and the sample at which the detector was sure of it. */
  readonly beats: readonly { readonly sample: number; readonly detectedAt: number }[];
  readonly judged: readonly Judged[];
}

/** The engine's integer R-peak detector with weights that the caller chooses. */
export class WeighingDetector {
  readonly #module: DetectorModule;

  private constructor(module: DetectorModule) {
    this.#module = module;
  }

  static create(): WeighingDetector {
    return new WeighingDetector(startDetectorModule());
  }

  /**
   * Detects the beats of a conditioned record.
   *
   * @param weights integers as in assembly/signal/qrs-weights.ts, in the order of TERMS
   */
  detect(samples: Int16Array, weights: readonly number[]): Detection {
    const { exports } = this.#module;
    const judged: { sample: number; terms: number[] }[] = [];
    const beats: { sample: number; detectedAt: number }[] = [];
    let now = 0;
    this.#module.onWeigh = (term, value) => {
      if (term === OFFSET) judged.push({ sample: now - exports.judgedDelay(), terms: TERMS.map(() => 0) });
      judged[judged.length - 1].terms[term] = value;
      return weights[term] * value;
    };
    exports.reset();
    for (; now < samples.length + DETECTOR_FLUSH_SAMPLES; now++) {
      const delay = now < samples.length ? exports.take(samples[now]) : exports.hold(samples[samples.length - 1] ?? 0);
      if (delay > 0 && now - delay < samples.length) beats.push({ sample: now - delay, detectedAt: now });
    }
    return { beats, judged };
  }
}
