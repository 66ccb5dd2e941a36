import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { type FrozenNodes, NOTHING_FROZEN } from "../freeze.ts";
import type { Distillation } from "../recipe/options.ts";

/** The loss that a training lowers, and the part of the network that it may move. Plain data, which a thread can be sent. */
export interface Objective {
  readonly graph: Graph;
  readonly distillation: Distillation;
  readonly frozen: FrozenNodes;
  /** A network that is asked about every crop as it is drawn; it speaks in place of a batch's soft targets. */
  readonly cropTeacher?: FloatModel;
}

/** The cross-entropy from the labels alone, every tensor of the network trained. */
export function labelObjective(graph: Graph): Objective {
  return { graph, distillation: { weight: 0, temperature: 1 }, frozen: NOTHING_FROZEN };
}
