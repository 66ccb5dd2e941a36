import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import type { Comparison } from "../evaluate/comparison.ts";
import { mcnemar } from "../evaluate/mcnemar.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { isWithoutLoss } from "../evaluate/without-loss.ts";
import type { FloatModel } from "../graph/model.ts";
import { type LogitsSource, startLogitsSource } from "../quantize/logits-source.ts";
import { selectBackend } from "../train/backends.ts";
import { predict } from "../train/predict.ts";
import { score } from "./scores.ts";

/** Many packed models beside one float network on the same records: that one decides them once. */
export class ShareComparer {
  private constructor(
    private readonly classes: readonly string[],
    readonly truths: readonly number[],
    readonly floatPredictions: readonly number[],
    /** The float network's. */
    readonly float: RhythmScore,
    private readonly source: LogitsSource,
  ) {}

  static async start(
    model: FloatModel,
    records: readonly ConditionedRecord[],
    workers: number,
  ): Promise<ShareComparer> {
    const { classes } = model.graph;
    await selectBackend();
    const truths = records.map(({ label }) => classes.indexOf(label));
    const predictions = predict(model, records).map(({ mean }) => argMax(mean));
    const samples = records.map((record) => record.samples);
    const source = startLogitsSource(samples, "mean", workers);
    return new ShareComparer(classes, truths, predictions, score(truths, predictions, classes), source);
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
    const { classes, truths, floatPredictions, float } = this;
    const paired = mcnemar(truths, floatPredictions, predictions);
    const compressed = score(truths, predictions, classes);
    return { float, compressed, mcnemar: paired, withoutLoss: isWithoutLoss(paired, truths.length) };
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
