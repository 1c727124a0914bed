// What the payloads of a "terminal" channel mean: bytes ⇄ the generated messages, with their bounds.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import {
  AnswerSchema,
  type End,
  EndSchema,
  InputSchema,
  QuerySchema,
  type Snapshot,
  SnapshotSchema,
  SpecSchema,
  type Terminal,
} from "../generated/terminal_pb";

export const KIND = "terminal";
export const NAME_MAX = 64;
/** Bytes of keys in one Input: its message must stay below the wire's 16 KiB. */
const KEYS_MAX = 8 * 1024;
const SIZE_MAX = 1000;
/** How an Input of keys begins: field 1, length-delimited. */
const KEYS_TAG = 0x0a;
const INTERRUPTS = [0x03, 0x1a, 0x1c];

/** A size in cells. */
export interface Grid {
  cols: number;
  rows: number;
}

/** The inputs that type these bytes; a long paste becomes several. */
export function keys(bytes: Uint8Array): Uint8Array[] {
  const inputs: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += KEYS_MAX) {
    const part = bytes.subarray(at, at + KEYS_MAX);
    inputs.push(toBinary(InputSchema, create(InputSchema, { kind: { case: "keys", value: part } })));
  }
  return inputs;
}

/** As `keys`; the host says when what they bring about at once is in the Log. */
export function predictedKeys(bytes: Uint8Array): Uint8Array[] {
  return keys(bytes).map((input) => toBinary(InputSchema, { ...fromBinary(InputSchema, input), echo: true }));
}

/** The input that says the device's own grid: the terminal's, while this device drives. */
export function resize(grid: Grid): Uint8Array {
  return toBinary(InputSchema, create(InputSchema, { kind: { case: "resize", value: { cols: grid.cols, rows: grid.rows } } }));
}

/** The input that makes this device the one that drives. */
export function drive(): Uint8Array {
  return toBinary(InputSchema, create(InputSchema, { kind: { case: "drive", value: {} } }));
}

export function rename(name: string): Uint8Array {
  return toBinary(InputSchema, create(InputSchema, { kind: { case: "rename", value: name.slice(0, NAME_MAX) } }));
}

export function kill(): Uint8Array {
  return toBinary(InputSchema, create(InputSchema, { kind: { case: "kill", value: {} } }));
}

/** What an input types, for showing it to a person; empty if it types nothing. */
export function keysOf(input: Uint8Array): string {
  const { kind } = fromBinary(InputSchema, input);
  return kind.case === "keys" ? new TextDecoder().decode(kind.value) : "";
}

/** Whether an input types something. */
export function isKeys(input: Uint8Array): boolean {
  return input[0] === KEYS_TAG;
}

/** Whether these keys stop a program: ^C, ^Z or ^\. What it printed before is then not worth waiting for. */
export function isInterrupt(typed: Uint8Array): boolean {
  return typed.length === 1 && INTERRUPTS.includes(typed[0]!);
}

/** The Open.spec of a new terminal of this size: a login shell, or this command under this name. */
export function spec(size: Grid, command: string[] = [], name = ""): Uint8Array {
  return toBinary(SpecSchema, create(SpecSchema, { size, command, name: [...name].slice(0, NAME_MAX).join("") }));
}

/** The Fetch.query for all terminals. */
export function listQuery(): Uint8Array {
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: "list", value: {} } }));
}

/** The terminals of a Fetched.answer. */
export function readList(answer: Uint8Array): Terminal[] {
  const { kind } = fromBinary(AnswerSchema, answer);
  return kind.case === "list" ? kind.value.terminals : [];
}

export function readSnapshot(state: Uint8Array): Snapshot {
  return fromBinary(SnapshotSchema, state);
}

/** A Size as a Grid: absent fields have their defaults, and nothing is above the limit. */
export function toGrid(size: { cols: number; rows: number } | undefined): Grid {
  return { cols: Math.min(size?.cols || 80, SIZE_MAX), rows: Math.min(size?.rows || 24, SIZE_MAX) };
}

/** How a program ended, in words. */
export function endInWords(status: Uint8Array): string {
  return inWords(fromBinary(EndSchema, status));
}

export function inWords({ kind }: End): string {
  switch (kind.case) {
    case "code":
      return kind.value === 0 ? "Ended" : `Ended with status ${kind.value}`;
    case "signal":
      return `Ended by ${kind.value}`;
    case "lost":
      return kind.value || "Lost with its holder";
    case undefined:
      return "Ended";
  }
}
