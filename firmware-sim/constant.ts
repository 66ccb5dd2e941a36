/** A figure that the simulation takes from outside, with where it is from. */
export interface Constant {
  readonly value: number;
  /** "modelled: ..." */
  readonly source: string;
}

/** A figure from a data sheet, a published result or an assumption; `basis` says which. */
export function modelled(value: number, basis: string): Constant {
  return { value, source: `modelled: ${basis}` };
}
