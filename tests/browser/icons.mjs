// Draws the app's icons from the one drawing, for systems that take no SVG. Run it when the drawing changes.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./harness/browser.mjs";

const PAGE = fileURLToPath(new URL("../../web/src/page/", import.meta.url));
const drawing = await readFile(`${PAGE}icon.svg`, "utf8");
/** To the edges: the system cuts it to its own shape, and what matters stands well within. */
const full = drawing.replace('rx="7" ', "");
const ICONS = [
  ["icon-192", 192, drawing],
  ["icon-512", 512, drawing],
  ["maskable-512", 512, full],
  ["apple-touch-icon", 180, full],
];

await mkdir(`${PAGE}icons`, { recursive: true });
const browser = await launch();
for (const [name, side, svg] of ICONS) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  await page.setContent(`<body style="margin:0">${svg.replace("<svg ", `<svg width="${side}" height="${side}" style="display:block" `)}</body>`);
  await writeFile(`${PAGE}icons/${name}.png`, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
