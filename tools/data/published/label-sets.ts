/** CinC 2017: normal, atrial fibrillation, other rhythm, too noisy to tell. */
export const CINC2017_CLASSES = ["N", "A", "O", "~"] as const;

/** CPSC 2018's nine, in the order in which its REFERENCE.csv numbers them from 1. */
export const CPSC2018_CLASSES = ["Normal", "AF", "I-AVB", "LBBB", "RBBB", "PAC", "PVC", "STD", "STE"] as const;

/** The four groups into which Chapman's eleven rhythms are merged (Zheng et al., Scientific Data 7, 2020). */
export const CHAPMAN_CLASSES = ["AFIB", "GSVT", "SB", "SR"] as const;

const KNOWN_SETS: readonly (readonly string[])[] = [CINC2017_CLASSES, CPSC2018_CLASSES, CHAPMAN_CLASSES];

/**
 * The classes of a data set in a fixed order: those of a known set, less what does not occur, in its order; others
 * sorted.
 */
export function orderClasses(labels: Iterable<string>): string[] {
  const present = new Set(labels);
  const known = KNOWN_SETS.find((classes) => [...present].every((label) => classes.includes(label)));
  return known ? known.filter((label) => present.has(label)) : [...present].sort();
}

/**
 * The names of atrial fibrillation in CinC 2017, CPSC 2018 and Chapman's groups. Chapman's group AFIB has flutter in it, and a
 * list of groups does not tell which.
 */
export const FIBRILLATION_CLASSES: readonly string[] = ["A", "AF", "AFIB"];
