import type { EcgRecord, Lead } from "./record.ts";

/** Rate and scale of a lead's counts, as the engine's front end is configured with them. */
interface LeadInput {
  readonly sampleRateHz: number;
  readonly millivoltsPerCount: number;
}

/** Returns the rate and scale that a lead of a record is read with. */
export function leadInput({ sampleRateHz }: EcgRecord, { countsPerMillivolt }: Lead): LeadInput {
  return { sampleRateHz, millivoltsPerCount: 1 / countsPerMillivolt };
}
