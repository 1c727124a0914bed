// What is asked about the rows that left a terminal's screen, and what is answered.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import { AnswerSchema, type Found, QuerySchema, type Row, type Rows } from "../generated/terminal_pb";

/** Rows asked for at once. */
export const PAGE_ROWS = 500;
/** Bytes of a text that is sought. */
export const SEARCH_BYTES_MAX = 256;
/** Places asked for at once. */
const PLACES = 50;

/** The Fetch.query for rows of a terminal. */
export function rowsQuery(id: Uint8Array, first: number, count: number): Uint8Array {
  const value = { id, first: BigInt(first), count: Math.min(count, PAGE_ROWS) };
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: "rows", value } }));
}

/** The Fetch.query for places of a text, upwards from the row before `before`. A capital in it counts. */
export function searchQuery(id: Uint8Array, text: string, before: number | undefined): Uint8Array {
  const caseSensitive = text !== text.toLowerCase();
  const value = { id, text, caseSensitive, limit: PLACES, ...(before !== undefined && { before: BigInt(before) }) };
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: "search", value } }));
}

/** The rows of a Fetched.answer; undefined if it is another answer. */
export function readRows(answer: Uint8Array): Rows | undefined {
  const { kind } = fromBinary(AnswerSchema, answer);
  return kind.case === "rows" ? kind.value : undefined;
}

/** The places of a Fetched.answer; undefined if it is another answer. */
export function readFound(answer: Uint8Array): Found | undefined {
  const { kind } = fromBinary(AnswerSchema, answer);
  return kind.case === "found" ? kind.value : undefined;
}

/** What came of a question. */
export type Answer = { ok: true; bytes: Uint8Array } | { ok: false };

export type { Row };
