/** The toolchain's API is the runtime's: `qhubert` alone is enough to run a model. */
export * from "qhubert-engine";
