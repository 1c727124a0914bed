// What is asked about a terminal's output that is kept in files of its host: as it is, or to be played again (asciicast).
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { AnswerSchema, type Capture, QuerySchema } from "../generated/terminal_pb";

/** "record" keeps moments and sizes as well; "capture" what was printed, and nothing else. */
export type Keeping = "record" | "capture";

/** The Fetch.query that begins. `key` is random and the same if the question is asked again. */
export function startKeeping(keeping: Keeping, terminal: Uint8Array, key: Uint8Array): Uint8Array {
  const value = { of: { case: "terminal" as const, value: terminal }, kind: { case: "start" as const, value: { key } } };
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: keeping, value } }));
}

/** The Fetch.query that ends it. */
export function stopKeeping(keeping: Keeping, terminal: Uint8Array): Uint8Array {
  const value = { of: { case: "terminal" as const, value: terminal }, kind: { case: "stop" as const, value: {} } };
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: keeping, value } }));
}

/** The Fetch.query for how far it is, of one terminal or of all. */
export function keepingStatus(keeping: Keeping, terminal?: Uint8Array): Uint8Array {
  const of = terminal ? { case: "terminal" as const, value: terminal } : { case: undefined };
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: keeping, value: { of, kind: { case: "status", value: {} } } } }));
}

/** What is kept, of a Fetched.answer. */
export function readKeeping(answer: Uint8Array): Capture[] {
  const { kind } = fromBinary(AnswerSchema, answer);
  return kind.case === "capture" || kind.case === "record" ? kind.value.captures : [];
}
