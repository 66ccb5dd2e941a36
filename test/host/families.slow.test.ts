import { describe } from "vitest";
import { itEqualsTheReference } from "./family-equality.ts";

// 30 million weights take a minute of CPU, most of it the reference's.
describe("hubert-small with random weights", () => itEqualsTheReference("hubert-small"));
