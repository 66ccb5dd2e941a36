import type { Device } from "./devices.ts";

export type BudgetFigure = "ramBytes" | "flashBytes";

/** A model that a device has no room for. */
export class BudgetError extends Error {
  override name = "BudgetError";
  readonly figure: BudgetFigure;
  readonly limit: number;
  readonly needed: number;

  constructor(figure: BudgetFigure, device: Device, needed: number, parts: Readonly<Record<string, number>>) {
    const limit = device[figure].value;
    const kind = figure === "ramBytes" ? "RAM" : "flash";
    const list = Object.entries(parts)
      .map(([name, bytes]) => `${name} ${bytes}`)
      .join(", ");
    const missing = needed - limit;
    super(
      `the model needs ${needed} bytes of ${kind} on ${device.name}, which has ${limit}: ${missing} too many (${list})`,
    );
    this.figure = figure;
    this.limit = limit;
    this.needed = needed;
  }
}

/** RAM that is taken for the whole run, in bytes. */
export interface RamUse {
  /** Static data, state, arena and scratch of the engine's dsp build. */
  readonly engine: number;
  readonly ringBuffer: number;
  readonly dmaBuffers: number;
  readonly firmware: number;
}

/** Non-volatile memory, in bytes. */
export interface FlashUse {
  readonly model: number;
  readonly engineCode: number;
  readonly firmware: number;
}

export function ramUse(device: Device, engine: number, ringBuffer: number, dmaBuffers: number): RamUse {
  return { engine, ringBuffer, dmaBuffers, firmware: device.surroundings.firmwareRamBytes.value };
}

/** @param wasmBytes size of the engine's dsp build */
export function flashUse(device: Device, model: number, wasmBytes: number): FlashUse {
  const { codeExpansion, firmwareFlashBytes } = device.surroundings;
  return { model, engineCode: Math.ceil(wasmBytes * codeExpansion.value), firmware: firmwareFlashBytes.value };
}

export function totalBytes(use: RamUse | FlashUse): number {
  return Object.values(use).reduce((sum: number, bytes: number) => sum + bytes, 0);
}

/** Throws BudgetError with what is missing where the parts do not fit the device. */
export function requireFit(device: Device, figure: BudgetFigure, use: RamUse | FlashUse): void {
  const needed = totalBytes(use);
  if (needed > device[figure].value) throw new BudgetError(figure, device, needed, { ...use });
}
