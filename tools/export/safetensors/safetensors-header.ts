import { z } from "zod";
import { FLOAT_TYPES } from "./float-types.ts";

/** Name of the entry that is no tensor but a map of strings. */
export const METADATA = "__metadata__";

const SIZE = z.number().int().nonnegative();
const ENTRY = z.strictObject({ dtype: z.string(), shape: z.array(SIZE), data_offsets: z.tuple([SIZE, SIZE]) });

/** A tensor's type, shape and place of its bytes, [begin, end) from the end of the header. */
export type HeaderEntry = z.infer<typeof ENTRY>;

export interface Header {
  readonly entries: readonly (readonly [name: string, entry: HeaderEntry])[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws an error that names the file before the sentence. */
type Fail = (sentence: string) => never;

/** Parses the header's JSON and checks the form of each entry. */
export function parseHeader(bytes: Uint8Array, fail: Fail): Header {
  let text = "";
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    fail("header: is not JSON in UTF-8");
  }
  const header = z.record(z.string(), z.unknown()).safeParse(json);
  if (!header.success) return fail("header: expected a JSON object");
  const twice = duplicateKey(text);
  if (twice !== null) fail(`header: the name ${JSON.stringify(twice)} stands twice`);
  const { [METADATA]: given = {}, ...named } = header.data;
  const metadata = z.record(z.string(), z.string()).safeParse(given);
  if (!metadata.success) return fail(`${METADATA}: expected a map of strings`);
  const entries = Object.entries(named).map(([name, value]): [string, HeaderEntry] => {
    const entry = ENTRY.safeParse(value);
    if (entry.success) return [name, entry.data];
    const { path, message } = entry.error.issues[0];
    return fail(`tensor ${name}, ${path.join(".") || "entry"}: ${message}`);
  });
  return { entries, metadata: metadata.data };
}

/**
 * Checks that each tensor has its shape's bytes, and that together they cover the data without a gap or an overlap. A tensor that
 * `skips` names may have any dtype.
 */
export function checkLayout(
  { entries }: Header,
  dataBytes: number,
  skips: (name: string) => boolean,
  fail: Fail,
): void {
  let end = 0;
  for (const [name, entry] of [...entries].sort(inFileOrder)) {
    const [from, to] = entry.data_offsets;
    const type = FLOAT_TYPES.get(entry.dtype);
    if (!type && !skips(name)) {
      fail(`tensor ${name}, dtype: found ${entry.dtype}, expected ${[...FLOAT_TYPES.keys()].join(", ")}`);
    }
    if (from !== end)
      fail(`tensor ${name}, data_offsets: begins at ${from}, expected ${end}, the end of the one before`);
    if (to > dataBytes)
      fail(`tensor ${name}, data_offsets: ends at ${to}, but the file has ${dataBytes} bytes of data`);
    if (to < from) fail(`tensor ${name}, data_offsets: ends at ${to}, before its beginning at ${from}`);
    const expected = type ? type.bytes * elements(entry.shape) : to - from;
    if (to - from !== expected)
      fail(`tensor ${name}, data_offsets: has ${to - from} bytes, expected ${expected} by its shape`);
    end = to;
  }
  if (end !== dataBytes) fail(`data: the file has ${dataBytes} bytes, expected ${end}`);
}

function inFileOrder([, a]: Header["entries"][number], [, b]: Header["entries"][number]): number {
  // An empty tensor begins where the next one does, and comes first.
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

/** Counts the elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Finds a top-level key that a JSON object has twice, or null: JSON.parse silently keeps the last one. */
function duplicateKey(text: string): string | null {
  const keys = new Set<string>();
  let depth = 0;
  // Only strings and brackets matter; a string before a colon is a key.
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]/g)) {
    if (!string) depth += token === "{" || token === "[" ? 1 : -1;
    else if (depth === 1 && colon) {
      const key: string = JSON.parse(string);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
