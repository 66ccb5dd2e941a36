import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError } from "../../files/data-error.ts";
import { readBytes, readText } from "../read-file.ts";
import type { BeatAnnotation, EcgRecord, Lead } from "../record.ts";
import { readAnnotations } from "./wfdb-annotation.ts";
import { parseWfdbHeader, type WfdbHeader, type WfdbSignal } from "./wfdb-header.ts";
import { readSignals } from "./wfdb-signal.ts";

/** Units of potential in lower case, with the number of each in a millivolt. */
const UNITS_PER_MILLIVOLT: ReadonlyMap<string, number> = new Map([
  ["v", 1e-3],
  ["mv", 1],
  ["uv", 1e3],
  ["µv", 1e3],
  ["nv", 1e6],
]);

/**
 * Reads a WFDB record: header, signal files and, where there is one, the `.atr` annotations beside them.
 * Signals in another unit than volts (pressure, respiration) are verified and left out.
 *
 * @param path the header file
 * @throws DataError
 */
export function readWfdbRecord(path: string): EcgRecord {
  const header = parseWfdbHeader(readText(path), path);
  const leads = readLeads(header, dirname(path), path);
  const annotationPath = path.replace(/\.hea$/, ".atr");
  const annotations: BeatAnnotation[] | undefined = existsSync(annotationPath)
    ? readAnnotations(readBytes(annotationPath), annotationPath, header.sampleRateHz)
    : undefined;
  return { name: header.name, sampleRateHz: header.sampleRateHz, leads, annotations, comments: header.comments };
}

function readLeads(header: WfdbHeader, folder: string, path: string): Lead[] {
  const leads: Lead[] = [];
  let length = header.length;
  let first = 0;
  while (first < header.signals.length) {
    const group = signalsOfOneFile(header.signals, first);
    const file = join(folder, group[0].file);
    const counts = readSignals(readBytes(file), group, header.length, file);
    length ??= counts[0].length;
    if (counts[0].length !== length) {
      throw new DataError(`${file}: signals have ${counts[0].length} samples, expected ${length} as in the first file`);
    }
    group.forEach((signal, i) => {
      const unitsPerMillivolt = UNITS_PER_MILLIVOLT.get(signal.unit.toLowerCase());
      if (unitsPerMillivolt === undefined) return;
      leads.push({
        name: signal.description || `signal ${first + i}`,
        samples: counts[i],
        countsPerMillivolt: signal.gain * unitsPerMillivolt,
        baseline: signal.baseline,
      });
    });
    first += group.length;
  }
  if (leads.length === 0) {
    const units = header.signals.map((signal) => signal.unit).join(", ");
    throw new DataError(`${path}: signals are in ${units}, expected at least one in mV`);
  }
  return leads;
}

function signalsOfOneFile(signals: readonly WfdbSignal[], first: number): WfdbSignal[] {
  const end = signals.findIndex((signal, i) => i > first && signal.file !== signals[first].file);
  return signals.slice(first, end < 0 ? undefined : end);
}
