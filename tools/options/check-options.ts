import { fieldValue, type Limits, type OptionRow, type OptionTable } from "./option-table.ts";

/** Throws RangeError on the first number that lies outside its row's limits. A field that is null or missing passes. */
export function checkOptions<T>(table: OptionTable<T>, options: T): void {
  for (const row of table) {
    const value = fieldValue(options, row);
    const limits = limitsOf(row);
    if (!limits || value === null || value === undefined) continue;
    if (typeof value === "number" && isWithin(value, limits)) continue;
    throw new RangeError(`${row.title ?? row.field?.split(".").pop()} must be ${limitsText(limits)}, not ${value}`);
  }
}

/** The limits of a row's field, those of a count and of a whole number among them; undefined where there are none. */
function limitsOf<T>({ takes, limits }: OptionRow<T>): Limits | undefined {
  if (takes === "count") return { isInteger: true, least: 1, ...limits };
  return takes === "whole" ? { isInteger: true, ...limits } : limits;
}

function isWithin(value: number, { isInteger = false, least, above, most }: Limits): boolean {
  if (isInteger ? !Number.isSafeInteger(value) : Number.isNaN(value)) return false;
  return value >= (least ?? value) && (above === undefined || value > above) && value <= (most ?? value);
}

function limitsText({ isInteger = false, least, above, most }: Limits): string {
  if (above !== undefined) return most === undefined ? `above ${above}` : `above ${above}, to ${most}`;
  if (most !== undefined) return `within ${least} to ${most}`;
  if (least === undefined) return "an integer";
  return isInteger ? `an integer of ${least} or more` : `${least} or more`;
}
