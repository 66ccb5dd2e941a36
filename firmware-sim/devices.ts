import { type Constant, modelled } from "./constant.ts";
import { CORTEX_M4_COSTS, CORTEX_M33_COSTS, type CoreCosts } from "./core-costs.ts";
import type { FlashBus } from "./flash-bus.ts";

/** A microcontroller and the parts of a wearable around it. */
export interface Device {
  readonly name: string;
  readonly coreHz: Constant;
  readonly ramBytes: Constant;
  readonly flashBytes: Constant;
  readonly supplyVolts: Constant;
  readonly activeMicroampsPerMegahertz: Constant;
  /** Supply current asleep, with all RAM kept and the wake-up timer on. */
  readonly sleepMicroamps: Constant;
  readonly costs: CoreCosts;
  readonly flashBus: FlashBus;
  readonly surroundings: Surroundings;
}

/** The parts of a wearable that do not depend on the microcontroller. */
export interface Surroundings {
  /** Power of the analog front end, which is always on. */
  readonly frontEndMicrowatts: Constant;
  /** Energy of one packet: a decision and the beats since the last one. */
  readonly radioMicrojoulesPerPacket: Constant;
  readonly batteryMilliampHours: Constant;
  readonly batteryUsableShare: Constant;
  /** RAM of radio stack, operating system, application and call stack. */
  readonly firmwareRamBytes: Constant;
  readonly firmwareFlashBytes: Constant;
  /** Machine code bytes of the engine for one byte of its wasm. */
  readonly codeExpansion: Constant;
}

const SURROUNDINGS: Surroundings = {
  frontEndMicrowatts: modelled(335, "ADS1292R, one channel, 335 uW, data sheet figure not verified on a board"),
  radioMicrojoulesPerPacket: modelled(
    30,
    "assumption: a Bluetooth LE notification of 20 bytes at 0 dBm, about 3 ms of 3.3 mA at 3 V",
  ),
  batteryMilliampHours: modelled(100, "assumption: a 100 mAh lithium coin cell at the device's supply voltage"),
  batteryUsableShare: modelled(0.85, "assumption: regulator loss, ageing and self-discharge take 15 %"),
  firmwareRamBytes: modelled(48 * 1024, "assumption: Bluetooth LE stack and RTOS 44 KB, call stack 4 KB"),
  firmwareFlashBytes: modelled(192 * 1024, "assumption: Bluetooth LE stack 156 KB, RTOS and application 36 KB"),
  codeExpansion: modelled(1.2, "gcc 12.2 -O2 made 37,269 bytes of Thumb-2 code of the dsp build's 32,061, unchecked"),
};

const DATA_SHEET = "data sheet figure not verified on a board";

/** The devices that can be simulated by name. */
export const DEVICES: readonly Device[] = [
  {
    name: "nRF52840",
    coreHz: modelled(64e6, "nRF52840, Cortex-M4F at 64 MHz, data sheet"),
    ramBytes: modelled(256 * 1024, "nRF52840, 256 KB RAM, data sheet"),
    flashBytes: modelled(1024 * 1024, "nRF52840, 1 MB flash, data sheet"),
    supplyVolts: modelled(3, "nRF52840, 3 V supply, DC/DC converter on"),
    activeMicroampsPerMegahertz: modelled(52, `nRF52840, about 52 uA/MHz at 3 V from flash, ${DATA_SHEET}`),
    sleepMicroamps: modelled(3.2, `nRF52840, System ON with full RAM retention and RTC, ${DATA_SHEET}`),
    costs: CORTEX_M4_COSTS,
    flashBus: {
      bytesPerCycle: modelled(1, "assumption: 64 MHz bus, two wait states a 32-bit word, word copy"),
      cyclesPerRead: modelled(80, "assumption: call, range check and first access"),
    },
    surroundings: SURROUNDINGS,
  },
  {
    name: "STM32U575",
    coreHz: modelled(160e6, "STM32U575, Cortex-M33 at 160 MHz, data sheet"),
    ramBytes: modelled(768 * 1024, "STM32U575, 768 KB contiguous SRAM, data sheet"),
    flashBytes: modelled(2048 * 1024, "STM32U575, 2 MB flash, data sheet"),
    supplyVolts: modelled(3.3, "STM32U575, 3.3 V supply, SMPS on"),
    activeMicroampsPerMegahertz: modelled(19.5, `STM32U575, 19.5 uA/MHz at 3.3 V, ${DATA_SHEET}`),
    sleepMicroamps: modelled(9, "assumption: STM32U575, Stop 2 with all SRAM kept and RTC"),
    costs: CORTEX_M33_COSTS,
    flashBus: {
      bytesPerCycle: modelled(1.5, "assumption: 128-bit lines, four wait states at 160 MHz, data cache off, word copy"),
      cyclesPerRead: modelled(80, "assumption: call, range check and first access"),
    },
    surroundings: SURROUNDINGS,
  },
  {
    name: "Apollo4 Plus",
    coreHz: modelled(96e6, "Apollo4 Plus, Cortex-M4F at 96 MHz (192 MHz burst not used), data sheet"),
    ramBytes: modelled(2816 * 1024, "Apollo4 Plus, 2.75 MB RAM, data sheet"),
    flashBytes: modelled(2048 * 1024, "Apollo4 Plus, 2 MB MRAM, data sheet"),
    supplyVolts: modelled(1.9, "assumption: Apollo4 Plus, 1.9 V supply, SIMO buck on"),
    activeMicroampsPerMegahertz: modelled(4, `Apollo4 Plus, about 4 uA/MHz, ${DATA_SHEET}`),
    sleepMicroamps: modelled(10, "assumption: Apollo4 Plus, deep sleep with 1 MB of RAM kept and RTC"),
    costs: CORTEX_M4_COSTS,
    flashBus: {
      bytesPerCycle: modelled(1, "assumption: MRAM behind a cache that streaming reads miss, word copy"),
      cyclesPerRead: modelled(100, "assumption: call, range check and first access"),
    },
    surroundings: SURROUNDINGS,
  },
];

/** Returns the device of a name, whatever its case and blanks. Throws RangeError, which lists the names. */
export function deviceNamed(name: string): Device {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const device = DEVICES.find((candidate) => plain(candidate.name) === plain(name));
  if (device) return device;
  throw new RangeError(`device must be one of ${DEVICES.map((known) => known.name).join(", ")}, not ${name}`);
}
