/** The public API: one model on one stream, in Node and in the browser. */
export { Engine, type EngineOptions } from "./engine.ts";
export { ENGINE_BUILDS, type EngineBuild, engineBytes, runnableBuilds } from "./engine-module.ts";
export { EngineError } from "./errors.ts";
export type { BeatEvent, DecisionEvent, EngineEvent, QualityEvent, SignalQuality } from "./events.ts";
export { type ConditionedSignal, type DetectedBeats, FrontEnd } from "./front-end.ts";
export { CONDITIONED_INPUT, type InputConfig } from "./input.ts";
export { type ElementType, ModelFile, type ModelLayer, type ModelMetadata, type OpName } from "./model-file.ts";
export type { EngineProfile, LayerProfile } from "./profile.ts";
