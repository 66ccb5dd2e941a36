import { decisionsOf, type LabelledLogits } from "../labelled-logits.ts";
import { tuneOffsets } from "./tune-offsets.ts";

/**
 * Decisions with calibrated bias that no record has had a say in itself: every second record is decided by the offsets
 * that the others ask for. What calibration is worth, measured on the records that it is tuned on.
 * @param records as the network was trained, without offsets
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
