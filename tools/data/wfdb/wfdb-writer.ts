import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EcgRecord, Lead } from "../record.ts";
import { encodeAnnotations } from "./wfdb-annotation.ts";
import { signalChecksum } from "./wfdb-signal.ts";

/** The least count: -32768 is WFDB's mark of a missing sample. */
const MIN_COUNT = -32_767;
const MAX_COUNT = 32_767;

/**
 * Writes a record as WFDB: `NAME.dat` (format 16), `NAME.atr` where it has annotations, and `NAME.hea`.
 * Reading it back gives equal counts, gains, baselines, annotations and comments. Each file gets its name once all are
 * complete, the header last: what has a header can be read.
 *
 * @throws RangeError for counts past 16 bits, leads of unequal length, or names that a header cannot hold
 */
export function writeWfdbRecord(folder: string, record: EcgRecord): void {
  const files: [extension: string, content: string | Uint8Array][] = [["dat", encodeSignals(record)]];
  if (record.annotations) files.push(["atr", encodeAnnotations(record.annotations)]);
  files.push(["hea", encodeHeader(record)]);

  const partial = (extension: string) => join(folder, `.${record.name}.${extension}.partial`);
  try {
    for (const [extension, content] of files) writeFileSync(partial(extension), content);
    for (const [extension] of files) renameSync(partial(extension), join(folder, `${record.name}.${extension}`));
  } finally {
    for (const [extension] of files) rmSync(partial(extension), { force: true });
  }
}

function encodeSignals(record: EcgRecord): Uint8Array {
  const { leads, name } = record;
  const length = leads[0]?.samples.length ?? 0;
  if (length === 0) throw new RangeError(`record ${name} has no samples, expected at least one`);
  const bytes = new Uint8Array(length * leads.length * 2);
  leads.forEach(({ samples, name: leadName }, l) => {
    if (samples.length !== length) {
      throw new RangeError(`record ${name}: lead ${leadName} has ${samples.length} samples, expected ${length}`);
    }
    for (let i = 0; i < length; i++) {
      const count = samples[i];
      if (count < MIN_COUNT || count > MAX_COUNT) {
        throw new RangeError(`record ${name}: sample ${i} of lead ${leadName} is ${count}, expected 16 bits at most`);
      }
      const at = (i * leads.length + l) * 2;
      bytes[at] = count & 0xff;
      bytes[at + 1] = (count >> 8) & 0xff;
    }
  });
  return bytes;
}

function encodeHeader(record: EcgRecord): string {
  const { name, sampleRateHz, leads, comments = [] } = record;
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw new RangeError(`record name is "${name}", expected letters, digits, "_", "-" and "."`);
  }
  if (!(sampleRateHz > 0 && sampleRateHz < Infinity)) {
    throw new RangeError(`record ${name}: sampling rate is ${sampleRateHz}, expected a positive number of hertz`);
  }
  const lines = [
    `${name} ${leads.length} ${sampleRateHz} ${leads[0].samples.length}`,
    ...leads.map((lead) => signalLine(lead, name)),
    ...comments.flatMap((comment) => comment.split(/\r?\n/)).map((line) => `# ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

function signalLine(lead: Lead, record: string): string {
  const { name, samples, countsPerMillivolt, baseline } = lead;
  if (!/^\S+( \S+)*$/.test(name)) {
    throw new RangeError(`record ${record}: lead name is "${name}", expected words with single spaces`);
  }
  if (!(countsPerMillivolt > 0 && countsPerMillivolt < Infinity) || !Number.isSafeInteger(baseline)) {
    throw new RangeError(
      `record ${record}: lead ${name} has ${countsPerMillivolt} counts per millivolt and baseline ${baseline}, ` +
        "expected a positive number and an integer",
    );
  }
  const gain = `${countsPerMillivolt}(${baseline})/mV`;
  return `${record}.dat 16 ${gain} 16 0 ${samples[0]} ${signalChecksum(samples)} 0 ${name}`;
}
