import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balanceToBytes, balanceWidths, descendToBytes } from "../../../tools/quantize/search/balance.ts";
import type { SearchResult } from "../../../tools/quantize/search/search-run.ts";
import { bitsPerWeight, SEARCH_WIDTHS, uniformWidths, type Width, type Widths } from "../../../tools/quantize/width.ts";
import { AdditiveTarget } from "./additive-target.ts";

const MENU = SEARCH_WIDTHS;
const networks = fc
  .array(
    fc.record({
      weights: fc.integer({ min: 1, max: 500 }),
      sensitivity: fc.double({ min: 0.01, max: 5, noNaN: true }),
      // The loss need not fall with every bit.
      bumps: fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { minLength: 8, maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((specs) => {
    const named = new Map(specs.map((spec, index) => [`layer${index}`, spec]));
    const of = (layer: string) => named.get(layer) as (typeof specs)[number];
    return {
      layers: [...named.keys()],
      bytesOf: (layer: string, width: Width) => Math.ceil((of(layer).weights * bitsPerWeight(width)) / 8),
      cost: (layer: string, width: Width) =>
        of(layer).sensitivity / bitsPerWeight(width) ** 2 + of(layer).bumps[MENU.indexOf(width)],
    };
  });
type Network = typeof networks extends fc.Arbitrary<infer T> ? T : never;

const bytes = ({ bytesOf }: Pick<Network, "bytesOf">, widths: Widths) =>
  [...widths].reduce((sum, [layer, width]) => sum + bytesOf(layer, width), 0);

/** Estimates that are off by what the widths make of it. */
class EstimatingTarget extends AdditiveTarget {
  readonly measured = new Set<string>();

  constructor(
    cost: (layer: string, width: Width) => number,
    private readonly error: (width: Width) => number,
  ) {
    super(cost);
  }

  override async measure(widths: Widths, limit: number): Promise<number> {
    this.measured.add(keyOf(widths));
    return super.measure(widths, limit);
  }

  async estimate(widths: Widths): Promise<number> {
    return this.lossAt(widths) + [...widths.values()].reduce<number>((sum, width) => sum + this.error(width), 0);
  }
}

const keyOf = (widths: Widths) => JSON.stringify([...widths]);

/** Whether a step of the layer to a narrower width than it has at the end was measured and found above the limit. */
const refused = ({ steps, widths }: SearchResult, layer: string) =>
  steps.some(
    (step) =>
      step.layer === layer &&
      step.outcome === "refused" &&
      bitsPerWeight(step.width) < bitsPerWeight(widths.get(layer) as Width),
  );

describe("the balanced search", () => {
  it("keeps within the limit wherever a uniform width does, in no more bytes than the narrowest such", async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.double({ min: 0.05, max: 8, noNaN: true }), async (network, limit) => {
        const target = new AdditiveTarget(network.cost);
        const result = await balanceWidths(target, { ...network, menu: MENU, limit });
        const uniform = MENU.map((width) => uniformWidths(network.layers, width));
        const fitting = uniform.find((widths) => target.lossAt(widths) <= limit);
        expect(result.loss).toBeCloseTo(target.lossAt(result.widths), 9);
        expect(target.widths).toEqual(result.widths);
        expect(result.unmet).toEqual(fitting ? [] : network.layers);
        if (!fitting) return;
        expect(result.loss).toBeLessThanOrEqual(limit);
        expect(bytes(network, result.widths)).toBeLessThanOrEqual(bytes(network, fitting));
      }),
    );
  });

  it("leaves no layer a step down that the limit allows", async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.double({ min: 0.05, max: 8, noNaN: true }), async (network, limit) => {
        const smooth = (layer: string, width: Width) => network.cost(layer, width) + 1 / bitsPerWeight(width);
        const target = new AdditiveTarget((layer, width) =>
          Math.max(...MENU.slice(MENU.indexOf(width)).map((wider) => smooth(layer, wider))),
        );
        const { widths, loss } = await balanceWidths(target, { ...network, menu: MENU, limit });
        if (loss > limit) return;
        for (const layer of network.layers) {
          const narrower = MENU[MENU.indexOf(widths.get(layer) as Width) - 1];
          if (narrower !== undefined)
            expect(target.lossAt(new Map(widths).set(layer, narrower))).toBeGreaterThan(limit);
        }
      }),
    );
  });

  it("keeps within the limit by measure, however far estimates are off", async () => {
    const estimates = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        networks,
        estimates,
        fc.double({ min: 0.05, max: 8, noNaN: true }),
        async (network, off, limit) => {
          const target = new EstimatingTarget(network.cost, (width) => off[MENU.indexOf(width)]);
          const result = await balanceWidths(target, { ...network, menu: MENU, limit });
          const fitting = MENU.map((width) => uniformWidths(network.layers, width)).find(
            (widths) => target.lossAt(widths) <= limit,
          );
          expect(result.loss).toBeCloseTo(target.lossAt(result.widths), 9);
          if (!fitting) return;
          expect(result.loss).toBeLessThanOrEqual(limit);
          expect(bytes(network, result.widths)).toBeLessThanOrEqual(bytes(network, fitting));
          for (const layer of network.layers) {
            const narrower = MENU[MENU.indexOf(result.widths.get(layer) as Width) - 1];
            if (narrower === undefined) continue;
            // Nothing is left out on an estimate alone: where a step would fit, it was refused when the loss was higher.
            expect(
              target.measured.has(keyOf(new Map(result.widths).set(layer, narrower))) || refused(result, layer),
            ).toBe(true);
          }
        },
      ),
    );
  });

  it("narrows what costs the least loss a byte", async () => {
    const cost = (layer: string, width: Width) => (layer === "frail" ? 4 : 1) / bitsPerWeight(width);
    const target = new AdditiveTarget(cost);
    const bytesOf = (_: string, width: Width) => 10 * bitsPerWeight(width);
    const { widths } = await balanceWidths(target, { layers: ["frail", "tough"], menu: MENU, limit: 1, bytesOf });
    expect(bitsPerWeight(widths.get("tough") as Width)).toBeLessThan(bitsPerWeight(widths.get("frail") as Width));
  });

  it("takes no step on an estimate when its evaluations are spent", async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.integer({ min: 10, max: 40 }), async (network, maxEvaluations) => {
        const target = new EstimatingTarget(network.cost, () => 0);
        const result = await balanceWidths(target, { ...network, menu: MENU, limit: 4, maxEvaluations });
        expect(result.evaluations).toBeLessThanOrEqual(maxEvaluations);
        expect(result.loss).toBeCloseTo(target.lossAt(result.widths), 9);
      }),
    );
  });

  it("stops at its evaluations with widths that keep the limit, or with the widest", async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.integer({ min: 1, max: 40 }), async (network, maxEvaluations) => {
        const limit = 4;
        const target = new AdditiveTarget(network.cost);
        const result = await balanceWidths(target, { ...network, menu: MENU, limit, maxEvaluations });
        expect(result.evaluations).toBeLessThanOrEqual(maxEvaluations);
        if (Number.isFinite(result.loss) && result.unmet.length === 0) expect(result.loss).toBeLessThanOrEqual(limit);
        else if (result.unmet.length === 0) expect(new Set(result.widths.values())).toEqual(new Set([8]));
      }),
    );
  });
});

describe("the way down to a number of bytes", () => {
  it("ends with the first step that is small enough", async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.double({ min: 0, max: 1, noNaN: true }), async (network, share) => {
        const [least, most] = [MENU[0], MENU[MENU.length - 1]].map((width) =>
          bytes(network, uniformWidths(network.layers, width)),
        );
        const wanted = Math.floor(least + share * (most - least));
        const result = await descendToBytes(new AdditiveTarget(network.cost), { ...network, menu: MENU }, wanted);
        expect(bytes(network, result.widths)).toBeLessThanOrEqual(wanted);
        const last = result.steps.at(-1);
        if (!last) return;
        const wider = MENU[MENU.indexOf(last.width) + 1];
        expect(bytes(network, new Map(result.widths).set(last.layer, wider))).toBeGreaterThan(wanted);
      }),
    );
  });
});

describe("the balanced search within a number of bytes", () => {
  const sized = fc.tuple(networks, fc.double({ min: 0, max: 1.2, noNaN: true })).map(([network, share]) => {
    const [least, most] = [MENU[0], MENU[MENU.length - 1]].map((width) =>
      bytes(network, uniformWidths(network.layers, width)),
    );
    return { network, wanted: Math.floor(least + share * (most - least)) };
  });

  it("fits, with no more loss than the widest uniform width that does, and no step up left that fits and saves loss", async () => {
    await fc.assert(
      fc.asyncProperty(sized, async ({ network, wanted }) => {
        const target = new AdditiveTarget(network.cost);
        const { widths, loss } = await balanceToBytes(target, { ...network, menu: MENU }, wanted);
        expect(bytes(network, widths)).toBeLessThanOrEqual(wanted);
        expect(loss).toBeCloseTo(target.lossAt(widths), 9);
        expect(target.widths).toEqual(widths);
        const uniform = MENU.map((width) => uniformWidths(network.layers, width)).findLast(
          (candidate) => bytes(network, candidate) <= wanted,
        );
        expect(loss).toBeLessThanOrEqual(target.lossAt(uniform as Widths) + 1e-9);
        for (const layer of network.layers) {
          const wider = MENU[MENU.indexOf(widths.get(layer) as Width) + 1];
          if (wider === undefined) continue;
          const stepped = new Map(widths).set(layer, wider);
          if (bytes(network, stepped) <= wanted) expect(target.lossAt(stepped)).toBeGreaterThanOrEqual(loss - 1e-9);
        }
      }),
    );
  });

  it("begins at the widest of uniform widths that take the same bytes", async () => {
    const target = new AdditiveTarget((_, width) => (width === 8 ? 1 : 2));
    const { widths } = await balanceToBytes(target, { layers: ["only"], menu: MENU, bytesOf: () => 1 }, 1);
    expect(widths.get("only")).toBe(8);
  });

  it("keeps to the bytes where its evaluations end early, and says which bytes nothing fits into", async () => {
    await fc.assert(
      fc.asyncProperty(sized, fc.integer({ min: 1, max: 40 }), async ({ network, wanted }, maxEvaluations) => {
        const target = new AdditiveTarget(network.cost);
        const { widths } = await balanceToBytes(target, { ...network, menu: MENU, maxEvaluations }, wanted);
        expect(bytes(network, widths)).toBeLessThanOrEqual(wanted);
        await expect(balanceToBytes(target, { ...network, menu: MENU }, 0)).rejects.toThrow("fit into 0 bytes");
      }),
    );
  });
});
