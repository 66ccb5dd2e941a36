import { DataError } from "../../files/data-error.ts";
import type { WfdbSignal } from "./wfdb-header.ts";

/** One way of storing samples, signal(5) of the WFDB Applications Guide. */
interface SampleFormat {
  readonly bits: number;
  /** The value that stands for a sample that was not recorded. */
  readonly missing: number;
  /** Decodes all samples of the file, with its signals interleaved. */
  decode(bytes: Uint8Array, samples: number): Int32Array;
}

const FORMATS: ReadonlyMap<number, SampleFormat> = new Map([
  [16, { bits: 16, missing: -32768, decode: decode16 }],
  [212, { bits: 12, missing: -2048, decode: decode212 }],
]);

/**
 * Decodes and verifies the signals that share one file.
 *
 * Bytes past the last sample are ignored, as the WFDB library does: recorders pad files to whole blocks.
 *
 * Initial values and checksums are verified unless every checksum of the file is 0. Such headers, CinC 2017's among
 * them, were made without the samples: 484 of its 7,471 have a wrong initial value as well.
 *
 * A missing sample repeats the one before it (at the start, the first that is there), so that the counts have no
 * steps that the patient did not make.
 *
 * @param bytes the whole file
 * @param length samples per signal, or undefined to take as many as the file holds
 * @returns counts, Int32Array[length] for each signal
 * @throws DataError for an unsupported format, a short file, a wrong initial value or checksum, or a signal all missing
 */
export function readSignals(
  bytes: Uint8Array,
  signals: readonly WfdbSignal[],
  length: number | undefined,
  file: string,
): Int32Array[] {
  const { byteOffset } = signals[0];
  const format = sampleFormat(signals, file);
  const storedBytes = Math.max(0, bytes.length - byteOffset);
  const samplesPerSignal = length ?? Math.floor(Math.floor((storedBytes * 8) / format.bits) / signals.length);
  if (samplesPerSignal === 0) throw new DataError(`${file}: signals have no samples, expected at least 1 each`);

  const samples = samplesPerSignal * signals.length;
  const expectedBytes = byteOffset + Math.ceil((samples * format.bits) / 8);
  if (bytes.length < expectedBytes) {
    throw new DataError(`${file}: signals are cut short: found ${bytes.length} bytes, expected ${expectedBytes}`);
  }
  const interleaved = format.decode(bytes.subarray(byteOffset), samples);
  const isVerifiable = signals.some((signal) => (signal.checksum ?? 0) !== 0);
  return signals.map((signal, s) => {
    const counts = new Int32Array(samplesPerSignal);
    for (let i = 0, at = s; i < samplesPerSignal; i++, at += signals.length) counts[i] = interleaved[at];
    if (isVerifiable) verify(counts, signal, file);
    holdMissing(counts, format.missing, `${file}: signal ${s} (${signal.description})`);
    return counts;
  });
}

function sampleFormat(signals: readonly WfdbSignal[], file: string): SampleFormat {
  const [first] = signals;
  const format = FORMATS.get(first.format);
  if (format === undefined) {
    throw new DataError(`${file}: signal format is ${first.format}, expected one of ${[...FORMATS.keys()].join(", ")}`);
  }
  const other = signals.find((signal) => signal.format !== first.format || signal.byteOffset !== first.byteOffset);
  if (other !== undefined) {
    throw new DataError(
      `${file}: signals have formats ${first.format}+${first.byteOffset} and ${other.format}+${other.byteOffset}, ` +
        "expected one format for the whole file",
    );
  }
  return format;
}

/** Decodes two's complement, low byte first. */
function decode16(bytes: Uint8Array, samples: number): Int32Array {
  const counts = new Int32Array(samples);
  for (let i = 0, at = 0; i < samples; i++, at += 2) counts[i] = ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16;
  return counts;
}

/**
 * Decodes two 12-bit samples a, b from three bytes; a final unpaired sample takes two bytes.
 *
 *     byte 0    byte 1            byte 2
 *     a[7..0]   b[11..8] a[11..8] b[7..0]
 */
function decode212(bytes: Uint8Array, samples: number): Int32Array {
  const counts = new Int32Array(samples);
  for (let i = 0, at = 0; i < samples; i += 2, at += 3) {
    counts[i] = ((bytes[at] | (bytes[at + 1] << 8)) << 20) >> 20;
    if (i + 1 < samples) counts[i + 1] = ((bytes[at + 2] | ((bytes[at + 1] & 0xf0) << 4)) << 20) >> 20;
  }
  return counts;
}

function verify(counts: Int32Array, signal: WfdbSignal, file: string): void {
  const { initialValue, checksum, description } = signal;
  if (initialValue !== undefined && counts[0] !== initialValue) {
    throw new DataError(`${file}: first sample of ${description} is ${counts[0]}, expected ${initialValue}`);
  }
  const found = signalChecksum(counts);
  // Some writers state the sum unsigned.
  if (checksum !== undefined && found !== (checksum << 16) >> 16) {
    throw new DataError(`${file}: checksum of ${description} is ${found}, expected ${checksum}`);
  }
}

/** Sums all samples as a signed 16-bit number. */
export function signalChecksum(counts: Int32Array): number {
  let sum = 0;
  for (const count of counts) sum = (sum + count) | 0;
  return (sum << 16) >> 16;
}

function holdMissing(counts: Int32Array, missing: number, signal: string): void {
  const first = counts.findIndex((count) => count !== missing);
  if (first < 0) throw new DataError(`${signal}: all ${counts.length} samples are missing, expected at least one`);
  counts.fill(counts[first], 0, first);
  for (let i = first + 1; i < counts.length; i++) if (counts[i] === missing) counts[i] = counts[i - 1];
}
