import { decisionsOf, type LabelledLogits } from "../labelled-logits.ts";
import { tuneOffsets } from "./tune-offsets.ts";

/**
 * Decides records with calibrated bias: each half of them, every second record, by the offsets tuned on the other half.
 * So calibration is measured on the records that it is tuned on, and no record takes part in its own decision.
 * @param records logits without offsets, as the network was trained
 */
export function crossFitted(records: readonly LabelledLogits[], classes: readonly string[]): number[] {
  const halves = [0, 1].map((half) => records.filter((_, index) => index % 2 === half));
  const decided = halves.map((half, index) => {
    const others = halves[1 - index];
    const logits = others.map((record) => record.logits);
    const offsets = tuneOffsets(logits, decisionsOf(others, classes).truths, classes);
    return decisionsOf(half, classes, offsets).predictions;
  });
  return records.map((_, index) => decided[index % 2][index >> 1]);
}
