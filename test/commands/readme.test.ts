import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, runQhubert } from "./run-qhubert.ts";
import { warmQhubert } from "./warm-qhubert.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "models/README.md",
  "benches/README.md",
  ...documents("docs"),
].filter((path) => existsSync(join(ROOT, path)));
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

function documents(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `${folder}/${path}`);
}

/** The commands of a document's sh blocks: one a line or between `&&`, without comments, prompts and VARIABLE=value. */
function commandsOf(document: string): string[] {
  const blocks = [...readFileSync(join(ROOT, document), "utf8").matchAll(/^```sh\n(.*?)^```/gms)];
  return blocks
    .flatMap(([, block]) => block.replaceAll(/\\\n/g, " ").split(/\n|&&/))
    .map((line) =>
      line
        .replace(/(^|\s)#.*/, "")
        .replace(/^\s*\$ /, "")
        .trim()
        .replace(/^(\w+=\S*\s+)+/, ""),
    )
    .filter((line) => line !== "");
}

const commands = DOCUMENTS.flatMap((document) => commandsOf(document).map((command) => [document, command] as const));
const isQhubert = /^(npx qhubert|qhubert|node bin\/qhubert\.js) /;
const scriptCommands = commands.filter(([, command]) => /^npm (run|test)\b/.test(command));
/** The arguments that `qhubert` is given, by scripts too. */
const qhubertCommands = commands.flatMap(([document, command]) => {
  const [, script, , rest = ""] = /^npm run (\S+)( --)?(.*)/.exec(command) ?? [];
  const typed = script === undefined ? command : `${SCRIPTS[script]} ${rest}`;
  return isQhubert.test(typed) ? [[document, typed.replace(isQhubert, "").trim()] as const] : [];
});

const help = new Map<string, Promise<Finished>>();

/** Asks a command for its help, once. */
function helpOf(names: readonly string[]): Promise<Finished> {
  const key = names.join(" ");
  const asked = help.get(key) ?? warmQhubert([...names, "--help"]);
  help.set(key, asked);
  return asked;
}

describe("the documents' commands", () => {
  it("are there", () => {
    expect(commands.map(([document]) => document)).toContain("README.md");
    expect(qhubertCommands.length).toBeGreaterThan(2);
  });

  it.each(scriptCommands)("%s: %s is a script", (_, command) => {
    const [, script] = /^npm (?:run )?([\w:-]+)/.exec(command) ?? [];
    expect(Object.keys(SCRIPTS)).toContain(script);
  });

  it.concurrent.each(qhubertCommands)("%s: qhubert %s has a command and options that exist", async (_, line) => {
    const words = line.split(/\s+/);
    const firstOption = words.findIndex((word) => word.startsWith("-"));
    const names = words.slice(0, words[0] === "data" ? 2 : 1);
    const { exitCode, stdout } = await helpOf(names);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: qhubert ${names.join(" ")}`);
    const options = firstOption < 0 ? [] : words.filter((word) => word.startsWith("--") && word !== "--");
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  ${option}\\b`, "m"));
  });
});

describe("the documents' other commands", () => {
  const others = commands.filter(([, command]) => /^(npx vitest run|node scripts\/)/.test(command));
  it.each(others)("%s: %s runs a file that exists", (_, command) => {
    const [path] = /(?:test|scripts)\/\S+/.exec(command) ?? [];
    expect(existsSync(join(ROOT, path ?? ""))).toBe(true);
  });
});

/** Commands that take seconds. */
const CHEAP = /^(inspect|detect|data synth|simulate|profile|accounting)\b/;
/** Published data sets, which no command downloads, and records of the user's own. */
const DATA_SET = /\b(cinc2017|nstdb|mitdb|cpsc2018|cpsc2019|chapman|ptbxl|mix12)\b|--record\b/;
const cheapCommands = qhubertCommands.filter(
  ([, line]) => CHEAP.test(line) && !DATA_SET.test(line) && modelsOf(line).every((path) => path.startsWith("models/")),
);
const missing = cheapCommands.flatMap(([, line]) => modelsOf(line)).find((path) => !existsSync(join(ROOT, path)));

/** The models that a command reads: those outside models/ are made by a command that needs data or takes minutes. */
function modelsOf(line: string): string[] {
  return line.match(/\S+\.(qhb|safetensors)\b/g) ?? [];
}

describe.skipIf(missing)(
  `the documents' cheap commands run as they stand${missing ? ` (skipped: ${missing} is not there)` : ""}`,
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "qhubert-readme-"));
      symlinkSync(join(ROOT, "models"), join(folder, "models"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("are some of README.md and of docs/", () => {
      for (const start of ["README.md", "docs/"]) {
        expect(cheapCommands.some(([document]) => document.startsWith(start))).toBe(true);
      }
    });

    const lines = [...new Map(cheapCommands.map(([document, line]) => [line, document]))];
    it.each(lines)("qhubert %s (%s)", async (line) => {
      const { exitCode, stdout, stderr } = await runQhubert(line.split(/\s+/), folder);
      expect(exitCode, stderr).toBe(0);
      expect(stdout).not.toBe("");
    });
  },
);
