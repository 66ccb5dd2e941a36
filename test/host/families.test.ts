import { describe } from "vitest";
import { isForEngine } from "../../tools/export/lower/engine-node.ts";
import { buildGraph, FAMILY_NAMES } from "../../tools/graph/families.ts";
import { itEqualsTheReference, LARGE_FAMILIES } from "./family-equality.ts";

/** The families that the integer engine has every node of, without the two large ones of families.slow.test.ts. */
const FAMILIES = FAMILY_NAMES.filter(
  (name) => !LARGE_FAMILIES.includes(name) && isForEngine(buildGraph(name, ["N", "A", "O"])),
);

describe.each(FAMILIES)("%s with random weights", itEqualsTheReference);
