import { SLOW_TESTS, tierConfig } from "./vitest.config.ts";

/** Files whose properties draw many more cases here than in the quick tier. */
const MANY_DRAWS = ["equality", "snapshot", "hostile/byte-flips"].map((name) => `test/host/${name}.test.ts`);

export default tierConfig("slow", { names: SLOW_TESTS, also: MANY_DRAWS });
