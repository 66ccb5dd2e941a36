import type { SimulationReport } from "./report.ts";

/** A report as `qhubert simulate --json` prints it. */
export interface ReportDocument extends Omit<SimulationReport, "sources"> {
  /** For each figure "measured: where" or "modelled: from what". */
  readonly sources: Readonly<Record<string, string>>;
}

/** Writes each figure's source as one string. */
export function reportDocument(report: SimulationReport): ReportDocument {
  const sources = Object.entries(report.sources).map(([figure, { kind, from }]) => [figure, `${kind}: ${from}`]);
  return { ...report, sources: Object.fromEntries(sources) };
}
