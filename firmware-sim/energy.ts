import type { Device } from "./devices.ts";

/** Energy of a run by its use, in microjoules. */
export interface EnergyUse {
  readonly coreActive: number;
  readonly coreSleep: number;
  readonly frontEnd: number;
  readonly radio: number;
}

/** The activity of a run that its energy depends on. */
interface Activity {
  readonly seconds: number;
  /** Part of `seconds` with the core awake. */
  readonly activeSeconds: number;
  readonly packets: number;
}

const SECONDS_PER_DAY = 86400;

/** Computes the energy of a run: microamps x volts x seconds is microjoules. */
export function energyUse(device: Device, { seconds, activeSeconds, packets }: Activity): EnergyUse {
  const volts = device.supplyVolts.value;
  const activeMicroamps = device.activeMicroampsPerMegahertz.value * device.coreHz.value * 1e-6;
  return {
    coreActive: activeMicroamps * volts * activeSeconds,
    coreSleep: device.sleepMicroamps.value * volts * Math.max(0, seconds - activeSeconds),
    frontEnd: device.surroundings.frontEndMicrowatts.value * seconds,
    radio: device.surroundings.radioMicrojoulesPerPacket.value * packets,
  };
}

export function totalMicrojoules(use: EnergyUse): number {
  return use.coreActive + use.coreSleep + use.frontEnd + use.radio;
}

/** Computes how many days a full battery lasts at the mean power of a run. */
export function batteryDays(device: Device, microjoules: number, seconds: number): number {
  const { batteryMilliampHours, batteryUsableShare } = device.surroundings;
  const coulombs = batteryMilliampHours.value * 3.6 * batteryUsableShare.value;
  const watts = (microjoules * 1e-6) / seconds;
  return (coulombs * device.supplyVolts.value) / watts / SECONDS_PER_DAY;
}
