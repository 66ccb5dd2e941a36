import type { ConditionedRecord } from "../../data/record.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import { type Comparison, comparisonOf, type Decided } from "../../evaluate/comparison.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import { scoreDecisions } from "../../evaluate/score-logits.ts";
import type { FloatModel } from "../../graph/model.ts";
import { type LogitsSource, startLogitsSource } from "../../quantize/loss/logits-source.ts";
import { decideInFloat, truthsOf } from "./compare-with-float.ts";

/** Many packed models beside one float network on the same records: that one decides them once. */
export class ShareComparer {
  private constructor(
    private readonly classes: readonly string[],
    readonly truths: readonly number[],
    private readonly decidedInFloat: Decided,
    private readonly source: LogitsSource,
  ) {}

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

  /** The float network's. */
  get float(): RhythmScore {
    return this.decidedInFloat.score;
  }

  get floatPredictions(): readonly number[] {
    return this.decidedInFloat.predictions;
  }

  /** Whole records on the engine. One without a decision counts as wrong: it gets the next class. */
  async decide(file: Uint8Array): Promise<readonly number[]> {
    const { classes, truths } = this;
    const predictions: number[] = [];
    await this.source.run(file, (logits, index) => {
      predictions.push(logits ? argMax(logits) : (truths[index] + 1) % classes.length);
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
