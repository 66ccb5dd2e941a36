import { DataError } from "../files/data-error.ts";
import type { EcgRecord, Lead } from "./record.ts";

/** The default leads: rhythm strips show lead II; MLII is its usual form in ambulatory recordings. */
const PREFERRED_LEADS = ["II", "MLII"];

/**
 * Picks one lead of a record by name (in any case), else by index from 0; by default II, else MLII, else the first.
 *
 * @throws DataError that lists the record's leads
 */
export function pickLead(record: EcgRecord, lead?: string): Lead {
  const { leads } = record;
  const named = (name: string) => leads.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  const picked =
    lead === undefined
      ? (PREFERRED_LEADS.map(named).find((candidate) => candidate !== undefined) ?? leads[0])
      : (named(lead) ?? (/^\d+$/.test(lead) ? leads[Number(lead)] : undefined));
  if (picked !== undefined) return picked;
  const known = leads.map(({ name }) => name).join(", ");
  throw new DataError(`record ${record.name}: lead "${lead}" is missing, expected one of ${known} or an index from 0`);
}
