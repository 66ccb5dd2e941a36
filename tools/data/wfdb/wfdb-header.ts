import { DataError } from "../../files/data-error.ts";

/** One signal line of a WFDB header. */
export interface WfdbSignal {
  readonly file: string;
  readonly format: number;
  /** Bytes before the first sample, 24 for the MAT v4 files of the PhysioNet challenges ("16+24"). */
  readonly byteOffset: number;
  /** Counts per `unit`. */
  readonly gain: number;
  /** The count that means 0 physical units. */
  readonly baseline: number;
  readonly unit: string;
  /** The first sample and the 16-bit sum of all samples; undefined where the line ends before them. */
  readonly initialValue?: number;
  readonly checksum?: number;
  readonly description: string;
}

export interface WfdbHeader {
  readonly name: string;
  readonly sampleRateHz: number;
  /** Samples per signal; undefined when the header leaves it to the size of the signal file. */
  readonly length?: number;
  readonly signals: readonly WfdbSignal[];
  readonly comments: readonly string[];
}

/** WFDB's values for fields that are absent, and for a gain of 0 ("uncalibrated"); header(5) of the WFDB manual. */
const DEFAULT_SAMPLE_RATE_HZ = 250;
const DEFAULT_GAIN = 200;

/**
 * Parses a WFDB header, header(5) of the WFDB Applications Guide. Counter frequency, base time and date, ADC resolution
 * and block size are dropped unchecked.
 *
 * @param file the header's path, for messages
 * @throws DataError for a multi-segment header, several samples to a frame, a skew, or any malformed field
 */
export function parseWfdbHeader(text: string, file: string): WfdbHeader {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const comments = lines.filter((line) => line.startsWith("#")).map((line) => line.slice(1).trim());
  const [recordLine, ...signalLines] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (recordLine === undefined)
    throw new DataError(`${file}: record line is missing, expected "name signals rate ..."`);

  const [name, signalCount, rate, length] = recordLine.split(/\s+/);
  if (name.includes("/")) {
    throw new DataError(`${file}: record "${name}" has several segments, expected a single-segment record`);
  }
  const signals = integer(signalCount, file, "number of signals");
  if (signals < 1) throw new DataError(`${file}: number of signals is ${signals}, expected at least 1`);
  if (signalLines.length !== signals) {
    throw new DataError(`${file}: found ${signalLines.length} signal lines, expected ${signals}`);
  }
  return {
    name,
    sampleRateHz: sampleRate(rate, file),
    length: recordLength(length, file),
    signals: signalLines.map((line, i) => parseSignal(line, i, file)),
    comments,
  };
}

function sampleRate(text: string | undefined, file: string): number {
  if (text === undefined) return DEFAULT_SAMPLE_RATE_HZ;
  const rateHz = Number(text.split("/")[0]);
  if (!(rateHz > 0 && rateHz < Infinity)) {
    throw new DataError(`${file}: sampling frequency is "${text}", expected a positive number`);
  }
  return rateHz;
}

function recordLength(text: string | undefined, file: string): number | undefined {
  if (text === undefined) return undefined;
  const length = integer(text, file, "number of samples");
  if (length < 0) throw new DataError(`${file}: number of samples is ${length}, expected 0 or more`);
  return length === 0 ? undefined : length;
}

function parseSignal(line: string, index: number, file: string): WfdbSignal {
  const where = `signal ${index}`;
  const [signalFile, format, gain, , adcZero, initialValue, checksum, , ...description] = line.split(/\s+/);
  if (!/^[^/\\~][^/\\]*$/.test(signalFile) || signalFile === "-" || signalFile.startsWith("..")) {
    throw new DataError(`${file}: ${where} is in file "${signalFile}", expected a file of the header's own folder`);
  }
  const zero = adcZero === undefined ? 0 : integer(adcZero, file, `${where} ADC zero`);
  return {
    file: signalFile,
    ...parseFormat(format, where, file),
    ...parseGain(gain, zero, where, file),
    initialValue: initialValue === undefined ? undefined : integer(initialValue, file, `${where} initial value`),
    checksum: checksum === undefined ? undefined : integer(checksum, file, `${where} checksum`),
    description: description.join(" "),
  };
}

/** Parses a format: "212", "16+24", "16x2" (samples to a frame), "16:3" (skew). */
function parseFormat(text: string | undefined, where: string, file: string) {
  const match = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/.exec(text ?? "");
  if (!match) throw new DataError(`${file}: ${where} format is "${text ?? ""}", expected a number such as 16 or 212`);
  const [, format, samplesPerFrame = "1", skew = "0", byteOffset = "0"] = match;
  if (Number(samplesPerFrame) !== 1) {
    throw new DataError(`${file}: ${where} has ${samplesPerFrame} samples per frame, expected 1`);
  }
  if (Number(skew) !== 0) throw new DataError(`${file}: ${where} has a skew of ${skew} samples, expected 0`);
  return { format: Number(format), byteOffset: Number(byteOffset) };
}

/** Parses "1000" or "200(1024)/mV": gain, baseline (the ADC zero when absent) and unit (mV when absent). */
function parseGain(text: string | undefined, adcZero: number, where: string, file: string) {
  if (text === undefined) return { gain: DEFAULT_GAIN, baseline: adcZero, unit: "mV" };
  const match = /^([^(/]+)(?:\(([^)]*)\))?(?:\/(.+))?$/.exec(text);
  const gain = Number(match?.[1]);
  if (!match || !(gain >= 0 && gain < Infinity)) {
    throw new DataError(`${file}: ${where} gain is "${text}", expected "counts(baseline)/unit"`);
  }
  return {
    gain: gain === 0 ? DEFAULT_GAIN : gain,
    baseline: match[2] === undefined ? adcZero : integer(match[2], file, `${where} baseline`),
    unit: match[3] ?? "mV",
  };
}

function integer(text: string | undefined, file: string, field: string): number {
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isSafeInteger(value)) {
    throw new DataError(`${file}: ${field} is "${text ?? ""}", expected an integer`);
  }
  return value;
}
