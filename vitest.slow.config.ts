import { SLOW_TESTS, tierConfig } from "./vitest.config.ts";

/** Files whose properties draw many more cases here than in the quick tier. */
const MANY_DRAWS = ["equality", "snapshot", "extreme-constants", "hostile/byte-flips", "hostile/truncated"].map(
  (name) => `test/host/${name}.test.ts`,
);

export default tierConfig("slow", { names: SLOW_TESTS, also: MANY_DRAWS });
