import { cropMacs } from "../../graph/costs.ts";
import type { Graph } from "../../graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../graph/model.ts";
import { checkLogits, FLOAT_TOLERANCE, INT8_TOLERANCE } from "../logits-check.ts";
import { once } from "../once.ts";
import type { RowPlan } from "../row.ts";
import { ecgWindow, type Subject } from "../subject.ts";
import { onnxRuntimeNode, onnxRuntimeWeb } from "./onnx-runtime.ts";
import type { Peer, PeerRuntime, Precision } from "./peer.ts";
import { tfjsWasm } from "./tfjs-wasm.ts";

export const PEERS: readonly Peer[] = [onnxRuntimeWeb, tfjsWasm, onnxRuntimeNode];

/** Peers by name, each opened and started at its first call. */
export type PeerRuntimes = ReadonlyMap<string, () => Promise<PeerRuntime>>;

export function peerRuntimes(): PeerRuntimes {
  return new Map(
    PEERS.map((peer) => {
      const start = async () => {
        const runtime = await peer.open();
        await runtime.start();
        return runtime;
      };
      return [peer.name, once(start)] as const;
    }),
  );
}

/** Returns the window that is timed, in millivolts, as peers take it. */
export function windowMillivolts(): Float32Array {
  return Float32Array.from(ecgWindow(), (count) => count * INPUT_MILLIVOLTS_PER_COUNT);
}

/** The peers that run transformers as the bench writes them. */
export const TRANSFORMER_PEERS: readonly Peer[] = [onnxRuntimeWeb, onnxRuntimeNode];

/** Plans a network's whole window on every peer, in each of its precisions. */
export function peerRows(
  graph: Graph,
  runtimes: PeerRuntimes,
  subject: () => Subject,
  peers: readonly Peer[] = PEERS,
): RowPlan[] {
  const window = windowMillivolts();
  return peers.flatMap(({ name, precisions }) =>
    precisions.map((precision) => ({
      name: `${graph.name} window`,
      build: name,
      bits: BITS[precision],
      network: graph.name,
      macs: cropMacs(graph, window.length),
      prepare: async () => {
        const runtime = await (runtimes.get(name) as () => Promise<PeerRuntime>)();
        return checkedRun(runtime, subject(), precision, window);
      },
    })),
  );
}

const BITS: Readonly<Record<Precision, number>> = { int8: 8, fp32: 32 };

async function checkedRun(runtime: PeerRuntime, subject: Subject, precision: Precision, window: Float32Array) {
  const load = await runtime.encode(subject.network, window.length, precision);
  const model = await load();
  checkLogits(await model(window), subject.logits, precision === "int8" ? INT8_TOLERANCE : FLOAT_TOLERANCE);
  return { run: () => model(window) };
}
