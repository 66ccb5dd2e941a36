import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, posix } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
/** The folders of the runtime that a page needs: the host with what it imports, and the engine. */
const SERVED = ["/host/dist/", "/host/build/"];
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the package's browser side on 127.0.0.1, with `files` (by path) beside it. */
export async function serveSite(files: Readonly<Record<string, Uint8Array>>): Promise<Site> {
  const server = createServer(async (request, response) => {
    const path = posix.normalize(new URL(request.url ?? "/", "http://site").pathname);
    const body = await contentOf(path, files).catch(() => null);
    if (body === null) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
}

async function contentOf(path: string, files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array | null> {
  if (Object.hasOwn(files, path)) return files[path];
  if (!SERVED.some((folder) => path.startsWith(folder))) return null;
  return readFile(fileURLToPath(new URL(`.${path}`, ROOT)));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
