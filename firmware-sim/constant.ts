/** The origin of a figure. */
export interface Source {
  /** A measured figure was counted or run here; a modelled one rests on something that was not. */
  readonly kind: "measured" | "modelled";
  /** Where the figure was measured, or what it was modelled from. */
  readonly from: string;
}

/** A figure that the simulation takes from outside, with its origin. */
export interface Constant extends Source {
  readonly value: number;
}

/** Makes a constant of a figure from a data sheet, a published result or an assumption; `from` says which. */
export function modelled(value: number, from: string): Constant {
  return { value, kind: "modelled", from };
}
