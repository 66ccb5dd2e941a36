import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { LossLimit, Outcome } from "../../../tools/quantize/loss/engine-loss.ts";
import { Journal } from "../../../tools/quantize/search/journal.ts";
import { WidthOutcomes } from "../../../tools/quantize/search/width-outcomes.ts";
import type { Width, Widths } from "../../../tools/quantize/width.ts";
import { draws } from "../../properties/draws.ts";

const folder = mkdtempSync(join(tmpdir(), "qhubert-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "search.journal");
beforeEach(() => rmSync(path, { force: true }));

const HEADER = { model: "m", selection: "s", calibration: "c", options: { criterion: "kl" } };
const LAYERS = ["a", "b"];
const CROPS = 10;

/** Crop by crop, with stops, as the engine measures: every crop adds to the divergence and may add an error. */
function measure(widths: Widths, { criterion, limit, crops = CROPS }: LossLimit): Outcome {
  const bits = [...widths.values()].reduce<number>((sum, width) => sum + (width as number), 0);
  let errors = 0;
  let divergence = 0;
  for (let crop = 0; crop < crops; crop++) {
    divergence += (1 + (crop % 3)) / bits / crops;
    if ((crop * bits) % 3 === 0) errors++;
    if ((criterion === "errors" ? errors : divergence) > limit) return outcome(divergence, errors, crops, false);
  }
  return outcome(divergence, errors, crops, true);
}

function outcome(divergence: number, errors: number, crops: number, complete: boolean): Outcome {
  return { divergence, standardError: divergence / 7, errors, changed: errors, crops, complete };
}

const widthsOf = ([a, b]: readonly Width[]): Widths =>
  new Map([
    ["a", a],
    ["b", b],
  ]);

class Counted {
  measured: string[] = [];
  readonly outcomes: WidthOutcomes;

  constructor(journal: Journal | null) {
    this.outcomes = new WidthOutcomes(
      LAYERS,
      CROPS,
      async (widths, limit) => {
        this.measured.push([...widths.values()].join(" "));
        return measure(widths, limit);
      },
      journal,
    );
  }

  ask({ pair, limit }: Demand): Promise<number> {
    return this.outcomes.loss(widthsOf(pair), limit, { layer: "a", width: pair[0] });
  }
}

const width = fc.constantFrom<Width>(1, 2, 3);
const demands = fc.array(
  fc.record({
    pair: fc.tuple(width, width),
    limit: fc.oneof(
      fc.record({
        criterion: fc.constant("kl" as const),
        margin: fc.constantFrom(0, 1),
        limit: fc.constantFrom(0.2, 0.5, 1, Number.POSITIVE_INFINITY),
        crops: fc.constantFrom(undefined, 3),
      }),
      fc.record({
        criterion: fc.constant("errors" as const),
        margin: fc.constant(0),
        limit: fc.integer({ min: 0, max: 9 }),
      }),
    ),
  }),
  { maxLength: 25 },
);
type Demand = typeof demands extends fc.Arbitrary<(infer T)[]> ? T : never;

describe("outcomes by the vector of widths", () => {
  it("are what a measurement of its own says, and complete ones are measured once", async () => {
    await fc.assert(
      fc.asyncProperty(demands, async (list) => {
        const counted = new Counted(null);
        const complete = new Set<string>();
        for (const demand of list) {
          const key = `${demand.pair.join(" ")} on ${"crops" in demand.limit ? demand.limit.crops : undefined}`;
          const before = counted.measured.length;
          const loss = await counted.ask(demand);
          if (complete.has(key)) expect(counted.measured.length).toBe(before);
          const alone = measure(widthsOf(demand.pair), demand.limit);
          if (alone.complete) complete.add(key);
          expect(loss).toBe(await new Counted(null).ask(demand));
        }
        expect(counted.outcomes.spent.evaluations).toBe(counted.measured.length);
      }),
    );
  });

  it("come from the journal when a search that was interrupted runs again: same answers, same count, nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(demands, fc.nat(25), async (list, stop) => {
        rmSync(path, { force: true });
        const whole = new Counted(null);
        const expected: [number, number][] = [];
        for (const demand of list) expected.push([await whole.ask(demand), whole.outcomes.spent.evaluations]);
        const first = new Counted(Journal.open(path, HEADER));
        for (const demand of list.slice(0, stop)) await first.ask(demand);
        // Killed while it wrote a line.
        if (stop % 2 === 1) appendFileSync(path, '{"layer":"a","wid');
        const second = new Counted(Journal.open(path, HEADER));
        for (const [index, demand] of list.entries()) {
          expect([await second.ask(demand), second.outcomes.spent.evaluations]).toEqual(expected[index]);
        }
        expect([...first.measured, ...second.measured]).toEqual(whole.measured);
        const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
        expect(lines.map((line) => JSON.parse(line).widths)).toEqual(whole.measured);
      }),
      { numRuns: draws(40) },
    );
  });
});

describe("a journal", () => {
  it("of another search is refused, naming what differs", () => {
    Journal.open(path, HEADER);
    for (const field of ["model", "selection", "calibration"] as const) {
      expect(() => Journal.open(path, { ...HEADER, [field]: "other" })).toThrow(`another search: its ${field} differs`);
    }
    expect(() => Journal.open(path, { ...HEADER, options: { criterion: "errors" } })).toThrow("its options differs");
  });

  it.each([
    ["", "is no journal"],
    ["PK\u0003\u0004", "is no journal"],
    ["[]\n", "is no journal"],
    ["null\n", "is no journal"],
  ])("that is none is refused: %j", (text, message) => {
    writeFileSync(path, text);
    expect(() => Journal.open(path, HEADER)).toThrow(message);
  });

  it("with a damaged line in it is refused, naming the line", async () => {
    const counted = new Counted(Journal.open(path, HEADER));
    for (const pair of [
      [1, 2],
      [2, 2],
    ] as const)
      await counted.ask({ pair: [...pair], limit: { criterion: "kl", margin: 0, limit: 1, crops: undefined } });
    const [header, first, second] = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, [header, first.replace('"complete"', '"compleat"'), second, ""].join("\n"));
    expect(() => Journal.open(path, HEADER)).toThrow(`${path}: line 2 is no evaluation`);
  });
});
