import { describe } from "vitest";
import { itEqualsTheReference, LARGE_FAMILIES } from "./family-equality.ts";

describe.each(LARGE_FAMILIES)("%s with random weights", itEqualsTheReference);
