/** Finds the converter's sample that a sample of the engine came from, also where the ring buffer lost samples. */
export class SampleClock {
  readonly #frontEndSamplesPerModelSample: number;
  /** Engine positions at which samples went missing, and the number missing by then. */
  readonly #losses: { readonly from: number; readonly lost: number }[] = [];
  #received = 0;
  #lost = 0;

  constructor(frontEndSamplesPerModelSample: number) {
    this.#frontEndSamplesPerModelSample = frontEndSamplesPerModelSample;
  }

  /** Notes that the ring took `taken` samples, then refused `lost`. */
  receive(taken: number, lost: number): void {
    this.#received += taken;
    if (lost === 0) return;
    this.#lost += lost;
    this.#losses.push({ from: this.#received, lost: this.#lost });
  }

  /**
   * Returns the converter's position, which need not be whole.
   *
   * @param modelSample position in the engine's 500 Hz stream
   */
  frontEndSample(modelSample: number): number {
    const engineSample = modelSample * this.#frontEndSamplesPerModelSample;
    const before = this.#losses.findLast(({ from }) => engineSample >= from);
    return engineSample + (before ? before.lost : 0);
  }
}
