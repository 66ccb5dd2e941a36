import { type FlashUse, type RamUse, totalBytes } from "./budget.ts";
import type { WorkCycles } from "./cost-model.ts";
import type { Device } from "./devices.ts";
import { batteryDays, type EnergyUse, energyUse, totalMicrojoules } from "./energy.ts";
import { beatLatenciesMs, type LatencySummary, summarise } from "./latency.ts";
import { type Sources, sourcesOf } from "./sources.ts";
import type { Run } from "./wearable.ts";

/** One line of the screen of the wearer's phone, in the order of its time. */
export type TimelineEntry =
  | {
      readonly kind: "beat";
      /** Time at which the beat was detected, in milliseconds of simulated time. */
      readonly ms: number;
      readonly peakMs: number;
      /** Time from R peak to decision; null where the record ended first. */
      readonly latencyMs: number | null;
    }
  | { readonly kind: "decision"; readonly ms: number; readonly label: string };

/** The figures of a run, in plain JSON. A figure that the run cannot give (no beat, no decision) is null. */
export interface SimulationReport {
  readonly device: string;
  readonly record: string;
  readonly seconds: number;
  readonly beats: number;
  readonly decisions: number;
  /** Beats that the record ended before a decision on; the latencies leave them out. */
  readonly beatsUndecided: number;
  readonly lastDecision: string | null;
  readonly latencyMs: LatencySummary;
  readonly deadlineMisses: number;
  /** Samples that the ring buffer had no room for. */
  readonly overflowedSamples: number;
  readonly ringPeakSamples: number;
  readonly longestTaskMs: number;
  readonly ramBytes: { readonly limit: number; readonly peak: number; readonly parts: RamUse };
  readonly flashBytes: { readonly limit: number; readonly used: number; readonly parts: FlashUse };
  /** Share of the time that the core is awake; 1 where it never sleeps. */
  readonly dutyCycle: number;
  readonly cycles: WorkCycles;
  readonly energyUj: EnergyUse;
  readonly energyPerBeatUj: number | null;
  readonly batteryDays: number;
  /** Whether no deadline was missed and no sample lost. A model without room in RAM or flash gives no report. */
  readonly budgetsOk: boolean;
  /** Where each figure is from. */
  readonly sources: Sources;
  readonly timeline: readonly TimelineEntry[];
}

/** A run with the sizes that its report also states. */
interface RunFacts {
  readonly device: Device;
  readonly recordName: string;
  readonly run: Run;
  readonly ram: RamUse;
  readonly flash: FlashUse;
  /** Samples that one decision sees. */
  readonly windowSamples: number;
  readonly ringPeakSamples: number;
  readonly overflowedSamples: number;
}

/** Derives a report's figures from a run. */
export function writeReport(facts: RunFacts): SimulationReport {
  const { device, run } = facts;
  const seconds = run.durationNs * 1e-9;
  const latencies = beatLatenciesMs(run.beats, run.decisions, facts.windowSamples);
  const known = latencies.filter((latency) => latency !== null);
  const energy = energyUse(device, { seconds, activeSeconds: run.activeNs * 1e-9, packets: run.decisions.length });
  return {
    device: device.name,
    record: facts.recordName,
    seconds,
    beats: run.beats.length,
    decisions: run.decisions.length,
    beatsUndecided: latencies.length - known.length,
    lastDecision: run.decisions.at(-1)?.label ?? null,
    latencyMs: summarise(known),
    deadlineMisses: run.deadlineMisses,
    overflowedSamples: facts.overflowedSamples,
    ringPeakSamples: facts.ringPeakSamples,
    longestTaskMs: run.longestTaskNs * 1e-6,
    ramBytes: { limit: device.ramBytes.value, peak: totalBytes(facts.ram), parts: facts.ram },
    flashBytes: { limit: device.flashBytes.value, used: totalBytes(facts.flash), parts: facts.flash },
    dutyCycle: run.activeNs / run.durationNs,
    cycles: run.work,
    energyUj: energy,
    energyPerBeatUj: run.beats.length === 0 ? null : totalMicrojoules(energy) / run.beats.length,
    batteryDays: batteryDays(device, totalMicrojoules(energy), seconds),
    budgetsOk: run.deadlineMisses === 0 && facts.overflowedSamples === 0,
    sources: sourcesOf(device, facts.ram.engine),
    timeline: timelineOf(run, latencies),
  };
}

function timelineOf(run: Run, latenciesMs: readonly (number | null)[]): TimelineEntry[] {
  const beats = run.beats.map(
    (beat, i): TimelineEntry => ({
      kind: "beat",
      ms: beat.detectedNs * 1e-6,
      peakMs: beat.peakNs * 1e-6,
      latencyMs: latenciesMs[i],
    }),
  );
  const decisions = run.decisions.map(
    ({ doneNs, label }): TimelineEntry => ({
      kind: "decision",
      ms: doneNs * 1e-6,
      label,
    }),
  );
  return [...beats, ...decisions].sort((a, b) => a.ms - b.ms);
}
