/** Finds the converter's sample behind a sample of the engine, also where the ring buffer lost some in between. */
export class SampleClock {
  readonly #frontEndSamplesPerModelSample: number;
  /** Engine positions at which samples went missing, and how many had by then. */
  readonly #losses: { readonly from: number; readonly lost: number }[] = [];
  #received = 0;
  #lost = 0;

  constructor(frontEndSamplesPerModelSample: number) {
    this.#frontEndSamplesPerModelSample = frontEndSamplesPerModelSample;
  }

  /** The ring took `taken` samples, then refused `lost`. */
  receive(taken: number, lost: number): void {
    this.#received += taken;
    if (lost === 0) return;
    this.#lost += lost;
    this.#losses.push({ from: this.#received, lost: this.#lost });
  }

  /** @param modelSample position in the engine's 500 Hz stream */
  frontEndSample(modelSample: number): number {
    const engineSample = modelSample * this.#frontEndSamplesPerModelSample;
    const before = this.#losses.findLast(({ from }) => engineSample >= from);
    return engineSample + (before ? before.lost : 0);
  }
}
