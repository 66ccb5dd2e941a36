/** The rhythm of the atria, as a label tells it. */
export type AtrialRhythm = "fibrillation" | "flutter" | "other";

/** The codes of one vocabulary for two rhythms. Any other code means another rhythm, or no rhythm at all. */
interface Vocabulary {
  readonly fibrillation: readonly string[];
  readonly flutter: readonly string[];
}

/**
 * The codes of SNOMED CT and the PhysioNet/CinC challenge's acronyms (AF, AFL), PTB-XL's SCP-ECG statements, WFDB's
 * rhythm notes.
 */
export const DIAGNOSES: Vocabulary = {
  fibrillation: ["164889003", "AF", "AFIB", "(AFIB"],
  flutter: ["164890007", "AFL", "AFLT", "(AFL"],
};

/**
 * The labels of the class atrial fibrillation in CinC 2017, CPSC 2018 and Chapman's groups (whose AFIB includes
 * flutter).
 */
export const AF_LABELS: readonly string[] = ["A", "AF", "AFIB"];

/** The rhythms of Chapman's own table, whose AF is flutter. */
export const CHAPMAN_RHYTHMS: Vocabulary = { fibrillation: ["AFIB"], flutter: ["AF"] };

/** Finds the atrial rhythm of a record with these codes: fibrillation before flutter before any other. */
export function atrialRhythm(codes: readonly string[], vocabulary: Vocabulary = DIAGNOSES): AtrialRhythm {
  if (codes.some((code) => vocabulary.fibrillation.includes(code))) return "fibrillation";
  return codes.some((code) => vocabulary.flutter.includes(code)) ? "flutter" : "other";
}
