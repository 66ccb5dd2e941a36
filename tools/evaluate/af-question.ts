import type { AtrialRhythm } from "../data/rhythms/atrial-rhythm.ts";
import type { RhythmItem } from "../data/rhythms/rhythm-dataset.ts";
import { SeededRandom } from "../random/random.ts";
import { argMax } from "./arg-max.ts";
import { type DetectionScore, scoreDetection } from "./detection-score.ts";

/** The answer that is right for flutter: AF, another rhythm, or none, where flutter is left out. */
export const FLUTTER_CHOICES = ["af", "other", "omit"] as const;
export type FlutterChoice = (typeof FLUTTER_CHOICES)[number];

/** Count of one rhythm's items (`of`), and of those that were answered with AF (`found`). */
interface AnsweredAf {
  readonly found: number;
  readonly of: number;
}

/** A classifier's answers to the question whether an item is atrial fibrillation. */
export interface AfAnswers {
  readonly score: DetectionScore;
  readonly answeredAf: Readonly<Record<AtrialRhythm, AnsweredAf>>;
  /** Count of the items that are too short for a decision; each counts as wrong. */
  readonly undecided: number;
}

/**
 * Scores the answers that a classifier's logits give to items.
 *
 * @param logits one row an item; null for an item that is too short for a decision
 * @param afIndex index of the classifier's AF class
 */
export function scoreAf(
  items: readonly RhythmItem[],
  logits: readonly (ArrayLike<number> | null)[],
  afIndex: number,
  flutter: FlutterChoice,
): AfAnswers {
  const outcomes = items.map(({ source, rhythm }, i) => {
    const truth = isAf(rhythm, flutter);
    return { source, truth, ...answerOf(logits[i], afIndex, truth) };
  });
  const answered = (rhythm: AtrialRhythm) => ({
    found: outcomes.filter(({ answer }, i) => answer && items[i].rhythm === rhythm).length,
    of: items.filter((item) => item.rhythm === rhythm).length,
  });
  return {
    score: scoreDetection(outcomes, new SeededRandom(1)),
    answeredAf: { fibrillation: answered("fibrillation"), flutter: answered("flutter"), other: answered("other") },
    undecided: logits.filter((row) => row === null).length,
  };
}

function isAf(rhythm: AtrialRhythm, flutter: FlutterChoice): boolean {
  return rhythm === "fibrillation" || (rhythm === "flutter" && flutter === "af");
}

/**
 * Answers AF where AF's logit is the largest; its lead over the largest other logit is the score. An item without a
 * decision gets the wrong answer.
 */
function answerOf(
  logits: ArrayLike<number> | null,
  afIndex: number,
  truth: boolean,
): { answer: boolean; score: number } {
  if (logits === null) return { answer: !truth, score: truth ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  const others = Array.from(logits).filter((_, index) => index !== afIndex);
  return { answer: argMax(logits) === afIndex, score: logits[afIndex] - Math.max(...others) };
}
