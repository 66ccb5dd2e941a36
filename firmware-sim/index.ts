/** The simulated wearable: a model, a record and a device in, a report with budgets, latency and energy out. */
export { type AnalogFrontEndOptions, DEFAULT_FRONT_END, type SimulatedRecord } from "./analog-front-end.ts";
export { BudgetError, type BudgetFigure, type FlashUse, type RamUse } from "./budget.ts";
export { type Constant, modelled, type Source } from "./constant.ts";
export type { CoreCosts } from "./core-costs.ts";
export { CORTEX_M4_COSTS, CORTEX_M33_COSTS } from "./core-costs.ts";
export type { WorkCycles } from "./cost-model.ts";
export { DEVICES, type Device, deviceNamed, type Surroundings } from "./devices.ts";
export type { EnergyUse } from "./energy.ts";
export type { FlashBus } from "./flash-bus.ts";
export type { LatencySummary } from "./latency.ts";
export type { SimulationReport, TimelineEntry } from "./report.ts";
export { type ReportDocument, reportDocument } from "./report-document.ts";
export { type Simulation, type SimulationOptions, simulate } from "./simulate.ts";
export type { Sources } from "./sources.ts";
