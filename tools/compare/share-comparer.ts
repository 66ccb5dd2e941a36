import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { type Comparison, comparisonOf, type Decided } from "../evaluate/comparison.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { scoreDecisions } from "../evaluate/score-logits.ts";
import type { FloatModel } from "../graph/model.ts";
import { type LogitsSource, startLogitsSource } from "../quantize/loss/logits-source.ts";
import { decideInFloat, truthsOf } from "./decide-in-float.ts";

/** Reports how many of a share's records are decided. */
type OnDecided = (done: number, total: number) => void;

/** Compares packed models, on the engine, with one float network on the same records, which that network decides once. */
export class ShareComparer {
  private constructor(
    private readonly classes: readonly string[],
    readonly truths: readonly number[],
    private readonly decidedInFloat: Decided,
    private readonly source: LogitsSource,
  ) {}

  /** @param workers threads that share the records */
  static async start(
    model: FloatModel,
    records: readonly ConditionedRecord[],
    workers: number,
  ): Promise<ShareComparer> {
    const decidedInFloat = await decideInFloat(model, records);
    const samples = records.map((record) => record.samples);
    const source = startLogitsSource(samples, "mean", workers);
    return new ShareComparer(model.graph.classes, truthsOf(model, records), decidedInFloat, source);
  }

  /** The score of the float network. */
  get float(): RhythmScore {
    return this.decidedInFloat.score;
  }

  get floatPredictions(): readonly number[] {
    return this.decidedInFloat.predictions;
  }

  /** Decides whole records on the engine. A record without a decision counts as wrong: it gets the class after its own. */
  async decide(file: Uint8Array, onDecided?: OnDecided): Promise<readonly number[]> {
    const { classes, truths } = this;
    const predictions: number[] = [];
    await this.source.run(file, (logits, index) => {
      predictions.push(logits ? argMax(logits) : (truths[index] + 1) % classes.length);
      onDecided?.(index + 1, truths.length);
      return true;
    });
    return predictions;
  }

  compare(predictions: readonly number[]): Comparison {
    const { classes, truths, decidedInFloat } = this;
    return comparisonOf(truths, decidedInFloat, { predictions, score: scoreDecisions(truths, predictions, classes) });
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

/** Compares packed models with their float network on some records. @param workers threads that share the records */
export async function compareWithFloat(
  model: FloatModel,
  files: readonly Uint8Array[],
  records: readonly ConditionedRecord[],
  workers: number,
  onDecided?: OnDecided,
): Promise<readonly Comparison[]> {
  const comparer = await ShareComparer.start(model, records, workers);
  try {
    const compared: Comparison[] = [];
    for (const file of files) compared.push(comparer.compare(await comparer.decide(file, onDecided)));
    return compared;
  } finally {
    await comparer.close();
  }
}
