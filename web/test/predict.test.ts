// Predictive echo, held to the cases of tests/prediction/cases, with xterm.js as the screen.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import headless from "@xterm/headless";

import { Predictor } from "../src/predict/predictor";
import { MARK_OSC, readMark, readSecret } from "../src/terminal/mark";
import { type Colour, type Style, Window } from "../src/terminal/window";
import { Widths } from "../src/terminal/widths";

const CASES = join("..", "tests", "prediction", "cases");

interface Step {
  at: number;
  output?: string;
  type?: string;
  compose?: string;
  echo?: number;
  echo_ahead?: number;
  srtt?: number | null;
  restore?: string;
  expect?: string[];
  wake?: number | null;
}

for (const file of readdirSync(CASES)) {
  const { name, cols, rows, steps } = JSON.parse(readFileSync(join(CASES, file), "utf8")) as { name: string; cols: number; rows: number; steps: Step[] };
  test(`${file}: ${name}`, () => play(cols, rows, steps));
}

async function play(cols: number, rows: number, steps: Step[]): Promise<void> {
  const terminal = new headless.Terminal({ cols, rows, allowProposedApi: true });
  const widths = new Widths();
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  let isSecret = false;
  terminal.parser.registerOscHandler(MARK_OSC, (data) => {
    const grid = readMark(data);
    if (grid) terminal.resize(grid.cols, grid.rows);
    isSecret = readSecret(data) ?? isSecret;
    return true;
  });
  const view = new Window(terminal, () => isSecret);
  const predictor = new Predictor<Style>();
  let [offset, seq] = [0n, 0n];
  let expected: string[] = [];
  const feed = async (text: string) => {
    await new Promise<void>((done) => terminal.write(text, done));
    offset += BigInt(new TextEncoder().encode(text).length);
  };
  for (const step of steps) {
    const now = step.at;
    if (step.output !== undefined) {
      await feed(step.output);
      predictor.parsed(now, view, offset);
    } else if (step.restore !== undefined) {
      await feed(step.restore);
      predictor.restored(offset);
    } else if (step.type !== undefined) {
      predictor.typed(now, view, ++seq, { name: "keys", bytes: new TextEncoder().encode(step.type) });
    } else if (step.compose !== undefined) {
      predictor.typed(now, view, ++seq, { name: "composed" });
    } else if (step.echo !== undefined) {
      predictor.echoed(now, view, BigInt(step.echo), offset);
    } else if (step.echo_ahead !== undefined) {
      predictor.echoed(now, view, BigInt(step.echo_ahead), offset + 3n);
    } else if (step.srtt !== undefined) {
      predictor.measured(step.srtt ?? undefined);
    } else {
      predictor.handleTimeout(now, view);
    }
    expected = step.expect ?? expected;
    assert.deepEqual(words(predictor, view), expected, JSON.stringify(step));
    if ("wake" in step) assert.equal(predictor.pollTimeout() ?? null, step.wake);
  }
}

function words(predictor: Predictor<Style>, view: Window): string[] {
  const { cells, cursor } = predictor.overlay(view);
  const said = cells.map(({ spot, char, style, isUnderlined }) => {
    const look = sgr(style) === "" ? "" : ` [${sgr(style)}]`;
    return `${spot.row},${spot.col} ${char ?? "?"}${look}${isUnderlined ? " _" : ""}`;
  });
  return cursor ? [...said, `cursor ${cursor.row},${cursor.col}`] : said;
}

function sgr(style: Style): string {
  const attributes: [boolean, string][] = [
    [style.isBold, "1"],
    [style.isDim, "2"],
    [style.isItalic, "3"],
    [style.isInverse, "7"],
    [style.isHidden, "8"],
    [style.isStruck, "9"],
    [style.isUnderlined, "4"],
  ];
  const on = attributes.filter(([isOn]) => isOn).map(([, number]) => number);
  return [...on, ...colour(style.foreground, 30), ...colour(style.background, 40)].join(";");
}

function colour(colour: Colour, group: number): string[] {
  switch (colour.name) {
    case "default":
      return [];
    case "palette":
      if (colour.index < 8) return [String(group + colour.index)];
      return [colour.index < 16 ? String(group + 52 + colour.index) : `${group + 8};5;${colour.index}`];
    case "rgb":
      return [`${group + 8};2;${colour.value >> 16};${(colour.value >> 8) & 255};${colour.value & 255}`];
  }
}
