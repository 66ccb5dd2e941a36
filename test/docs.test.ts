import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));
const DOCUMENTS = FILES.filter((path) => path.endsWith(".md"));
const SOURCES = FILES.filter((path) => /\.(ts|mjs|js)$/.test(path));
const MAX_LINE = 120;

/** A path of the repository: one of its folders, then names; braces, stars and an ellipsis stand for several files. */
const PATH = /(?<![\w./-])(?:assembly|host|tools|firmware-sim|test|docs|scripts|benches|bin|models)\/[\w./{},*-]*\w/g;
/** Files that a user or the build makes; NAME and GROUP stand for names of a reader's choice. */
const MADE = /^(host\/(dist|build|models)|test\/(share|golden\/\*))/;

function linesOf(path: string): string[] {
  return readFileSync(join(ROOT, path), "utf8").split("\n");
}

/** The lines of a document outside its blocks of code, each with its number. */
function proseOf(document: string): (readonly [number, string])[] {
  let inCode = false;
  return linesOf(document).flatMap((line, index) => {
    const isFence = line.trimStart().startsWith("```");
    if (isFence) inCode = !inCode;
    return isFence || inCode ? [] : [[index + 1, line] as const];
  });
}

function exists(path: string): boolean {
  if (MADE.test(path) || /NAME|GROUP/.test(path)) return true;
  const plain = path.replace(/[*{].*$/, "");
  // A name without its ending stands for the module, a name before a star or a brace for its folder.
  if (plain !== path) return existsSync(join(ROOT, dirname(`${plain}x`)));
  // A decision is named by its number.
  if (/^docs\/decisions\/\d{4}$/.test(path)) return FILES.some((file) => file.startsWith(path));
  return [path, `${path}.ts`].some((candidate) => existsSync(join(ROOT, candidate)));
}

describe("the documents", () => {
  it("name only files and folders that exist", () => {
    const stale = DOCUMENTS.flatMap((document) =>
      proseOf(document).flatMap(([number, line]) =>
        [...line.matchAll(/`([^`]+)`/g)]
          .flatMap(([, code]) => code.match(PATH) ?? [])
          .filter((path) => !exists(path))
          .map((path) => `${document}:${number}: ${path}`),
      ),
    );
    expect(stale).toEqual([]);
  });

  it("link only to files that exist", () => {
    const broken = DOCUMENTS.flatMap((document) =>
      proseOf(document).flatMap(([number, line]) =>
        [...line.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
          .map(([, target]) => target)
          .filter((target) => !/^\w+:/.test(target) && !existsSync(join(ROOT, dirname(document), target)))
          .map((target) => `${document}:${number}: ${target}`),
      ),
    );
    expect(broken).toEqual([]);
  });

  it(`are wrapped at ${MAX_LINE} characters outside tables and code`, () => {
    const long = DOCUMENTS.flatMap((document) =>
      proseOf(document)
        .filter(([, line]) => line.length > MAX_LINE && !/^\s*(\||!\[|#)/.test(line))
        .map(([number, line]) => `${document}:${number}: ${line.length}`),
    );
    expect(long).toEqual([]);
  });
});

describe("the comments of the sources", () => {
  it("name only files and folders that exist", () => {
    const stale = SOURCES.flatMap((source) =>
      linesOf(source).flatMap((line, index) => {
        const comment = /(?:^\s*(?:\/?\*|\/\/)|\s\/\/ )(.*)$/.exec(line)?.[1] ?? "";
        return (comment.match(PATH) ?? [])
          .filter((path) => !exists(path))
          .map((path) => `${source}:${index + 1}: ${path}`);
      }),
    );
    expect(stale).toEqual([]);
  });
});
