import { describeKernels } from "./kernel-suite.ts";

describeKernels("wasm");
