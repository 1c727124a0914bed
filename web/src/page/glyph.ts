// The page's own signs, drawn in one stroke width on a grid of 24.
const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  list: "M4 6h16M4 12h16M4 18h10",
  plus: "M12 5v14M5 12h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  pencil: "M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4",
  devices: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5M16 4.5a3.5 3.5 0 0 1 0 6M18 14.8c1.8.8 3 2.6 3 5.2",
} as const;

export type Glyph = keyof typeof PATHS;

/** A sign; it says nothing to who listens, so its button has a label. */
export function glyph(name: Glyph): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", "aria-hidden": "true", class: "glyph", fill: "none", stroke: "currentColor", "stroke-linecap": "round", "stroke-linejoin": "round" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("stroke-width", name === "more" ? "3" : "1.75");
  svg.append(path);
  return svg;
}
