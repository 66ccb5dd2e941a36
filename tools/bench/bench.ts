import { EngineError, engineBytes } from "qhubert-engine";
import { pack } from "../export/pack.ts";
import { cropMacs, parameterCount } from "../graph/costs.ts";
import { BUILDS, prepareBuilds } from "./builds.ts";
import { type ColdStart, type ColdStartCase, coldStarts } from "./cold-start.ts";
import type { ColdStartTask } from "./cold-start-process.ts";
import { nanoWindowGraph, smallGraph } from "./hubert-graphs.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type PeerRuntimes, peerRuntimes } from "./peers/peer-rows.ts";
import { allRows, BEAT_TICKS_MS, chooseRows, isQuick, type ReferenceSubjects, referenceSubjects } from "./plan.ts";
import { WINDOW_SAMPLES } from "./reference-network.ts";
import { timeRounds } from "./rounds.ts";
import { NotInstalledError, type Prepared, RefusedError, type RowPlan } from "./row.ts";
import { type StreamingMemory, streamingMemory } from "./streaming-memory.ts";
import { edgeGraph, referenceGraph } from "./subject.ts";
import { type BenchRow, type Minimum, minima, summarise } from "./summary.ts";

export interface BenchOptions {
  readonly rounds: number;
  /** The rows to time, as a regular expression over their labels. */
  readonly rows: string;
  /** Times a few rows and starts each case once from cold: a trial of the bench itself. */
  readonly quick: boolean;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface BenchReport {
  readonly machine: Machine;
  readonly rounds: number;
  readonly rows: readonly BenchRow[];
  /** The rows' shortest runs, in the order of the rows. */
  readonly minima: readonly Minimum[];
  /** The RAM of the rows that are engines, in their order. */
  readonly ram: readonly EngineRam[];
  /** Rows that were not timed. */
  readonly leftOut: readonly LeftOut[];
  readonly networks: readonly { readonly name: string; readonly parameters: number; readonly windowMacs: number }[];
  readonly coldStart: readonly ColdStart[];
  readonly streaming: readonly StreamingMemory[];
  /** The bytes of each build and of the peers' WebAssembly. */
  readonly wasmBytes: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** Linear memory that a row's engine uses: static data, state, arena, scratch and tile cache. */
export interface EngineRam extends Pick<RowPlan, "name" | "build" | "bits"> {
  readonly ramBytes: number;
}

export interface LeftOut extends Pick<RowPlan, "name" | "build" | "bits"> {
  /** The cause: a missing peer, or a row that did not load or gave wrong outputs. */
  readonly cause: "not installed" | "refused";
  readonly reason: string;
}

const WARM_UP_ROUNDS = 3;
const ROUND_MS = 20;
const COLD_START_PROCESSES = 10;

/**
 * Times the engine and its peers on the same networks, in rounds that run every row, after it has checked their
 * outputs. Throws RangeError where no row is chosen.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  prepareBuilds(BUILDS);
  const machine = describeMachine();
  const reference = referenceSubjects();
  const runtimes = peerRuntimes();
  const chosen = chooseRows(allRows(reference, runtimes), options.rows);
  const plans = options.quick ? chosen.filter(isQuick) : chosen;
  const { ready, leftOut } = await prepareRows(plans, options);
  const times = await timeRounds(
    ready.map(({ run }) => run),
    {
      rounds: options.rounds,
      roundMs: options.quick ? 1 : ROUND_MS,
      warmUpRounds: options.quick ? 1 : WARM_UP_ROUNDS,
      onRow: (done, total) => options.onProgress?.(done, total, "timing rows"),
    },
  );
  const timed = ready.map(({ plan }) => plan);
  return {
    machine,
    rounds: options.rounds,
    rows: summarise(timed, times),
    minima: minima(timed, times),
    ram: ready.flatMap(({ plan: { name, build, bits }, ramBytes }) =>
      ramBytes === undefined ? [] : [{ name, build, bits, ramBytes }],
    ),
    leftOut,
    networks: [referenceGraph(), edgeGraph(), smallGraph(), nanoWindowGraph()].map((graph) => ({
      name: graph.name,
      parameters: parameterCount(graph),
      windowMacs: cropMacs(graph, WINDOW_SAMPLES),
    })),
    coldStart: await coldStarts(
      coldStartCases(timed, reference),
      options.quick ? 1 : COLD_START_PROCESSES,
      (done, total) => options.onProgress?.(done, total, "starting from cold"),
    ),
    streaming: BEAT_TICKS_MS.map(streamingMemory),
    ...(await peerFacts(timed, runtimes)),
  };
}

/** Loads and checks every row. Rows that cannot be timed are returned apart, with the reason. */
async function prepareRows(plans: readonly RowPlan[], { onProgress }: BenchOptions) {
  const ready: ({ plan: RowPlan } & Prepared)[] = [];
  const leftOut: LeftOut[] = [];
  for (const [index, plan] of plans.entries()) {
    onProgress?.(index, plans.length, "checking rows");
    try {
      ready.push({ plan, ...(await plan.prepare()) });
    } catch (error) {
      leftOut.push({ ...leftOutBecause(error), name: plan.name, build: plan.build, bits: plan.bits });
    }
  }
  return { ready, leftOut };
}

/** Returns why an error leaves a row out; throws the error again where it concerns more than the row. */
function leftOutBecause(error: unknown): Pick<LeftOut, "cause" | "reason"> {
  if (error instanceof NotInstalledError) return { cause: "not installed", reason: error.message };
  if (error instanceof RefusedError || error instanceof EngineError || error instanceof WebAssembly.CompileError) {
    return { cause: "refused", reason: error.message };
  }
  throw error;
}

/** Lists the cold starts of R-1M: each build at 8 bits, each peer in each precision. */
function coldStartCases(timed: readonly RowPlan[], reference: ReferenceSubjects): ColdStartCase[] {
  const plans = timed.filter(({ name, bits }) => name === "R-1M window" && (bits === 8 || bits === 32));
  return plans.map(({ build, bits }) => {
    const { network } = reference(8);
    const own = BUILDS.find((candidate) => candidate === build);
    const task: ColdStartTask = own
      ? { kind: "engine", build: own, file: pack(network, { tickSamples: WINDOW_SAMPLES }) }
      : { kind: "peer", name: build, precision: bits === 8 ? "int8" : "fp32", network };
    return { build, bits: Number(bits), task };
  });
}

/** Collects bytes and versions of the builds and peers that were timed. */
async function peerFacts(timed: readonly RowPlan[], runtimes: PeerRuntimes) {
  const wasmBytes: Record<string, number> = {};
  const versions: Record<string, string> = {};
  for (const build of BUILDS) wasmBytes[build] = (await engineBytes(build)).length;
  for (const [name, runtime] of runtimes) {
    if (!timed.some(({ build }) => build === name)) continue;
    const { version, wasmBytes: bytes } = await runtime();
    versions[name] = version;
    if (bytes !== null) wasmBytes[name] = bytes;
  }
  return { wasmBytes, versions };
}
