/**
 * Finds the first field in which two JSON values differ, as "recipe.epochs was 2, is 3"; null where none does. A
 * missing field is undefined.
 */
export function firstDifference(was: unknown, is: unknown, path = "it"): string | null {
  if (!isFields(was) || !isFields(is)) {
    const [a, b] = [JSON.stringify(was), JSON.stringify(is)];
    return a === b ? null : `${path} was ${a}, is ${b}`;
  }
  for (const field of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const found = firstDifference(was[field], is[field], path === "it" ? field : `${path}.${field}`);
    if (found) return found;
  }
  return null;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
