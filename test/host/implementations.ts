import { ENGINE_BUILDS, type Engine, type EngineBuild, type EngineEvent } from "../../host/index.ts";
import type { ReferenceDecision } from "../reference/network.ts";

/** Every build of the engine. vitest.config.ts sees to it that all of them run. */
export const BUILDS: readonly EngineBuild[] = ENGINE_BUILDS;

/** Samples as the model takes them: no front end. */
export const CONDITIONED = { sampleRateHz: 500, millivoltsPerCount: 0.001, conditioned: true } as const;

/** The decisions that a record gives when it is pushed in pieces of these sizes; logits as integers. */
export function decisionsOf(engine: Engine, record: Int16Array, chunks: readonly number[]): ReferenceDecision[] {
  engine.configureInput(CONDITIONED);
  const events: EngineEvent[] = [];
  let first = 0;
  for (const size of chunks) {
    events.push(...engine.push(record.subarray(first, first + size)));
    first += size;
  }
  events.push(...engine.finish());
  const scale = 2 ** engine.model.logitFractionBits;
  return events.flatMap((event) =>
    event.kind === "decision"
      ? [
          {
            sample: event.sample,
            classIndex: event.classIndex,
            logits: [...event.logits].map((logit) => logit * scale),
          },
        ]
      : [],
  );
}
