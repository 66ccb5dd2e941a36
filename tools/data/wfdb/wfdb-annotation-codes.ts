/**
 * WFDB annotation codes and their mnemonics (ecgcodes.h and annot(5) of the WFDB Applications Guide), by code.
 * Codes 15, 17 and 42 to 49 are for users to define and have no mnemonic: they read as "[15]".
 */
const MNEMONICS = [
  ...[" ", "N", "L", "R", "a", "V", "F", "J", "A", "S"],
  ...["E", "j", "/", "Q", "~", "[15]", "|", "[17]", "s", "T"],
  ...["*", "D", '"', "=", "p", "B", "^", "t", "+", "u"],
  ...["?", "!", "[", "]", "e", "n", "@", "x", "f", "("],
  ...[")", "r", "[42]", "[43]", "[44]", "[45]", "[46]", "[47]", "[48]", "[49]"],
];

const CODES: ReadonlyMap<string, number> = new Map(MNEMONICS.map((symbol, code) => [symbol, code]));

/** The mnemonics that mark a beat; all others mark rhythm, noise, waves or text. */
export const BEAT_SYMBOLS: ReadonlySet<string> = new Set("NLRBAaJSVrFejnE/fQ?");

/** Finds the mnemonic of a code; undefined if the code is unknown. */
export function annotationSymbol(code: number): string | undefined {
  return MNEMONICS[code];
}

/** Finds the code of a mnemonic; undefined if it is unknown. */
export function annotationCode(symbol: string): number | undefined {
  return CODES.get(symbol);
}
