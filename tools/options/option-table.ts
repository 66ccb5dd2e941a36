/**
 * A table of options has one row for each option of a plain record: the flag that sets it, the field it lands in, the text
 * that it takes, its help and its limits. The command line, `--help` and the check of the values all read this row.
 */
export type OptionTable<T> = readonly OptionRow<T>[];

export interface OptionRow<T> {
  /** None for a flag that is no part of the options, such as the name of a file: the command reads its value. */
  readonly field?: FieldOf<T>;
  readonly takes: Takes;
  /** The flag with the name of its value, such as "--epochs <n>"; none for a field that only code sets. */
  readonly flag?: string;
  readonly help?: string;
  readonly limits?: Limits;
  /** The field's units in one unit of the flag, such as 500 samples in a second; the product is rounded. */
  readonly perUnit?: number;
  /** The default that `--help` shows where the field is null or missing. */
  readonly unset?: string;
  /** Writes the field's value as the flag takes it (default: `String`, with colons between the values of an array). */
  readonly show?: (value: never) => string;
  /** The field's name in messages (default: the last part of `field`). */
  readonly title?: string;
}

/** The name of a field, or "record.field" for a field of a record within the options. */
export type FieldOf<T> = {
  [K in keyof T & string]: NonNullable<T[K]> extends number | string | boolean | readonly unknown[]
    ? K
    : `${K}.${keyof NonNullable<T[K]> & string}`;
}[keyof T & string];

/**
 * The text that a flag takes: a number of 1 or more ("count"), any whole number, any number, two numbers as low:high
 * ("interval"), any text, one of several names, or what a function parses, which throws an Error on other text. "on" and "off" take
 * no text and set the field to true or false.
 */
export type Takes =
  | "count"
  | "whole"
  | "real"
  | "interval"
  | "text"
  | "on"
  | "off"
  | readonly string[]
  | ((text: string) => unknown);

/** The interval that a field's number must lie in; `above` is its open lower end. */
export interface Limits {
  readonly isInteger?: boolean;
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
}

/** The value of a row's field; undefined for a row without one. */
export function fieldValue<T>(options: T, { field }: OptionRow<T>): unknown {
  if (field === undefined) return undefined;
  return field.split(".").reduce<unknown>((record, key) => (record as Record<string, unknown> | null)?.[key], options);
}

/** The options with another value in a field; the order of the fields stays. */
export function withField<T>(options: T, field: FieldOf<T>, value: unknown): T {
  const [key, inner] = field.split(".");
  const outer = options as Record<string, unknown>;
  return { ...outer, [key]: inner === undefined ? value : { ...(outer[key] as object), [inner]: value } } as T;
}
