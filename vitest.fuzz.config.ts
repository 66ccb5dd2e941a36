import { mergeConfig } from "vitest/config";
import { tierConfig } from "./vitest.config.ts";

/** Files without properties, which say the same for every seed: the commands', the browser's and this folder's own. */
const WITHOUT_PROPERTIES = ["test/commands/**", "test/browser/**", "test/models/**", "test/properties/**"];
/** Only kept-seeds.test.ts asks for the property that is made to fail. */
const toy = process.env.QHUBERT_TOY === "1";

const config = toy
  ? tierConfig("fuzz", { names: "toy.fixture.ts" })
  : tierConfig("fuzz", { names: "*.test.ts", without: WITHOUT_PROPERTIES });

export default mergeConfig(config, { test: { testTimeout: 3_600_000 } });
