import { NARROW_MULTIPLIER_SHIFT } from "../../../assembly/shared/layout.ts";
import { MAX_ROW_FORM } from "../../../assembly/shared/limits.ts";
import { INT32_LIMIT, type Requantization, type RequantizationRow } from "./requantization.ts";

/** The farthest that narrow rows may move an output, as a share of the largest output: a 64th of a count of int8. */
const TOLERANCE = 2 ** -13;
const LARGEST_MULTIPLIER = 2 ** 16 - 1;
const LARGEST_BIAS = 2 ** 15 - 1;

/** The largest accumulated products and the largest output of a layer, in counts. */
interface LayerRange {
  readonly sumLimit: number;
  readonly outLimit: number;
}

export interface FormedRows {
  /** 0: rows of eight bytes. n: rows of four bytes, whose biases are multiples of 2^(n - 1), the multipliers of 2^15. */
  readonly rowForm: number;
  readonly rows: readonly RequantizationRow[];
}

/** Rounds the rows to narrow rows where these serve; else the rows stay as they are. */
export function narrowRows({ shift, rows }: Requantization, range: LayerRange): FormedRows {
  const biasShift = biasShiftOf(rows);
  const narrow = rows.map(({ multiplier, bias }) => ({
    multiplier:
      2 ** NARROW_MULTIPLIER_SHIFT *
      Math.min(LARGEST_MULTIPLIER, Math.round(multiplier / 2 ** NARROW_MULTIPLIER_SHIFT)),
    bias: 2 ** biasShift * Math.round(bias / 2 ** biasShift),
  }));
  const serves = rows.every((row, index) => isClose(row, narrow[index], 2 ** shift, range));
  return biasShift < MAX_ROW_FORM && serves ? { rowForm: biasShift + 1, rows: narrow } : { rowForm: 0, rows };
}

/** Counts the bits that the largest bias has beyond an int16. */
function biasShiftOf(rows: readonly RequantizationRow[]): number {
  const largest = Math.max(...rows.map(({ bias }) => Math.abs(bias)));
  let shift = 0;
  while (Math.round(largest / 2 ** shift) > LARGEST_BIAS) shift++;
  return shift;
}

/** Whether no output moves by more than the tolerance, and none leaves 32 bits. */
function isClose(
  row: RequantizationRow,
  narrow: RequantizationRow,
  ratio: number,
  { sumLimit, outLimit }: LayerRange,
): boolean {
  const reached = Math.min(outLimit, ((sumLimit + Math.abs(row.bias)) * row.multiplier) / ratio);
  const scaled = row.multiplier > 0 ? (reached * Math.abs(narrow.multiplier - row.multiplier)) / row.multiplier : 0;
  const offset = (Math.abs(narrow.bias - row.bias) * narrow.multiplier) / ratio;
  const bound = sumLimit + Math.abs(narrow.bias);
  return (
    scaled + offset <= TOLERANCE * outLimit &&
    bound < INT32_LIMIT &&
    (bound * narrow.multiplier) / ratio < INT32_LIMIT - 1
  );
}
