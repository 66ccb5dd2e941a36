/** The toolchain's API is the runtime's: whoever has `qhubert` installed needs no second package to run a model. */
export * from "qhubert-engine";
