// An emulator that never answers. The host answers a program's queries; a second answer from here, or one made while old
// output is replayed, would be typed into the shell. So every sequence that would make xterm.js speak is taken off its
// parser, and nothing has to be filtered out of what a person types.
import type { IDisposable, IFunctionIdentifier, IParser } from "@xterm/xterm";

const QUERIES: IFunctionIdentifier[] = [
  { final: "c" }, // DA1
  { prefix: ">", final: "c" }, // DA2
  { prefix: "=", final: "c" }, // DA3
  { final: "n" }, // DSR, CPR
  { prefix: "?", final: "n" }, // DECDSR, colour scheme
  { intermediates: "$", final: "p" }, // DECRQM, ANSI
  { prefix: "?", intermediates: "$", final: "p" }, // DECRQM, DEC
  { prefix: ">", final: "q" }, // XTVERSION
  { prefix: "?", final: "u" }, // kitty keyboard
  { final: "x" }, // DECREQTPARM
];
/** Window operations (CSI t) that ask nothing: save and restore the title. All others report or move windows. */
const TITLE_STACK = [22, 23];
const DCS_QUERIES: IFunctionIdentifier[] = [
  { intermediates: "$", final: "q" }, // DECRQSS
  { intermediates: "+", final: "q" }, // XTGETTCAP
];
/** OSC that set a colour, or ask for it when the value is "?". */
const COLOURS = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/** Takes every query off a parser. */
export function silence(parser: IParser): IDisposable[] {
  return [
    ...QUERIES.map((id) => parser.registerCsiHandler(id, () => true)),
    parser.registerCsiHandler({ final: "t" }, ([operation]) => !TITLE_STACK.some((known) => known === operation)),
    ...DCS_QUERIES.map((id) => parser.registerDcsHandler(id, () => true)),
    ...COLOURS.map((id) => parser.registerOscHandler(id, (data) => data.split(";").includes("?"))),
  ];
}

/**
 * Whether xterm.js says this of itself: focus reports, which it makes also when a replayed byte asks for them. The page makes
 * its own. No key yields these three bytes at once, so nothing typed is lost.
 */
export function isFocusReport(data: string): boolean {
  return data === FOCUS_IN || data === FOCUS_OUT;
}

export const FOCUS_IN = "\x1b[I";
export const FOCUS_OUT = "\x1b[O";
