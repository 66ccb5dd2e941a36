import type { SeededRandom } from "../../random/random.ts";
import type { RrProcess } from "./rr-process.ts";

export interface ScheduledBeat {
  readonly symbol: "N" | "V";
  /** Time from the R peak before to this one. */
  readonly rrBeforeSeconds: number;
  /** Time from this R peak to the next one. */
  readonly rrAfterSeconds: number;
}

/**
 * Schedules beats over the first beat's interval and `seconds` after it, and one more beat at the end, so that a record
 * may begin anywhere in the first interval. A ventricular beat comes early, at 0.5 to 0.7 of the interval, and
 * is followed by the full compensatory pause: the two intervals together last as long as two ordinary ones. Two
 * ventricular beats never follow each other.
 * @param ectopicFraction share of ventricular beats, 0 .. 0.5
 */
export function scheduleBeats(
  seconds: number,
  rr: RrProcess,
  ectopicFraction: number,
  random: SeededRandom,
): ScheduledBeat[] {
  const beats: ScheduledBeat[] = [];
  // A share f of all beats is the share f / (1 - f) of the ordinary ones that are followed by an early beat.
  const followedByEctopic = ectopicFraction / (1 - ectopicFraction);
  let before = rr(0);
  let time = 0;
  while (beats.length === 0 || time - beats[0].rrAfterSeconds <= seconds) {
    const interval = rr(time);
    if (random.next() < followedByEctopic) {
      const early = (0.5 + 0.2 * random.next()) * interval;
      const pause = 2 * interval - early;
      beats.push({ symbol: "N", rrBeforeSeconds: before, rrAfterSeconds: early });
      beats.push({ symbol: "V", rrBeforeSeconds: early, rrAfterSeconds: pause });
      before = interval;
      time += early + pause;
    } else {
      beats.push({ symbol: "N", rrBeforeSeconds: before, rrAfterSeconds: interval });
      before = interval;
      time += interval;
    }
  }
  beats.push({ symbol: "N", rrBeforeSeconds: before, rrAfterSeconds: rr(time) });
  return beats;
}
