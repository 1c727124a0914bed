// The rows above the screen, in a real xterm.js without a page, before a host made of another.
import assert from "node:assert/strict";
import { test } from "node:test";

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import headless from "@xterm/headless";

import { AnswerSchema, QuerySchema, type Row } from "../src/generated/terminal_pb";
import { MARK_OSC, readMark } from "../src/terminal/mark";
import { NO_REFLOW, resize } from "../src/terminal/resize";
import { Scrollback, type ScrollbackHost, SCROLLBACK_LINES } from "../src/terminal/scrollback";
import { layOut } from "../src/terminal/scrollback-layout";
import { ScrollbackLines } from "../src/terminal/scrollback-lines";
import { Widths } from "../src/terminal/widths";
import { text } from "./bench";

const widths = new Widths();
type Terminal = InstanceType<typeof headless.Terminal>;

function emulator(cols: number, rows: number): Terminal {
  const terminal = new headless.Terminal({ cols, rows, scrollback: SCROLLBACK_LINES, allowProposedApi: true, ...NO_REFLOW });
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  return terminal;
}

function write(terminal: Pick<Terminal, "write">, data: string): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve));
}

function line(terminal: Terminal, at: number): string {
  return terminal.buffer.normal.getLine(at)?.translateToString(true) ?? "";
}

const row = (number: number) => `row ${number}`;
const rowsOf = (texts: readonly string[], wraps: readonly number[] = []): Row[] =>
  texts.map((vt, index) => ({ vt: text(vt), wraps: wraps.includes(index) }) as Row);

/** A page's terminal, and a host that has rows 0 to `top` and a screen behind them. */
class Bench {
  readonly terminal: Terminal;
  readonly scrollback: Scrollback;
  asked = 0;
  refreshes = 0;
  base = 0;
  top: number;
  isSilent = false;
  #waiting: (() => void)[] = [];

  constructor(cols: number, rows: number, top: number) {
    this.top = top;
    this.terminal = emulator(cols, rows);
    const host: ScrollbackHost = {
      id: new Uint8Array(16),
      fetch: (query) => this.#fetch(query),
      refresh: () => {
        this.refreshes += 1;
        this.#later(() => this.snapshot());
      },
      moved: () => undefined,
    };
    this.scrollback = new Scrollback(this.terminal as never, widths, host);
    this.terminal.parser.registerOscHandler(MARK_OSC, (data) => {
      const grid = readMark(data)!;
      if (grid.cols !== this.terminal.cols) this.scrollback.rewidened();
      resize(this.terminal as never, grid);
      return true;
    });
  }

  /** The screen that the host shows: rows from `top` on, and a line to type into. */
  snapshot(): void {
    const { cols, rows } = this.terminal;
    const screen = Array.from({ length: rows - 1 }, (_, index) => row(this.top + index)).join("\r\n");
    const vt = text(`\x18\x1b[?2026h\x1b[?1049l\x1b[H\x1b[J${screen}\r\n$ \x1b[?2026l`);
    this.scrollback.snapshot({ grid: { cols, rows }, vt, top: this.top, parsed: () => undefined });
  }

  /** The program prints so many rows more. */
  prints(count: number): void {
    const { rows } = this.terminal;
    for (let n = 0; n < count; n++) {
      this.scrollback.data(text(`\r\x1b[K${row(this.top + rows - 1)}\r\n$ `), () => undefined);
      this.top += 1;
    }
  }

  /** Lets all come that is under way. */
  async settle(): Promise<void> {
    do {
      for (const come of this.#waiting.splice(0)) come();
      await write(this.terminal, "");
    } while (this.#waiting.length > 0);
  }

  /** Each line of the buffer says its row, and the pages agree. */
  check(first: number): void {
    const { baseY } = this.terminal.buffer.normal;
    assert.equal(this.scrollback.top, this.top);
    for (let at = 0; at < baseY; at++) assert.equal(line(this.terminal, at), row(first + at));
    assert.equal(baseY, this.top - first);
    assert.equal(line(this.terminal, baseY), row(this.top));
  }

  #later(come: () => void): void {
    if (!this.isSilent) this.#waiting.push(come);
  }

  #fetch(query: Uint8Array): number {
    const { kind } = fromBinary(QuerySchema, query);
    assert.equal(kind.case, "rows");
    const { first, count } = kind.value as { first: bigint; count: number };
    const from = Math.max(Number(first), this.base);
    const texts = Array.from({ length: Math.max(0, Math.min(count, this.top - from)) }, (_, index) => row(from + index));
    const value = { first: BigInt(from), base: BigInt(this.base), top: BigInt(this.top), rows: rowsOf(texts) };
    const bytes = toBinary(AnswerSchema, create(AnswerSchema, { kind: { case: "rows", value } }));
    const req = (this.asked += 1);
    this.#later(() => this.scrollback.answered(req, { ok: true, bytes }));
    return req;
  }
}

test("a page that comes late scrolls up to the first row, a page at a time", async () => {
  const bench = new Bench(40, 10, 3_000);
  bench.snapshot();
  await bench.settle();
  assert.equal(bench.asked, 0, "nobody looked up yet");
  bench.scrollback.pulledUp(3);
  await bench.settle();
  bench.check(2_500);
  assert.deepEqual(bench.scrollback.seen, { row: 2_997, of: 3_010 });
  for (let pulls = 0; pulls < 200 && bench.scrollback.seen?.row !== 0; pulls++) {
    bench.terminal.scrollLines(-40);
    await bench.settle();
  }
  bench.check(0);
  assert.deepEqual(bench.scrollback.seen, { row: 0, of: 3_010 });
  const asked = bench.asked;
  bench.terminal.scrollLines(-40);
  await bench.settle();
  assert.equal(bench.asked, asked, "there is nothing above the first");
});

test("rewriting the buffer keeps the row in view where it was, and what comes meanwhile behind it", async () => {
  const bench = new Bench(40, 10, 3_000);
  bench.snapshot();
  await bench.settle();
  bench.scrollback.pulledUp(1);
  await bench.settle();
  bench.terminal.scrollLines(-460);
  const seen = bench.scrollback.seen!.row;
  bench.prints(25);
  await bench.settle();
  bench.prints(7);
  await bench.settle();
  assert.equal(bench.scrollback.seen!.row, seen);
  assert.equal(line(bench.terminal, bench.terminal.buffer.active.viewportY), row(seen));
  bench.check(bench.top - bench.terminal.buffer.normal.baseY);
  bench.terminal.scrollToBottom();
  assert.equal(bench.scrollback.seen, undefined);
});

test("a Snapshot behind a gap wipes nothing, and the gap is filled when one looks", async () => {
  const bench = new Bench(40, 10, 0);
  bench.snapshot();
  bench.prints(100);
  await bench.settle();
  bench.check(0);
  bench.top += 1_000;
  bench.snapshot();
  await bench.settle();
  assert.equal(bench.terminal.buffer.normal.baseY, 100, "what this page saw is there still");
  assert.equal(line(bench.terminal, 0), row(0));
  assert.equal(bench.scrollback.top, 1_100);
  bench.terminal.scrollLines(-5);
  await bench.settle();
  bench.check(600);
  bench.scrollback.reveal(7);
  await bench.settle();
  bench.check(0);
  assert.deepEqual(bench.scrollback.place(7, 2), { line: 7, col: 2 });
});

test("a link that a program opened and whose end was cut away reaches into no Snapshot, and into no row above it", async () => {
  const bench = new Bench(40, 10, 20);
  const links = () => {
    const { normal } = bench.terminal.buffer;
    const cells = Array.from({ length: normal.length }, (_, at) => normal.getLine(at)!.getCell(0) as unknown as { extended: { urlId: number } });
    return cells.filter(({ extended }) => extended.urlId !== 0).length;
  };
  const open = text("\r\x1b]8;;https://example.org/\x1b\\linked");
  bench.snapshot();
  bench.scrollback.data(open, () => undefined);
  await bench.settle();
  assert.equal(links(), 1);
  bench.snapshot();
  await bench.settle();
  assert.equal(links(), 0);
  bench.scrollback.data(open, () => undefined);
  bench.scrollback.pulledUp(3);
  await bench.settle();
  assert.equal(bench.terminal.buffer.normal.baseY, 20);
  assert.equal(links(), 0);
});

test("typing while rows are on their way shows the live screen at once", async () => {
  const bench = new Bench(40, 10, 3_000);
  bench.snapshot();
  await bench.settle();
  bench.scrollback.pulledUp(3);
  bench.isSilent = true;
  await bench.settle();
  bench.isSilent = false;
  bench.snapshot();
  bench.prints(2);
  bench.scrollback.letGo();
  await bench.settle();
  assert.equal(line(bench.terminal, bench.terminal.buffer.normal.baseY), row(3_002));
});

test("a host that has dropped its oldest rows ends the way up there", async () => {
  const bench = new Bench(40, 10, 3_000);
  bench.base = 2_800;
  bench.snapshot();
  await bench.settle();
  bench.scrollback.pulledUp(3);
  await bench.settle();
  bench.check(2_800);
  bench.scrollback.reveal(5);
  await bench.settle();
  assert.equal(bench.scrollback.seen!.row, 2_800);
});

test("rows are counted as they leave, through trims, clears, resets and another size", async () => {
  const terminal = emulator(40, 10);
  const lines = new ScrollbackLines(terminal as never);
  await write(terminal, "x\r\n".repeat(9) + "\n".repeat(50_000));
  assert.equal(lines.top, 50_000);
  assert.equal(lines.first, 50_000 - SCROLLBACK_LINES);
  assert.equal(lines.rowAt(0), 50_000 - SCROLLBACK_LINES);
  await write(terminal, "\x1b[3J\x1b[1;5r\x1b[5;1H\n\n\n\x1b[3S\x1b[1;1H\x1b[2M\x1b[r\x1b[10;1H\n");
  assert.deepEqual([lines.top, lines.first, terminal.buffer.normal.baseY], [50_004, 50_000, 4]);
  resize(terminal as never, { cols: 40, rows: 4 });
  resize(terminal as never, { cols: 30, rows: 12 });
  assert.equal(lines.top, 50_010);
  await write(terminal, "\x1b[?1049h" + "\n".repeat(100) + "\x1b[3J\x1b[?1049l\x1bc" + "\n".repeat(20));
  assert.deepEqual([lines.top, lines.first], [50_019, 50_010]);
});

test("a row wider than the grid takes several lines, counted as they come to stand", async () => {
  const wide = "日本語の長い行はここで折り返される";
  const texts = ["short", "0123456789".repeat(7), `\x1b[0;31m${wide}\x1b[0m!`, "runs on ".repeat(5), "behind it", "", "end"];
  for (const cols of [7, 16, 40, 200]) {
    const terminal = emulator(cols, 5);
    const laid = layOut(rowsOf(texts, [3]), cols, widths);
    await write(terminal, new TextDecoder().decode(laid.vt));
    const { baseY, cursorY } = terminal.buffer.normal;
    assert.equal(baseY + cursorY, laid.lines, `${cols} columns`);
    texts.forEach((vt, index) => {
      const { line: at, col } = laid.starts[index]!;
      const shown = terminal.buffer.normal.getLine(at)!.translateToString(true, col);
      const plain = vt.replace(/\x1b\[[\d;]*m/g, "");
      assert.ok(shown.trimEnd() === "" ? plain.trim() === "" || col === cols : plain.startsWith(shown.trimEnd()) || shown.startsWith(plain.trimEnd()), `${cols}: ${shown}`);
    });
  }
});

test("a line in which several rows stand is the one it begins with", async () => {
  const terminal = emulator(20, 2);
  const lines = new ScrollbackLines(terminal as never);
  const laid = layOut(rowsOf(["0123456789", "0123456789", "next", "exactly twenty cells", "more", "end"], [0, 3]), 20, widths);
  await write(terminal, new TextDecoder().decode(laid.vt) + "\n");
  lines.laidOut(100, laid.starts, 106);
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => lines.rowAt(at)), [100, 102, 103, 104, 105]);
  assert.deepEqual(lines.startOf(101), { line: 0, col: 10 });
});

test("the grid is resized as the host's screen is: nothing wraps anew, nothing comes back", async () => {
  const terminal = emulator(20, 6);
  await write(terminal, "one\r\n".repeat(10) + "a line of twenty-one!\r\n\x1b[41mred日\x1b[m");
  const screen = () => Array.from({ length: terminal.rows }, (_, at) => line(terminal, terminal.buffer.normal.baseY + at));
  const { baseY } = terminal.buffer.normal;
  resize(terminal as never, { cols: 4, rows: 8 });
  assert.equal(terminal.buffer.normal.baseY, baseY, "rows come below");
  assert.deepEqual(screen(), ["one", "one", "one", "a li", "!", "red", "", ""]);
  resize(terminal as never, { cols: 20, rows: 8 });
  assert.deepEqual(screen(), ["one", "one", "one", "a li", "!", "red", "", ""], "what was cut does not come back");
});
