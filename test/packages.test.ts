import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MAX_RUNTIME_BYTES = 400_000;
const BUILDS = ["dsp", "relaxed", "scalar", "simd"];
const MODELS = ["efficient1d-nano", "hubert-nano", "resnet1d-edge", "resnet1d-plus"];

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let folder: string;
let runtime: Packed;
let toolchain: Packed;

/** Packs a package's folder as it would be published; the suite has built it already. */
function pack(packageFolder: string): Packed {
  const args = ["pack", packageFolder, "--json", "--ignore-scripts", "--pack-destination", folder];
  return JSON.parse(execFileSync("npm", args, { cwd: ROOT, encoding: "utf8" }))[0];
}

function run(file: string, args: readonly string[], cwd: string): string {
  return execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

const pathsOf = (packed: Packed) => packed.files.map(({ path }) => path).sort();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "qhubert-packages-"));
  runtime = pack("./host");
  toolchain = pack(".");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("qhubert-engine", () => {
  it("holds its module with types, four builds and four models, and nothing else", () => {
    const paths = pathsOf(runtime);
    const modules = paths.filter((path) => path.startsWith("dist/"));
    expect(modules).toContain("dist/host/index.js");
    expect(modules).toContain("dist/host/index.d.ts");
    expect(modules.filter((path) => !/^dist\/(host|assembly\/shared)\/[\w-]+\.(js|d\.ts)$/.test(path))).toEqual([]);
    expect(paths.filter((path) => !path.startsWith("dist/"))).toEqual([
      "LICENSE",
      "README.md",
      ...BUILDS.map((build) => `build/engine.${build}.wasm`),
      ...MODELS.map((model) => `models/${model}.qhb`),
      "package.json",
    ]);
  });

  it(`unpacks to at most ${MAX_RUNTIME_BYTES} bytes without the models`, () => {
    const bytes = runtime.files
      .filter(({ path }) => !path.startsWith("models/"))
      .reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_RUNTIME_BYTES);
  });

  it("installs as one package, without a registry, and decides on a record in three lines", () => {
    const app = join(folder, "app");
    mkdirSync(app);
    writeFileSync(join(app, "package.json"), '{ "type": "module" }');
    run("npm", ["install", "--offline", join(folder, runtime.filename)], app);
    expect(readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["qhubert-engine"]);
    const program = `
      import { readFileSync } from "node:fs";
      import { Engine } from "qhubert-engine";
      const engine = await Engine.load(readFileSync(new URL(import.meta.resolve("qhubert-engine/models/resnet1d-edge.qhb"))));
      console.log(engine.push(new Int16Array(5000)).find(({ kind }) => kind === "decision").label);`;
    writeFileSync(join(app, "decide.js"), program);
    expect(run(process.execPath, ["decide.js"], app)).toBe("~\n");
  });
});

describe("qhubert", () => {
  it("holds its command, its modules and the two modules of WebAssembly that they start, and nothing else", () => {
    const paths = pathsOf(toolchain);
    expect(paths.filter((path) => !/^dist\/(tools|firmware-sim|assembly\/shared)\/.*\.(js|d\.ts)$/.test(path))).toEqual(
      ["LICENSE", "README.md", "bin/qhubert.js", "build/detector.wasm", "build/training.wasm", "package.json"],
    );
  });

  it("gives the runtime's API and the simulator with their types, and its command finds all that it reads", () => {
    const app = join(folder, "toolchain");
    const modules = join(app, "node_modules");
    mkdirSync(modules, { recursive: true });
    writeFileSync(join(app, "package.json"), '{ "type": "module" }');
    for (const [name, packed] of Object.entries({ "qhubert-engine": runtime, qhubert: toolchain })) {
      mkdirSync(join(modules, name));
      run("tar", ["-xzf", join(folder, packed.filename), "-C", join(modules, name), "--strip-components=1"], app);
    }
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name !== "qhubert-engine" && !name.startsWith(".")) {
        symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
      }
    }
    const program = `
      import { type BeatEvent, Engine } from "qhubert";
      import { simulate } from "qhubert/simulator";
      const load: (bytes: Uint8Array) => Promise<Engine> = Engine.load;
      const beat: BeatEvent["kind"] = "beat";
      console.log(typeof load, typeof simulate, beat);`;
    writeFileSync(join(app, "program.ts"), program);
    const options = ["--module", "nodenext", "--target", "es2022", "--strict", "--types", "node", "program.ts"];
    run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...options], app);
    expect(run(process.execPath, ["program.js"], app)).toBe("function function beat\n");
    const model = "node_modules/qhubert-engine/models/resnet1d-edge.qhb";
    const text = run(process.execPath, ["node_modules/qhubert/bin/qhubert.js", "inspect", model], app);
    expect(text).toContain("golden vectors agree");
  });
});

describe("the toolchain's optional peers", () => {
  it("are those that download at install or have another licence", () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(Object.keys(peerDependencies)).toEqual(["@tensorflow/tfjs-node-gpu", "mat-for-js"]);
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });
});
