/** One lead as it was digitised. */
export interface Lead {
  readonly name: string;
  /** ADC counts. */
  readonly samples: Int32Array;
  /** Counts per millivolt. */
  readonly countsPerMillivolt: number;
  /** The count that means 0 mV. */
  readonly baseline: number;
}

export interface BeatAnnotation {
  readonly sample: number;
  /** The WFDB mnemonic: "N", "V", "+", ... */
  readonly symbol: string;
  /** Auxiliary text, such as a rhythm change "(AFIB". */
  readonly note?: string;
}

/** An ECG record in memory. All leads have the same length and rate. */
export interface EcgRecord {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly leads: readonly Lead[];
  readonly annotations?: readonly BeatAnnotation[];
  readonly comments?: readonly string[];
}

/** A record's place in a data set; its signal is read when asked for. */
export interface LabelledRecord {
  readonly name: string;
  readonly label: string;
  /** The patient, where known: records of one patient stay in one split. */
  readonly patient?: string;
  load(): EcgRecord;
}

export interface Dataset {
  readonly name: string;
  /** The classes in a fixed order: a model's logits follow it. */
  readonly classes: readonly string[];
  readonly records: readonly LabelledRecord[];
}

/** A record as the network sees it: one lead, 500 Hz, microvolts, through the engine's own front end. */
export interface ConditionedRecord {
  readonly name: string;
  readonly label: string;
  readonly patient?: string;
  readonly samples: Int16Array;
}

/** A data set whose records are conditioned. */
export interface ConditionedDataset {
  readonly name: string;
  /** The classes in a fixed order: a model's logits follow it. */
  readonly classes: readonly string[];
  readonly records: readonly ConditionedRecord[];
}
