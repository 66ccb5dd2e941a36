import { describe } from "vitest";
import { isForEngine } from "../../tools/export/lower/engine-node.ts";
import { buildGraph, FAMILY_NAMES } from "../../tools/graph/families.ts";
import { itEqualsTheReference } from "./family-equality.ts";

/** Those whose every node the integer engine has, but for the one of families.slow.test.ts. */
const FAMILIES = FAMILY_NAMES.filter(
  (name) => name !== "hubert-small" && isForEngine(buildGraph(name, ["N", "A", "O"])),
);

describe.each(FAMILIES)("%s with random weights", itEqualsTheReference);
