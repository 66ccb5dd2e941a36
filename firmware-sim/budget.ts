import type { Device } from "./devices.ts";

/** The memory that a budget limits. */
export type BudgetFigure = "ramBytes" | "flashBytes";

/** The error for a model that a device has no room for. */
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

/** RAM of a run by its use, in bytes; all of it is taken from start to end. */
export interface RamUse {
  /** Static data, state, arena and scratch of the engine's dsp build. */
  readonly engine: number;
  readonly ringBuffer: number;
  readonly dmaBuffers: number;
  readonly firmware: number;
}

/** Non-volatile memory by its use, in bytes. */
export interface FlashUse {
  readonly model: number;
  readonly engineCode: number;
  readonly firmware: number;
}

/** Adds the device's firmware to the parts of RAM that a run needs. */
export function ramUse(device: Device, engine: number, ringBuffer: number, dmaBuffers: number): RamUse {
  return { engine, ringBuffer, dmaBuffers, firmware: device.surroundings.firmwareRamBytes.value };
}

/**
 * Estimates the flash that an image takes.
 *
 * @param wasmBytes size of the engine's dsp build
 */
export function flashUse(device: Device, model: number, wasmBytes: number): FlashUse {
  const { codeExpansion, firmwareFlashBytes } = device.surroundings;
  return { model, engineCode: Math.ceil(wasmBytes * codeExpansion.value), firmware: firmwareFlashBytes.value };
}

export function totalBytes(use: RamUse | FlashUse): number {
  return Object.values(use).reduce((sum: number, bytes: number) => sum + bytes, 0);
}

/** Throws BudgetError, which states the bytes that are missing, where the parts do not fit the device. */
export function requireFit(device: Device, figure: BudgetFigure, use: RamUse | FlashUse): void {
  const needed = totalBytes(use);
  if (needed > device[figure].value) throw new BudgetError(figure, device, needed, { ...use });
}
