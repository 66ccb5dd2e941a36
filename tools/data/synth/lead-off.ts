import type { SeededRandom } from "../../random/random.ts";

/** Samples `from` .. `to` - 1, at which the electrode is off. */
export interface LeadOffStretch {
  readonly from: number;
  readonly to: number;
}

/** Time in which the input amplifier recovers to 1/e of its offset. */
const RECOVERY_SECONDS = 0.3;

/** Draws one stretch in every ten seconds or part of them, a tenth to four tenths of that span long. */
export function drawLeadOff(samples: number, sampleRateHz: number, random: SeededRandom): LeadOffStretch[] {
  const spans = Math.ceil(samples / (10 * sampleRateHz));
  return Array.from({ length: spans }, (_, i) => {
    const spanFrom = Math.floor((i * samples) / spans);
    const span = Math.floor(((i + 1) * samples) / spans) - spanFrom;
    const length = Math.max(1, Math.floor(span * (0.1 + 0.3 * random.next())));
    const from = spanFrom + random.integer(span - length + 1);
    return { from, to: from + length };
  });
}

/**
 * Replaces each stretch, in place, by the amplifier's rail or, for every second one on average, by a dead 0 mV. After a
 * railed stretch a tenth of the rail decays away.
 */
export function applyLeadOff(
  millivolts: Float64Array,
  sampleRateHz: number,
  stretches: readonly LeadOffStretch[],
  railMillivolts: number,
  random: SeededRandom,
): void {
  for (const { from, to } of stretches) {
    const rail = random.next() < 0.5 ? 0 : railMillivolts;
    millivolts.fill(rail, from, to);
    for (let i = to; i < millivolts.length; i++) {
      millivolts[i] += 0.1 * rail * Math.exp(-(i - to + 1) / (RECOVERY_SECONDS * sampleRateHz));
    }
  }
}
