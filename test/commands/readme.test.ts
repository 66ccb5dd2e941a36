import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runQhubert } from "./run-qhubert.ts";
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
/** What `qhubert` is given, scripts that run it included. */
const qhubertCommands = commands.flatMap(([document, command]) => {
  const [, script, , rest = ""] = /^npm run (\S+)( --)?(.*)/.exec(command) ?? [];
  const typed = script === undefined ? command : `${SCRIPTS[script]} ${rest}`;
  return isQhubert.test(typed) ? [[document, typed.replace(isQhubert, "").trim()] as const] : [];
});

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
    const { exitCode, stdout } = await warmQhubert([...names, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: qhubert ${names.join(" ")}`);
    const options = firstOption < 0 ? [] : words.filter((word) => word.startsWith("--") && word !== "--");
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  ${option}\\b`, "m"));
  });
});

/** Commands of README.md that take seconds and need nothing but what ships or what an earlier one makes. */
const CHEAP = /^(inspect|detect|data synth|simulate (?!.*--record))/;
const cheapCommands = qhubertCommands.filter(([document, line]) => document === "README.md" && CHEAP.test(line));
const models = cheapCommands.flatMap(([, line]) => line.match(/models\/\S+/g) ?? []);
const missing = models.find((path) => !existsSync(join(ROOT, path)));

describe.skipIf(missing)(
  `README.md's cheap commands run as they stand${missing ? ` (skipped: ${missing} is not there)` : ""}`,
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "qhubert-readme-"));
      symlinkSync(join(ROOT, "models"), join(folder, "models"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(cheapCommands)("%s: qhubert %s", async (_, line) => {
      const { exitCode, stdout, stderr } = await runQhubert(line.split(/\s+/), folder);
      expect(exitCode, stderr).toBe(0);
      expect(stdout).not.toBe("");
    });
  },
);
