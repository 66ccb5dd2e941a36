import { CHAPMAN_CLASSES, CPSC2018_CLASSES } from "./label-sets.ts";

/**
 * SNOMED CT codes (and, where headers have these instead, acronyms) of CPSC 2018's classes. As in the PhysioNet/CinC
 * challenge 2020, complete and plain bundle branch block are one, and so are supraventricular and atrial premature
 * beats.
 */
const CPSC2018_CODES: Readonly<Record<(typeof CPSC2018_CLASSES)[number], readonly string[]>> = {
  Normal: ["426783006", "NSR"],
  AF: ["164889003", "AF"],
  "I-AVB": ["270492004", "IAVB"],
  LBBB: ["164909002", "733534002", "LBBB"],
  RBBB: ["59118001", "713427006", "RBBB"],
  PAC: ["284470004", "63593006", "PAC"],
  PVC: ["164884008", "427172004", "17338001", "PVC"],
  STD: ["429622005", "STD"],
  STE: ["164931005", "STE"],
};

/** SNOMED CT codes of the rhythms in Chapman's four groups; the acronyms are those of its `Diagnostics.xlsx`. */
const CHAPMAN_CODES: Readonly<Record<(typeof CHAPMAN_CLASSES)[number], readonly string[]>> = {
  AFIB: ["164889003", "AFIB", /* flutter */ "164890007", "AF"],
  GSVT: [
    ...["426761007", "SVT", "713422000", "AT", "427084000", "ST"],
    ...["195101003", "SAAWR", "233896004", "AVNRT", "233897008", "AVRT"],
  ],
  SB: ["426177001", "SB"],
  SR: ["426783006", "SR", "427393009", "SA", "SI"],
};

/** Reads the codes of a challenge header from its comment "Dx: 164889003,59118001". */
export function diagnosisCodes(comments: readonly string[]): string[] {
  const line = comments.find((comment) => comment.startsWith("Dx:"));
  return line === undefined
    ? []
    : line
        .slice("Dx:".length)
        .split(",")
        .map((code) => code.trim());
}

/** Finds CPSC 2018's classes of a record, in the order of its codes. */
export function cpsc2018Classes(codes: readonly string[]): string[] {
  const classes = codes.map((code) => CPSC2018_CLASSES.find((label) => CPSC2018_CODES[label].includes(code)));
  return [...new Set(classes.filter((label) => label !== undefined))];
}

/** Finds Chapman's group of a record; where several apply, the first in the order AFIB, GSVT, SB, SR. */
export function chapmanClass(codes: readonly string[]): string | undefined {
  return CHAPMAN_CLASSES.find((label) => codes.some((code) => CHAPMAN_CODES[label].includes(code)));
}
