// What is asked of the host's own tmux, and what it says: bytes ⇄ the generated messages.
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { AnswerSchema, QuerySchema, type TmuxQuerySchema, type TmuxSession, type TmuxSessions, type TmuxWindow } from "../generated/terminal_pb";

/** What can be asked. Each names tmux's own ids, so that it may be asked twice. */
export type TmuxAsk = Exclude<MessageInitShape<typeof TmuxQuerySchema>["kind"], undefined>;

/** The Fetch.query for tmux. `server` names the life of the server that the ids are of. */
export function tmuxQuery(server: string, kind: TmuxAsk): Uint8Array {
  return toBinary(QuerySchema, create(QuerySchema, { kind: { case: "tmux", value: { server, kind } } }));
}

/** The sessions of a Fetched.answer. */
export function readTmux(answer: Uint8Array): TmuxSessions | undefined {
  const { kind } = fromBinary(AnswerSchema, answer);
  return kind.case === "tmux" ? kind.value : undefined;
}

/** The command that attaches to a session, as the command line has it too. */
export function attachCommand(session: TmuxSession): string[] {
  return ["tmux", "-u", "attach-session", "-E", "-t", session.id];
}

/** Whether a terminal with this command only shows a session that goes on without it. */
export function isAttachment(command: readonly string[]): boolean {
  return command[0] === "tmux" && command.includes("attach-session");
}

/** The window that a session shows. */
export function activeWindow(session: TmuxSession): TmuxWindow | undefined {
  return session.windows.find((window) => window.active);
}
