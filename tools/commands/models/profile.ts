import { type Command, Option } from "commander";
import { CONDITIONED_INPUT, ENGINE_BUILDS, type Engine, type EngineBuild, FrontEnd } from "qhubert-engine";
import { MODEL_SAMPLE_RATE_HZ } from "../../../assembly/shared/limits.ts";
import { prepareBuilds } from "../../bench/builds.ts";
import { leadInput } from "../../data/lead-input.ts";
import { synthesize } from "../../data/synth/synthesize.ts";
import { openModel } from "../../export/model-files.ts";
import { realNumber, wholeNumber } from "../terminal/arguments.ts";
import { bytesText, printJson, printLine, printTable } from "../terminal/output.ts";

interface ProfileArguments {
  readonly build: EngineBuild | "auto";
  readonly seconds: number;
  readonly tileCache: number;
  readonly json?: boolean;
}

/** Adds `qhubert profile`. */
export function addProfileCommand(program: Command): void {
  program
    .command("profile")
    .description("where a model's time goes on this machine: work, flash bytes, unpack and compute time of every layer")
    .argument("<model>", "a .qhb model")
    .addOption(new Option("--build <name>", "of the engine").choices(["auto", ...ENGINE_BUILDS]).default("auto"))
    .option("--seconds <s>", "length of the synthetic record", realNumber, 60)
    .option("--tile-cache <bytes>", "RAM beyond the plan for unpacked weights", wholeNumber, 0)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert profile models/resnet1d-edge.qhb --build simd")
    .action(runProfile);
}

async function runProfile(path: string, { build, seconds, tileCache, json }: ProfileArguments): Promise<void> {
  if (!(seconds > 0 && seconds <= 3600)) throw new RangeError(`--seconds must be within 0 to 3600, found ${seconds}`);
  prepareBuilds(build === "auto" ? ENGINE_BUILDS : [build]);
  const engine = await openModel(path, { build, tileCacheBytes: tileCache });
  const record = synthesize({ rhythm: "sinus", seconds, sampleRateHz: MODEL_SAMPLE_RATE_HZ, seed: 1 });
  const [lead] = record.leads;
  const conditioned = (await FrontEnd.create()).condition(lead.samples, leadInput(record, lead)).samples;
  const report = profileRecord(engine, conditioned);
  if (json) return printJson({ model: path, build: engine.build, seconds, tileCacheBytes: tileCache, ...report });
  printReport(path, engine, seconds, report);
}

/** Runs a record twice, the first time to warm up, and measures the second run. */
function profileRecord(engine: Engine, record: Int16Array) {
  engine.configureInput(CONDITIONED_INPUT);
  engine.push(record);
  engine.reset();
  engine.setProfiling(true);
  const startMs = performance.now();
  engine.push(record);
  engine.finish();
  const elapsedMs = performance.now() - startMs;
  return { elapsedMs, ...engine.profile() };
}

function printReport(
  path: string,
  engine: Engine,
  seconds: number,
  { elapsedMs, layers, macs, flashBytes, ticks, decisions }: ReturnType<typeof profileRecord>,
): void {
  printTable(
    ["layer", "op", "bits", "MAC", "flash bytes", "unpack ms", "compute ms", "GMAC/s"],
    layers.map((layer, index) => [
      layer.name,
      layer.op,
      engine.model.layers[index].grid === "ternary" ? "ternary" : layer.bits || "-",
      layer.macs,
      layer.flashBytes,
      layer.unpackMs.toFixed(3),
      layer.computeMs.toFixed(3),
      layer.macs === 0 ? "-" : (layer.macs / layer.computeMs / 1e6).toFixed(1),
    ]),
  );
  printLine(
    `${path}, ${engine.build} build: ${elapsedMs.toFixed(1)} ms for ${seconds} s of signal (measured on this machine), ` +
      `${(macs / 1e6).toFixed(1)} million multiply-accumulates, ${bytesText(flashBytes)} from flash, ` +
      `${ticks} passes, ${decisions} decisions`,
  );
}
