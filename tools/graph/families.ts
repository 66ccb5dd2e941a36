import { efficient1dNano } from "./efficient1d.ts";
import type { Graph } from "./graph.ts";
import { hubertMicro, hubertNano, hubertSmall, hubertTiny } from "./hubert.ts";
import { resnet1dEdge, resnet1dPaper, resnet1dPlus } from "./resnet1d.ts";

/** The architectures that `--model NAME` knows, by name; a new one is a new file and a line here. */
const FAMILIES: Readonly<Record<string, (classes: readonly string[]) => Graph>> = {
  "efficient1d-nano": efficient1dNano,
  "resnet1d-edge": resnet1dEdge,
  "resnet1d-plus": resnet1dPlus,
  "resnet1d-paper": resnet1dPaper,
  "hubert-nano": hubertNano,
  "hubert-micro": hubertMicro,
  "hubert-tiny": hubertTiny,
  "hubert-small": hubertSmall,
};

export const FAMILY_NAMES = Object.keys(FAMILIES);

/** Builds a named network for the given classes. Throws RangeError on a name that is not known. */
export function buildGraph(name: string, classes: readonly string[]): Graph {
  const build = FAMILIES[name];
  if (!build) throw new RangeError(`no model is named "${name}"; known: ${FAMILY_NAMES.join(", ")}`);
  if (classes.length < 2) throw new RangeError(`a classifier needs two classes or more, found ${classes.length}`);
  return build(classes);
}
