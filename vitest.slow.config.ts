import { defineConfig } from "vitest/config";
import quick, { SLOW_TESTS } from "./vitest.config.ts";

export default defineConfig({ ...quick, test: { ...quick.test, include: [SLOW_TESTS], exclude: [] } });
