/**
 * An error of the input: its message is one sentence that names the file, the field, what was found and what was
 * expected.
 */
export class DataError extends Error {
  override name = "DataError";
}
