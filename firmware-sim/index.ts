/** The simulated wearable: a model, a record and a device in, a report with budgets, latency and energy out. */
export { type AnalogFrontEndOptions, DEFAULT_FRONT_END, type SimulatedRecord } from "./analog-front-end.ts";
export { BudgetError, type BudgetFigure } from "./budget.ts";
export { type Constant, modelled } from "./constant.ts";
export { DEVICES, type Device, deviceNamed } from "./devices.ts";
export type { SimulationReport, TimelineEntry } from "./report.ts";
export { type Simulation, type SimulationOptions, simulate } from "./simulate.ts";
