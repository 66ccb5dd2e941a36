import type { Wave } from "./morphology.ts";

/** A beat to integrate: its waves and the interval from its R peak to the next. */
export interface ModelBeat {
  readonly rrAfterSeconds: number;
  readonly waves: readonly Wave[];
}

export interface ModelOptions {
  readonly samples: number;
  readonly sampleRateHz: number;
  /** The record's start within the first beat's interval, 0 .. 1. */
  readonly startFraction: number;
  /** Respiratory sway of the baseline, McSharry et al. 2003, eq. 5: 0.15 mV at 0.25 Hz there. */
  readonly respirationMillivolts: number;
  readonly respirationHz: number;
}

export interface Trajectory {
  readonly millivolts: Float64Array;
  /** Sample of the R peak of beats[beat], where the phase passes 0. Beats outside the record are missing. */
  readonly peaks: readonly { readonly beat: number; readonly sample: number }[];
}

/** One turn of the limit cycle, which is one beat. */
const TURN = 2 * Math.PI;
/** The longest step, half the narrowest wave's sigma: RK4 is then exact to a microvolt. */
const LONGEST_STEP_SECONDS = 0.004;
/** Widths from a wave's centre after which it is below 4e-6 of its height. */
const WAVE_REACH_WIDTHS = 5;

/**
 * Integrates the dynamical model of McSharry, Clifford, Tarassenko and Smith ("A dynamical model for generating
 * synthetic electrocardiogram signals", IEEE Trans. Biomed. Eng. 50(3), 2003), eq. 1:
 *
 *     x' = alpha x - omega y,  y' = alpha y + omega x,  alpha = 1 - sqrt(x^2 + y^2)
 *     z' = - sum_i a_i dTheta_i exp(-dTheta_i^2 / (2 b_i^2)) - (z - z0(t)),  dTheta_i = theta - theta_i
 *
 * by the classical Runge-Kutta method. omega is 2 pi over the RR interval under way. With theta_i = omega t_i,
 * b_i = omega sigma_i and a_i = A_i omega / b_i^2 (Sameni et al. 2007) an event keeps its time, width and height in
 * millivolts at every rate. The events of the beats before and after act together, so that each beat can have waves
 * of its own.
 */
export function integrate(beats: readonly ModelBeat[], options: ModelOptions): Trajectory {
  const { samples, sampleRateHz } = options;
  const substeps = Math.ceil(1 / (sampleRateHz * LONGEST_STEP_SECONDS));
  const step = 1 / (sampleRateHz * substeps);
  const millivolts = new Float64Array(samples);
  const peaks: { beat: number; sample: number }[] = [];
  const phase = TURN * options.startFraction;
  const state = Float64Array.of(Math.cos(phase), Math.sin(phase), 0);
  let beat = 0;
  let toPeak = (1 - options.startFraction) * beats[0].rrAfterSeconds;
  for (let i = 0; i < samples * substeps; i++) {
    if (i % substeps === 0) millivolts[i / substeps] = state[2];
    let left = step;
    while (left > 0) {
      // A step ends at an R peak, where the pace changes: peaks then keep their schedule without drift.
      const length = Math.min(left, toPeak);
      rungeKutta(state, (i + 1) * step - left, length, beats[beat], beats[beat + 1], options);
      left -= length;
      toPeak -= length;
      if (toPeak > 0) continue;
      beat++;
      toPeak = beats[beat].rrAfterSeconds;
      state[0] = 1;
      state[1] = 0;
      const sample = Math.round(((i + 1) * step - left) * sampleRateHz);
      if (sample < samples) peaks.push({ beat, sample });
    }
  }
  return { millivolts, peaks };
}

/** Writes (x', y', z') at a state (x, y, z) and a time into `slope`; theta is at most one turn ahead of `phase`. */
function derivative(
  slope: Float64Array,
  at: Float64Array,
  seconds: number,
  phase: number,
  behind: ModelBeat,
  ahead: ModelBeat,
  breath: ModelOptions,
): void {
  const omega = TURN / behind.rrAfterSeconds;
  const x = at[0];
  const y = at[1];
  const alpha = 1 - Math.sqrt(x * x + y * y);
  const theta = phaseFrom(at, phase);
  const rest = breath.respirationMillivolts * Math.sin(TURN * breath.respirationHz * seconds);
  slope[0] = alpha * x - omega * y;
  slope[1] = alpha * y + omega * x;
  slope[2] = pull(behind.waves, theta / omega) + pull(ahead.waves, (theta - TURN) / omega) - (at[2] - rest);
}

/** Returns the phase, 0 .. 2 pi and somewhat above: a step that begins below 2 pi passes it without a jump. */
function phaseFrom(at: Float64Array, previous: number): number {
  const theta = Math.atan2(at[1], at[0]);
  return theta < previous - Math.PI ? theta + TURN : theta;
}

/** Computes -sum_i a_i dTheta_i exp(..), with dTheta_i = omega (seconds - t_i): omega cancels. */
function pull(waves: readonly Wave[], seconds: number): number {
  let sum = 0;
  for (const wave of waves) {
    const widths = (seconds - wave.seconds) / wave.widthSeconds;
    if (Math.abs(widths) > WAVE_REACH_WIDTHS) continue;
    sum -= (wave.millivolts * widths * Math.exp((-widths * widths) / 2)) / wave.widthSeconds;
  }
  return sum;
}

const k1 = new Float64Array(3);
const k2 = new Float64Array(3);
const k3 = new Float64Array(3);
const k4 = new Float64Array(3);
const probe = new Float64Array(3);

/** Moves the state on by one step, in place. */
function rungeKutta(
  state: Float64Array,
  seconds: number,
  step: number,
  behind: ModelBeat,
  ahead: ModelBeat,
  breath: ModelOptions,
): void {
  const theta = Math.atan2(state[1], state[0]);
  const phase = theta < 0 ? theta + TURN : theta;
  const look = (along: Float64Array, delay: number): Float64Array => {
    for (let i = 0; i < 3; i++) probe[i] = state[i] + delay * along[i];
    return probe;
  };
  derivative(k1, state, seconds, phase, behind, ahead, breath);
  derivative(k2, look(k1, step / 2), seconds + step / 2, phase, behind, ahead, breath);
  derivative(k3, look(k2, step / 2), seconds + step / 2, phase, behind, ahead, breath);
  derivative(k4, look(k3, step), seconds + step, phase, behind, ahead, breath);
  for (let i = 0; i < 3; i++) state[i] += (step / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}
