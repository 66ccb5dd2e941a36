import type { Engine, EngineEvent, EngineProfile } from "qhubert-engine";
import { MODEL_SAMPLE_RATE_HZ } from "../assembly/shared/limits.ts";
import { FRONT_END_DELAY_MICROSECONDS } from "../assembly/shared/signal.ts";
import type { AnalogFrontEnd, Burst } from "./analog-front-end.ts";
import { addWork, NO_WORK, taskCycles, totalCycles, type WorkCycles } from "./cost-model.ts";
import type { Device } from "./devices.ts";
import { EventQueue, type TimeNs } from "./event-queue.ts";
import type { TimedBeat, TimedDecision } from "./latency.ts";
import type { RingBuffer } from "./ring-buffer.ts";
import { SampleClock } from "./sample-clock.ts";

/** The result of one run of the wearable. */
export interface Run {
  readonly beats: readonly TimedBeat[];
  readonly decisions: readonly TimedDecision[];
  readonly deadlineMisses: number;
  readonly work: WorkCycles;
  readonly activeNs: TimeNs;
  /** Time from the first sample to the end of the last task. */
  readonly durationNs: TimeNs;
  /** Duration of the longest task. */
  readonly longestTaskNs: TimeNs;
}

const NS = 1e9;
const BAND_LIMIT_DELAY_SAMPLES = (FRONT_END_DELAY_MICROSECONDS * MODEL_SAMPLE_RATE_HZ) / 1e6;

/**
 * The firmware's one task on a simulated clock. DMA moves each FIFO burst into the ring buffer and wakes the core. The
 * core takes one burst out, runs the engine on it and sleeps again; bursts that come meanwhile wait in the ring. The
 * engine really runs. Its time on the device comes from the cost model, never from this machine's clock.
 *
 * Deadline: the work of a tick (one pass of the network) must end before the next tick's data is complete, that is
 * within a tick's duration after the tick's own last sample arrived.
 */
export class Wearable {
  readonly #engine: Engine;
  readonly #device: Device;
  readonly #frontEnd: AnalogFrontEnd;
  readonly #ring: RingBuffer;
  readonly #queue = new EventQueue();
  /** Bursts in the ring, oldest first, each with the number of its samples that fitted. */
  readonly #waiting: { readonly taken: number; readonly readyNs: TimeNs }[] = [];
  readonly #clock: SampleClock;
  readonly #beats: TimedBeat[] = [];
  readonly #decisions: TimedDecision[] = [];
  readonly #tickNs: TimeNs;
  #profile: EngineProfile;
  #busy = false;
  #recordOver = false;
  #finished = false;
  #deadlineMisses = 0;
  #work = NO_WORK;
  #activeNs = 0;
  #longestTaskNs = 0;

  /** Takes the front end's nominal rate as `sampleRateHz`: the firmware knows no other. */
  constructor(engine: Engine, device: Device, frontEnd: AnalogFrontEnd, ring: RingBuffer, sampleRateHz: number) {
    this.#engine = engine;
    this.#device = device;
    this.#frontEnd = frontEnd;
    this.#ring = ring;
    this.#clock = new SampleClock(sampleRateHz / MODEL_SAMPLE_RATE_HZ);
    this.#tickNs = Math.round((engine.model.tickSamples * NS) / MODEL_SAMPLE_RATE_HZ);
    engine.configureInput({ sampleRateHz, millivoltsPerCount: frontEnd.millivoltsPerCount });
    this.#profile = engine.profile();
  }

  /** Runs the whole record. It may be called once. */
  run(): Run {
    this.#expectBurst();
    this.#queue.run();
    return {
      beats: this.#beats,
      decisions: this.#decisions,
      deadlineMisses: this.#deadlineMisses,
      work: this.#work,
      activeNs: this.#activeNs,
      durationNs: this.#queue.nowNs,
      longestTaskNs: this.#longestTaskNs,
    };
  }

  #expectBurst(): void {
    const burst = this.#frontEnd.nextBurst();
    if (burst) this.#queue.schedule(burst.readyNs, () => this.#receive(burst));
    else this.#recordOver = true;
  }

  /** Moves a burst into the ring as DMA does: the core sleeps or works on meanwhile. */
  #receive({ samples, readyNs }: Burst): void {
    const taken = this.#ring.write(samples);
    if (taken > 0) this.#waiting.push({ taken, readyNs });
    this.#clock.receive(taken, samples.length - taken);
    this.#expectBurst();
    this.#startTask();
  }

  #startTask(): void {
    if (this.#busy) return;
    const burst = this.#waiting.shift();
    if (burst) {
      this.#runTask(() => this.#engine.push(this.#ring.read(burst.taken)), burst.readyNs + this.#tickNs);
    } else if (this.#recordOver && !this.#finished) {
      this.#finished = true;
      // No data follows the record's end, so its last task has no deadline.
      this.#runTask(() => this.#engine.finish(), Number.POSITIVE_INFINITY);
    }
  }

  #runTask(work: () => EngineEvent[], deadlineNs: TimeNs): void {
    const events = work();
    const before = this.#profile;
    this.#profile = this.#engine.profile();
    const spent = taskCycles(this.#device, this.#engine.model, before, this.#profile);
    const taskNs = Math.ceil((totalCycles(spent) * NS) / this.#device.coreHz.value);
    const endNs = this.#queue.nowNs + taskNs;
    if (endNs > deadlineNs) this.#deadlineMisses += this.#profile.ticks - before.ticks;
    this.#work = addWork(this.#work, spent);
    this.#activeNs += taskNs;
    this.#longestTaskNs = Math.max(this.#longestTaskNs, taskNs);
    this.#busy = true;
    this.#queue.schedule(endNs, () => {
      for (const event of events) this.#note(event);
      this.#busy = false;
      this.#startTask();
    });
  }

  #note(event: EngineEvent): void {
    const nowNs = this.#queue.nowNs;
    if (event.kind === "decision") {
      this.#decisions.push({ sample: event.sample, label: event.label, doneNs: nowNs });
    } else if (event.kind === "beat") {
      const peak = this.#clock.frontEndSample(event.sample - BAND_LIMIT_DELAY_SAMPLES);
      const peakNs = this.#frontEnd.sampleTimeNs(peak);
      this.#beats.push({ sample: event.sample, peakNs, detectedNs: nowNs });
    }
  }
}
