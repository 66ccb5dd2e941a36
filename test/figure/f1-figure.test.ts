import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logAxis, shareAxis } from "../../tools/figure/axis.ts";
import { f1Figure } from "../../tools/figure/f1-figure.ts";

const point = fc
  .record({
    family: fc.constantFrom("nano", "edge", "plus"),
    width: fc.constantFrom("float", "8", "LAQ 3.1", "<&>"),
    f1: fc.double({ min: 0, max: 1, noNaN: true }),
    half: fc.double({ min: 0, max: 0.1, noNaN: true }),
    bytes: fc.integer({ min: 1000, max: 1e8 }),
    macsPerSecond: fc.double({ min: 1e3, max: 1e9, noNaN: true }),
  })
  .map(({ half, ...rest }) => ({
    ...rest,
    f1Ci95: [Math.max(0, rest.f1 - half), Math.min(1, rest.f1 + half)] as const,
  }));

describe("the axes", () => {
  it("hold every value, in order, with ticks between the ends", () => {
    const value = fc.double({ min: 1e-3, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 9 }), (values) => {
        const axis = logAxis(values, 100, 400, 30);
        const sorted = [...values].sort((a, b) => a - b);
        const places = sorted.map((one) => axis.at(one));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(places[0]).toBeGreaterThanOrEqual(130 - 1e-9);
        expect(places[places.length - 1]).toBeLessThanOrEqual(370 + 1e-9);
        for (const tick of axis.ticks) expect(axis.at(tick)).toBeGreaterThanOrEqual(100 - 1e-9);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }), (values) => {
        const { ticks, at } = shareAxis(values, 300, 50);
        expect(at(ticks[0])).toBeCloseTo(300, 6);
        expect(at(ticks[ticks.length - 1])).toBeCloseTo(50, 6);
        expect(ticks.length).toBeLessThanOrEqual(12);
        for (const one of values) expect(at(one)).toBeGreaterThanOrEqual(50 - 1e-6);
        for (const one of values) expect(at(one)).toBeLessThanOrEqual(300 + 1e-6);
      }),
    );
  });
});

describe("f1Figure", () => {
  it("draws every model in both panels, inside the drawing", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
        const svg = f1Figure(points, "a < b");
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        for (const { family } of points) expect(svg).toContain(`>${family}</text>`);
        const xs = [...svg.matchAll(/points="([^"]*)"/g)].flatMap(([, path]) =>
          path.split(" ").map((pair) => Number(pair.split(",")[0])),
        );
        expect(xs).toHaveLength(2 * points.length);
        for (const x of xs) {
          expect(x).toBeGreaterThan(0);
          expect(x).toBeLessThan(1120);
        }
        // Each tag closes, and text is escaped.
        const opened = [...svg.matchAll(/<([a-z]+)(?=[ >])[^<>]*?(?<!\/)>/g)].map(([, name]) => name).sort();
        const closed = [...svg.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name).sort();
        expect(closed).toEqual(opened);
        expect(svg).toContain("a &lt; b");
      }),
    );
  });

  it("refuses to draw nothing", () => {
    expect(() => f1Figure([], "")).toThrow("one model or more");
  });
});
