import type { SeededRandom } from "../random/random.ts";

export interface MaskOptions {
  /** Share of a crop's tokens that would be masked if no two spans met, above 0, to 1. */
  readonly share: number;
  /** Tokens in a row that are masked together. */
  readonly spanTokens: number;
}

/**
 * Which tokens of a crop are masked: spans whose starts are drawn without putting any back, so that spans may run into
 * each other (HuBERT, Hsu et al. 2021). Their number is share * tokens / spanTokens, rounded up or down by chance, and
 * never 0: a crop without a masked token teaches nothing.
 * @returns [tokens], 1 where masked
 */
export function spanMask(tokens: number, { share, spanTokens }: MaskOptions, random: SeededRandom): Uint8Array {
  const span = Math.min(spanTokens, tokens);
  const places = tokens - span + 1;
  const wanted = Math.floor((share * tokens) / span + random.next());
  const spans = Math.min(places, Math.max(1, wanted));
  const starts = random.shuffle(Array.from({ length: places }, (_, place) => place)).slice(0, spans);
  const mask = new Uint8Array(tokens);
  for (const start of starts) mask.fill(1, start, start + span);
  return mask;
}
