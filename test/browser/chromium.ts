import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = [process.env.CHROMIUM ?? "", ...PLACES].find((path) => path !== "" && existsSync(path));

/** Without one, what needs it is skipped, and its title says why. */
export const hasChromium = executablePath !== undefined;
export const skipReason = hasChromium ? "" : " (skipped: no Chromium; CHROMIUM names its path)";

/** Nothing of the browser's own goes over the network. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}
