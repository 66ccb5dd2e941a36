import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";

/** The machine on which a table was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** The load of the minute before the first row: above 1, other work took part. */
  readonly loadAverage: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    loadAverage: Math.round(100 * loadavg()[0]) / 100,
  };
}
