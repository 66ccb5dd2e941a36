import { describe, expect, it } from "vitest";
import { alternate } from "../../tools/finetune/alternation.ts";

/** Steps whose search and packing find the ratios given, a round each. */
function stepsOf(ratios: readonly number[], withLoss: readonly number[], log: string[]) {
  return {
    search: async (round: number, model: string, budget: number) => {
      log.push(`search ${model} within ${budget}`);
      return { ratios: { paper: ratios[round - 1] } };
    },
    finetune: async (round: number) => `tuned${round}`,
    pack: async (round: number) => ({
      ratios: { paper: ratios[round - 1] },
      validation: { withoutLoss: !withLoss.includes(round) },
    }),
  };
}

async function run(ratios: readonly number[], withLoss: readonly number[]) {
  const log: string[] = [];
  const onNoGain = (round: number, budget: number) => void log.push(`no gain in round ${round} within ${budget}`);
  const options = { model: "float", rounds: ratios.length, budgetNats: 0.08, onNoGain };
  const { rounds, best } = await alternate(stepsOf(ratios, withLoss, log), options);
  return { log, trained: rounds.map(({ round }) => round), best: best?.round ?? null };
}

describe("an alternation", () => {
  it("goes on from the last round without loss, by half the budget after one with loss", async () => {
    expect(await run([10, 12, 11, 13], [2])).toEqual({
      log: [
        "search float within 0.08",
        "search tuned1 within 0.08",
        "search tuned1 within 0.04",
        "search tuned3 within 0.04",
      ],
      trained: [1, 2, 3, 4],
      best: 4,
    });
  });

  it("ends where a search finds no smaller file", async () => {
    const { log, trained, best } = await run([10, 10, 20], []);
    expect(log.at(-1)).toBe("no gain in round 2 within 0.08");
    expect(trained).toEqual([1]);
    expect(best).toBe(1);
  });

  it("has no best where every round loses", async () => {
    expect(await run([10, 12], [1, 2])).toMatchObject({ trained: [1, 2], best: null });
  });
});
