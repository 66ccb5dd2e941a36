import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../../firmware-sim/event-queue.ts";

describe("EventQueue", () => {
  it("runs events by time, those of one time in the order in which they were made", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
        const queue = new EventQueue();
        const ran: { atNs: number; made: number }[] = [];
        for (const [made, atNs] of times.entries()) {
          queue.schedule(atNs, () => {
            expect(queue.nowNs).toBe(atNs);
            ran.push({ atNs, made });
          });
        }
        queue.run();
        const expected = times.map((atNs, made) => ({ atNs, made })).sort((a, b) => a.atNs - b.atNs || a.made - b.made);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it("runs events that events schedule, now included, in their place", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(5), { maxLength: 4 }), { maxLength: 20 }), (delays) => {
        const queue = new EventQueue();
        const times: number[] = [];
        let expected = delays.length;
        for (const [i, later] of delays.entries()) {
          queue.schedule(i, () => {
            times.push(queue.nowNs);
            for (const delay of later) queue.schedule(queue.nowNs + delay, () => times.push(queue.nowNs));
          });
        }
        for (const later of delays) expected += later.length;
        queue.run();
        expect(times.length).toBe(expected);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
    );
  });

  it("refuses the past and parts of a nanosecond", () => {
    const queue = new EventQueue();
    queue.schedule(10, () => {
      expect(() => queue.schedule(9, () => {})).toThrow(/from 10 on, not at 9/);
    });
    queue.run();
    expect(queue.nowNs).toBe(10);
    for (const time of [10.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => queue.schedule(time, () => {})).toThrow(RangeError);
    }
  });
});
