import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEVICES, deviceNamed } from "../../firmware-sim/devices.ts";
import { batteryDays, energyUse, totalMicrojoules } from "../../firmware-sim/energy.ts";

describe("energy", () => {
  const device = deviceNamed("nRF52840");

  it("prices a second awake at current times voltage", () => {
    // 52 uA/MHz x 64 MHz x 3 V = 9,984 uW; front end 335 uW; a packet 30 uJ.
    const use = energyUse(device, { seconds: 1, activeSeconds: 1, packets: 2 });
    expect(use.coreActive).toBeCloseTo(9984, 6);
    expect(use.coreSleep).toBe(0);
    expect(use.frontEnd).toBe(335);
    expect(use.radio).toBe(60);
    expect(totalMicrojoules(use)).toBeCloseTo(9984 + 335 + 60, 6);
  });

  it("gives the battery's energy over the mean power", () => {
    // 100 mAh x 3 V x 0.85 = 918 J; at 1 mW it lasts 918,000 s.
    expect(batteryDays(device, 10_000, 10)).toBeCloseTo(918_000 / 86_400, 9);
  });

  it("never costs less to be awake longer", () => {
    const seconds = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...DEVICES), seconds, seconds, (any, a, b) => {
        const energy = (activeSeconds: number) =>
          totalMicrojoules(energyUse(any, { seconds: 100, activeSeconds, packets: 0 }));
        expect(energy(Math.max(a, b))).toBeGreaterThanOrEqual(energy(Math.min(a, b)));
      }),
    );
  });
});

describe("devices", () => {
  it("say of every constant that it is modelled, and from what", () => {
    const check = (value: unknown): number => {
      if (typeof value !== "object" || value === null) return 0;
      if ("value" in value && "kind" in value && "from" in value) {
        expect(value.value).toBeGreaterThan(0);
        expect(value.kind).toBe("modelled");
        expect(value.from).toMatch(/^(?!modelled|measured).{10,}/);
        return 1;
      }
      return Object.values(value).reduce((count: number, part) => count + check(part), 0);
    };
    for (const device of DEVICES) expect(check(device)).toBeGreaterThan(15);
  });

  it("are found whatever the case and blanks of the name", () => {
    expect(deviceNamed("apollo4plus").name).toBe("Apollo4 Plus");
    expect(deviceNamed("NRF52840").name).toBe("nRF52840");
    expect(() => deviceNamed("toaster")).toThrow(
      "device must be one of nRF52840, STM32U575, Apollo4 Plus, not toaster",
    );
  });
});
