import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Who may import whom (ARCHITECTURE.md). A folder may always import itself; what is not listed may not be imported. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "assembly/shared": [],
  "assembly/views": [],
  "assembly/flash": [],
  "assembly/trace": ["assembly/shared"],
  "assembly/numeric": ["assembly/shared", "assembly/views"],
  "assembly/kernels": ["assembly/shared", "assembly/views", "assembly/numeric"],
  "assembly/signal": ["assembly/shared", "assembly/views", "assembly/numeric"],
  "assembly/model": [
    "assembly/shared",
    "assembly/views",
    "assembly/flash",
    "assembly/trace",
    "assembly/numeric",
    "assembly/kernels",
    "assembly/signal",
  ],
  assembly: [
    "assembly/shared",
    "assembly/views",
    "assembly/numeric",
    "assembly/kernels",
    "assembly/signal",
    "assembly/model",
  ],
  host: ["assembly/shared"],
  "tools/graph": [],
  "tools/threads": [],
  "tools/random": [],
  "tools/files": [],
  "tools/options": [],
  "tools/data": ["tools/graph", "tools/random", "tools/files", "host", "assembly/shared"],
  "tools/evaluate": ["tools/graph", "tools/random", "tools/files", "tools/data", "host", "assembly/shared"],
  "tools/export": ["tools/graph", "tools/files", "host", "assembly/shared"],
  "tools/forward": ["tools/graph", "tools/export"],
  "tools/train": [
    "tools/graph",
    "tools/options",
    "tools/threads",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/evaluate",
    "host",
    "assembly/shared",
  ],
  "tools/pretrain": [
    "tools/graph",
    "tools/options",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/train",
    "tools/evaluate",
    "host",
    "assembly/shared",
  ],
  "tools/quantize": [
    "tools/graph",
    "tools/threads",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/evaluate",
    "tools/export",
    "tools/forward",
    "host",
    "assembly/shared",
  ],
  "tools/finetune": [
    "tools/graph",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/train",
    "tools/forward",
    "tools/quantize",
    "tools/export",
    "host",
    "assembly/shared",
  ],
  "tools/detector": ["tools/random", "tools/files", "tools/data", "tools/evaluate", "host", "assembly/shared"],
  // The engine's detector itself, in a module of its own.
  "tools/detector/assembly": ["assembly/signal", "assembly/views"],
  "tools/compare": ["tools/graph", "tools/files", "tools/data", "tools/evaluate", "tools/train", "tools/quantize"],
  "tools/figure": ["tools/graph", "tools/files", "tools/export", "host"],
  "tools/report": ["tools/files", "tools/data", "tools/evaluate", "tools/export", "tools/quantize"],
  "tools/reproduction": [
    "tools/graph",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/evaluate",
    "tools/train",
    "tools/export",
    "tools/quantize",
  ],
  "tools/bench": [
    "tools/graph",
    "tools/random",
    "tools/files",
    "tools/data",
    "tools/train",
    "tools/export",
    "tools/forward",
    "tools/quantize",
    "host",
    "assembly/shared",
  ],
  "firmware-sim": ["host", "assembly/shared"],
  rig: ["host", "assembly/shared"],
};
const AREAS = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
/** The most source files of its own that a folder holds, so that a reader sees them at a glance. */
const MOST_FILES = 25;
/** The command line imports everything, and nothing imports it. */
const COMMAND_LINE = "tools (command line)";

interface Import {
  readonly file: string;
  /** As written in the file. */
  readonly specifier: string;
  /** Relative to the root for a file of the repository, else null. */
  readonly target: string | null;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
  return importedFiles.map(({ fileName: specifier }) => ({
    file,
    specifier,
    target: targetOf(file, specifier),
  }));
}

/** The toolchain imports the runtime as its users do, by the name of its package. */
function targetOf(file: string, specifier: string): string | null {
  if (specifier === "qhubert-engine") return "host/index.ts";
  return specifier.startsWith(".") ? posix.normalize(posix.join(posix.dirname(file), specifier)) : null;
}

function areaOf(path: string): string {
  if (path.startsWith("test/")) return "test";
  const area = AREAS.find((name) => path.startsWith(`${name}/`) || path === name || path === `${name}.ts`);
  return area ?? COMMAND_LINE;
}

const shipped = ["assembly", "host", "tools", "firmware-sim", "rig"]
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap(sourceFiles);
const imports = shipped.flatMap(importsOf);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** Optional peers count: a command that would gain by one says so where it is not there. */
const installed = Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.peerDependencies,
});

/** A user who wants to compare installs the engine's competitors: the bench leaves out what is not there. */
const competitors = Object.keys(manifest.devDependencies);

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

describe("dependencies", () => {
  it("has files to hold the table over", () => {
    expect(shipped.length).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(20);
  });

  it("knows every folder that ships", () => {
    const unknown = shipped.filter(
      (file) => areaOf(file) === COMMAND_LINE && !/^tools\/((cli|index)\.ts|commands\/)/.test(file),
    );
    expect(unknown).toEqual([]);
  });

  it.each([...AREAS, COMMAND_LINE])("%s imports only what the table lets it", (area) => {
    const broken = imports
      .filter(({ file, target }) => areaOf(file) === area && target !== null)
      .filter(({ target }) => {
        const into = areaOf(target as string);
        if (into === area) return false;
        return area === COMMAND_LINE ? into === "test" : !MAY_IMPORT[area].includes(into);
      });
    expect(broken).toEqual([]);
  });

  it("is the table of ARCHITECTURE.md", () => {
    const rows = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").matchAll(
      /^\| `((?:tools|host|firmware-sim)[^`]*)\/` \|.*\| ([^|]*) \|$/gm,
    );
    const written = Object.fromEntries([...rows].map(([, folder, cell]) => [folder, cell.split(", ").sort()]));
    // A module of AssemblyScript in tools/ belongs to its folder's row; shared constants are a sentence below the table.
    const held = AREAS.filter((area) => /^(tools\/[\w-]+|host|firmware-sim)$/.test(area)).map((area) => {
      const names = MAY_IMPORT[area]
        .filter((name) => name !== "assembly/shared")
        .map((name) => name.replace(/^tools\//, ""))
        .sort();
      return [area, names.length > 0 ? names : ["nothing"]];
    });
    expect(written).toEqual(Object.fromEntries(held));
  });

  it("has at most 25 files in a folder, the engine's kernels apart, whose twins stand beside them", () => {
    const counts = new Map<string, number>();
    for (const file of shipped) counts.set(posix.dirname(file), (counts.get(posix.dirname(file)) ?? 0) + 1);
    const crowded = [...counts].filter(([folder, count]) => count > MOST_FILES && folder !== "assembly/kernels");
    expect(crowded).toEqual([]);
  });

  it("has no circle of imports, types included", () => {
    expect(circlesOf(imports)).toEqual([]);
  });

  it("imports only packages that are installed with it; the engine, its host and the graphs import none, the bench its competitors", () => {
    const broken = imports
      .filter(({ target, specifier }) => target === null && !isBuiltin(specifier))
      .filter(({ file, specifier }) => {
        if (/^(assembly|host|tools\/graph)\//.test(file)) return true;
        const allowed = file.startsWith("tools/bench/") ? [...installed, ...competitors] : installed;
        return !allowed.includes(packageOf(specifier));
      });
    expect(broken).toEqual([]);
  });

  it("downloads nothing at install but packages", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const scripted = Object.keys(packages).filter((path) => packages[path].hasInstallScript);
    // core-js and protobufjs print; koffi looks whether the binary that came as a package loads.
    expect(scripted.filter((path) => path !== "").sort()).toEqual([
      "node_modules/core-js",
      "node_modules/koffi",
      "node_modules/protobufjs",
    ]);
    const engine = JSON.parse(readFileSync(join(root, "host/package.json"), "utf8"));
    expect(engine).not.toHaveProperty("dependencies");
    expect(engine).not.toHaveProperty("scripts.install");
    expect(manifest.dependencies["qhubert-engine"]).toBe(engine.version);
  });

  it("locks packages without the address they came from: another registry has them too", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    const { packages } = JSON.parse(lock);
    expect(Object.keys(packages).length).toBeGreaterThan(installed.length);
    const addresses = Object.values<{ resolved?: string }>(packages).map(({ resolved }) => resolved ?? "");
    expect(addresses.filter((address) => address.includes(":"))).toEqual([]);
  });

  it("keeps shared constants free of all but literals: both compilers read them", () => {
    const statements = sourceFiles("assembly/shared").flatMap((file) =>
      ts
        .createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022)
        .statements.map((node) => ({
          file,
          node,
        })),
    );
    const broken = statements.filter(({ node }) => !isLiteralConstant(node)).map(({ file }) => file);
    expect(broken).toEqual([]);
  });

  it("prints and sets exit codes in the command line alone", () => {
    const broken = shipped
      .filter((file) => areaOf(file) !== COMMAND_LINE)
      .filter((file) =>
        /\bconsole\.|process\.(exit|exitCode|stdout|stderr)\b/.test(readFileSync(join(root, file), "utf8")),
      );
    expect(broken).toEqual([]);
  });
});

function isLiteralConstant(node: ts.Statement): boolean {
  return (
    ts.isVariableStatement(node) &&
    (node.declarationList.flags & ts.NodeFlags.Const) !== 0 &&
    node.declarationList.declarations.every(
      ({ initializer }) => initializer !== undefined && ts.isNumericLiteral(initializer),
    )
  );
}

/** The groups of files that import each other, directly or through others (Tarjan's strongly connected components). */
function circlesOf(all: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>(shipped.map((file) => [file, []]));
  for (const { file, target } of all) {
    // AssemblyScript imports have no ending.
    const known = [target, `${target}.ts`].find((path) => path !== null && targets.has(path));
    if (known) targets.get(file)?.push(known);
  }
  const numbers = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const own = numbers.size;
    numbers.set(file, own);
    open.push(file);
    let lowest = own;
    for (const target of targets.get(file) ?? []) {
      if (!numbers.has(target)) lowest = Math.min(lowest, visit(target));
      else if (open.includes(target)) lowest = Math.min(lowest, numbers.get(target) as number);
    }
    if (lowest === own) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1 || targets.get(file)?.includes(file)) circles.push(circle.sort());
    }
    return lowest;
  };
  for (const file of shipped) if (!numbers.has(file)) visit(file);
  return circles;
}
