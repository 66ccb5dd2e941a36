import { DataError } from "../../files/data-error.ts";
import type { BeatAnnotation } from "../record.ts";
import { annotationCode, annotationSymbol } from "./wfdb-annotation-codes.ts";

/*
 * MIT annotation format, annot(5) of the WFDB Applications Guide: 16-bit little-endian words, code in the upper six
 * bits and, in the lower ten, the samples since the annotation before. Two zero bytes end the file. Codes from 59 on
 * are not annotations:
 */
const SKIP = 59; // the next four bytes are an interval: high word first, low byte first in each
const NUM = 60; // number, subtype and channel of the annotation before: no use here
const SUB = 61;
const CHN = 62;
const AUX = 63; // the ten bits count the bytes of text that follow, padded to even

const MAX_INTERVAL = 1023;
const MAX_NOTE_BYTES = 255;

/**
 * Decodes a WFDB annotation file.
 *
 * A file may count time in ticks of its own ("## time resolution: 1000" in its first note); these become samples.
 *
 * @param sampleRateHz of the record
 * @throws DataError for a file without its end mark, an unknown code, falling times, or text without an annotation
 */
export function readAnnotations(bytes: Uint8Array, file: string, sampleRateHz: number): BeatAnnotation[] {
  const annotations: { sample: number; symbol: string; note?: string }[] = [];
  const take = (at: number, count: number): Uint8Array => {
    if (at + count <= bytes.length) return bytes.subarray(at, at + count);
    throw new DataError(`${file}: annotations are cut short: found ${bytes.length} bytes, expected an end mark`);
  };
  let time = 0;
  for (let at = 0; ; ) {
    const word = readWord(take(at, 2), 0);
    at += 2;
    if (word === 0) break;
    const code = word >> 10;
    const low = word & MAX_INTERVAL;
    if (code === SKIP) {
      const interval = take(at, 4);
      time += (readWord(interval, 0) << 16) | readWord(interval, 2);
      at += 4;
    } else if (code === AUX) {
      const last = annotations.at(-1);
      if (last === undefined) throw new DataError(`${file}: text at byte ${at - 2} has no annotation to belong to`);
      last.note = new TextDecoder().decode(take(at, low)).replace(/\0+$/, "");
      at += low + (low % 2);
    } else if (code !== NUM && code !== SUB && code !== CHN) {
      const symbol = annotationSymbol(code);
      if (symbol === undefined) throw new DataError(`${file}: code at byte ${at - 2} is ${code}, expected 0 to 49`);
      time += low;
      const before = annotations.at(-1)?.sample ?? 0;
      if (time < before)
        throw new DataError(`${file}: annotation at ${time} follows one at ${before}, expected rising times`);
      annotations.push({ sample: time, symbol });
    }
  }
  return toSamples(annotations, sampleRateHz);
}

function toSamples(annotations: readonly BeatAnnotation[], sampleRateHz: number): BeatAnnotation[] {
  const resolution = /^## time resolution: ([\d.]+)$/.exec(annotations[0]?.note?.trim() ?? "");
  const samplesPerTick = resolution ? sampleRateHz / Number(resolution[1]) : 1;
  return annotations.map((annotation) => ({ ...annotation, sample: Math.round(annotation.sample * samplesPerTick) }));
}

/**
 * Encodes annotations.
 *
 * @throws RangeError for an unknown mnemonic, a time before the annotation before it, or a note over 255 bytes
 */
export function encodeAnnotations(annotations: readonly BeatAnnotation[]): Uint8Array {
  const bytes: number[] = [];
  const writeWord = (code: number, low: number): void => {
    const word = (code << 10) | low;
    bytes.push(word & 0xff, word >> 8);
  };
  let time = 0;
  for (const { sample, symbol, note } of annotations) {
    const code = annotationCode(symbol);
    // Code 0 is readable but not writable: with no time between, it would be the end mark.
    if (!code) throw new RangeError(`annotation symbol is "${symbol}", expected a WFDB mnemonic`);
    const interval = sample - time;
    if (!Number.isInteger(interval) || interval < 0 || interval > 0x7fffffff) {
      throw new RangeError(`annotation at sample ${sample} follows one at ${time}, expected integers in rising order`);
    }
    if (interval > MAX_INTERVAL) {
      writeWord(SKIP, 0);
      bytes.push((interval >> 16) & 0xff, interval >> 24, interval & 0xff, (interval >> 8) & 0xff);
    }
    writeWord(code, interval > MAX_INTERVAL ? 0 : interval);
    if (note !== undefined) writeNote(note);
    time = sample;
  }
  writeWord(0, 0);
  return Uint8Array.from(bytes);

  function writeNote(note: string): void {
    const text = new TextEncoder().encode(note);
    if (text.length > MAX_NOTE_BYTES) throw new RangeError(`note has ${text.length} bytes, expected at most 255`);
    writeWord(AUX, text.length);
    bytes.push(...text, ...(text.length % 2 === 1 ? [0] : []));
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}
