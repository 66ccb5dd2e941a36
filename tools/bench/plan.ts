import type { Width } from "../quantize/width.ts";
import { edgeRows } from "./edge-rows.ts";
import { SMALL_NAME } from "./hubert-graphs.ts";
import { hubertRows } from "./hubert-rows.ts";
import { once } from "./once.ts";
import { type PeerRuntimes, peerRows } from "./peers/peer-rows.ts";
import { REFERENCE_NAME } from "./reference-network.ts";
import { beatRows, windowRows } from "./reference-rows.ts";
import { isBaseline, labelOf, type RowPlan } from "./row.ts";
import { edgeGraph, edgeSubject, referenceGraph, referenceSubject, type Subject } from "./subject.ts";

const WIDTHS: readonly Width[] = [8, 7, 6, 5, 4, 3, 2, 1, "ternary"];
const BEAT_WIDTHS: readonly Width[] = [8, 4, 2];
export const BEAT_TICKS_MS = [32, 160, 800];

/** A function that returns R-1M at a width and makes it at its first call, which takes two seconds. */
export type ReferenceSubjects = (width: Width) => Subject;

export function referenceSubjects(): ReferenceSubjects {
  const subjects = new Map(WIDTHS.map((width) => [width, once(() => referenceSubject(width))] as const));
  return (width) => (subjects.get(width) as () => Subject)();
}

/** Lists all rows, network by network: first the peers', then the engine's. */
export function allRows(reference: ReferenceSubjects, runtimes: PeerRuntimes): RowPlan[] {
  return [
    ...peerRows(referenceGraph(), runtimes, () => reference(8)),
    ...WIDTHS.flatMap((width) => windowRows(width, () => reference(width))),
    ...BEAT_WIDTHS.flatMap((width) => BEAT_TICKS_MS.flatMap((ms) => beatRows(width, ms, () => reference(width)))),
    ...peerRows(edgeGraph(), runtimes, once(edgeSubject)),
    ...edgeRows(),
    ...hubertRows(runtimes),
  ];
}

/**
 * Chooses the rows whose label the regular expression matches, in any case, and the baselines of their networks.
 * Throws RangeError where no label matches, or on a wrong expression.
 */
export function chooseRows(rows: readonly RowPlan[], pattern: string): RowPlan[] {
  const expression = regularExpression(pattern);
  const chosen = rows.filter((row) => expression.test(labelOf(row)));
  if (chosen.length === 0) {
    throw new RangeError(`no row of the bench matches "${pattern}"; one is "${labelOf(rows[0])}"`);
  }
  const networks = new Set(chosen.map((row) => row.network));
  return rows.filter((row) => chosen.includes(row) || (isBaseline(row) && networks.has(row.network)));
}

function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "i");
  } catch (error) {
    throw new RangeError(`rows are chosen by a regular expression: ${(error as Error).message}`);
  }
}

/** Tells whether a row belongs to the quick run: one width, one tick and small networks, in a minute. */
export function isQuick({ network, name, bits }: RowPlan): boolean {
  if (network === SMALL_NAME) return false;
  return network !== REFERENCE_NAME || ((bits === 8 || bits === 32) && !/beat, (32|800) ms/.test(name));
}
