/** The two themes. A drawing in a file of its own has them too. */
export const THEME = `
:root { --paper: #ffffff; --ink: #1b1f24; --muted: #7a828c; --grid: #dde1e6; --blue: #2c6fbb; --orange: #d9700f; --green: #12876a; --magenta: #a8478f; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e3e7ec; --muted: #8d96a1; --grid: #333a43; --blue: #5b9bea; --orange: #f0953c; --green: #35b893; --magenta: #d37bbd; } }
`.trim();

/** Width of a page from which on a drawing has room for its wide form. */
const WIDE_PAGE_PIXELS = 760;

export const PAGE_STYLE = `
${THEME}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 40px 0 8px; border-bottom: 1px solid var(--grid); padding-bottom: 4px; }
p, figcaption { color: var(--ink); max-width: 75ch; }
figcaption, small, .facts { color: var(--muted); font-size: .87rem; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: color-mix(in srgb, var(--grid) 40%, transparent); padding: 10px 12px; border-radius: 6px; margin: 8px 0; }
.cards { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; }
.cards li { border: 1px solid var(--grid); border-radius: 8px; padding: 10px 12px; display: flex; flex-direction: column; }
.cards strong { font-size: 1.5rem; line-height: 1.2; }
.scroll { overflow-x: auto; max-height: 70vh; overflow-y: auto; }
table { border-collapse: collapse; font-size: .87rem; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--grid); white-space: nowrap; }
thead th { position: sticky; top: 0; background: var(--paper); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--blue); }
th[aria-sort=ascending] button::after { content: " ▲"; }
th[aria-sort=descending] button::after { content: " ▼"; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 0 40px; align-items: start; }
figure { margin: 0; min-width: 0; }
figure.full { grid-column: 1 / -1; }
figure svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none !important; }
@media (max-width: ${WIDE_PAGE_PIXELS - 1}px) {
  .figures { display: block; }
  .wide { display: none !important; }
  .narrow { display: block !important; }
}
`.trim();
