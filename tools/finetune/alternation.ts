/** The steps of a round of an alternation. */
export interface AlternationSteps<Packed extends PackedRound> {
  /** Searches the widths of a float model within a budget. */
  search(round: number, model: string, budgetNats: number): Promise<Pick<PackedRound, "ratios">>;
  /** Trains a model on at the widths that the round's search found. Returns the file of the trained model. */
  finetune(round: number, model: string): Promise<string>;
  /** Packs a trained model. */
  pack(round: number, model: string): Promise<Packed>;
}

export interface PackedRound {
  readonly ratios: { readonly paper: number };
  readonly validation: { readonly withoutLoss: boolean };
}

export interface AlternationOptions {
  /** The file of the float model that the first round begins with. */
  readonly model: string;
  /** The most rounds that are run. */
  readonly rounds: number;
  /** The divergence that the first search may cost, in nats. */
  readonly budgetNats: number;
  /** Called where a search finds no smaller file than the best so far, which ends the alternation. */
  onNoGain(round: number, budgetNats: number): void;
}

export type AlternationRound<Packed> = Packed & {
  readonly round: number;
  readonly budget: number;
  /** The file of the fine-tuned model. */
  readonly model: string;
};

/**
 * Searches widths and trains on with quantized weights in turn, each round from the last that is without loss, until a search
 * finds no smaller file. A round with loss halves the budget of the next.
 * @returns every round that was trained, and the last that is without loss
 */
export async function alternate<Packed extends PackedRound>(
  steps: AlternationSteps<Packed>,
  { model, rounds: most, budgetNats, onNoGain }: AlternationOptions,
): Promise<{ rounds: readonly AlternationRound<Packed>[]; best: AlternationRound<Packed> | null }> {
  const rounds: AlternationRound<Packed>[] = [];
  let best: AlternationRound<Packed> | null = null;
  let budget = budgetNats;
  for (let round = 1; round <= most; round++) {
    const from: string = best?.model ?? model;
    const found = await steps.search(round, from, budget);
    if (best && found.ratios.paper <= best.ratios.paper) {
      onNoGain(round, budget);
      break;
    }
    const tuned = await steps.finetune(round, from);
    const packed = await steps.pack(round, tuned);
    const trained: AlternationRound<Packed> = { round, budget, model: tuned, ...packed };
    rounds.push(trained);
    if (packed.validation.withoutLoss) best = trained;
    else budget /= 2;
  }
  return { rounds, best };
}
