import type { ConditionedRecord } from "../../tools/data/record.ts";
import type { Graph } from "../../tools/graph/graph.ts";
import { type HubertOptions, hubert } from "../../tools/graph/hubert.ts";
import { SeededRandom } from "../../tools/random/random.ts";

/** A HuBERT small enough to pretrain in a test. */
export function tinyHubert(sequence: HubertOptions["sequence"] = { kind: "stream", hop: 4, warmup: 16 }): Graph {
  return hubert({
    ...{ name: "tiny-hubert", classes: ["0", "1"], convChannels: 16, width: 16, blocks: 2, heads: 2, hidden: 32 },
    positionKernel: 8,
    sequence,
  });
}

/** Stretches of four kinds of wave, each held for 0.5 to 1 s: what stands around a token says which it is of. */
export function patchworkRecords(count: number, seed: number): ConditionedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new SeededRandom(seed).fork(`record ${index}`);
    const samples = new Int16Array(2500);
    for (let at = 0; at < samples.length; ) {
      const hz = [3, 8, 15, 25][random.integer(4)];
      const until = Math.min(samples.length, at + 250 + random.integer(250));
      for (; at < until; at++) samples[at] = 800 * Math.sin((2 * Math.PI * hz * at) / 500) + 30 * random.normal();
    }
    return { name: `patchwork-${index}`, label: "", samples };
  });
}
