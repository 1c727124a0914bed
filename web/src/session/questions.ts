// Questions to a kind that are not answered: each is asked again on every Link until it is.
import { create } from "@bufbuild/protobuf";

import { FetchSchema } from "../generated/link_pb";
import type { Kind } from "../wire/codec";
import { Code, Fault } from "../wire/fault";
import { FETCHES_MAX } from "../wire/limits";

export class Questions {
  readonly #open = new Map<number, Kind>();
  #next = 1;

  /** Takes a question; its number, and the frame that asks it. Throws a Fault if 16 are unanswered. */
  ask(kind: string, query: Uint8Array): { req: number; frame: Kind } {
    if (this.#open.size >= FETCHES_MAX) throw new Fault(Code.Limit, `${FETCHES_MAX} questions wait for an answer already.`);
    const req = this.#next++;
    const frame: Kind = { case: "fetch", value: create(FetchSchema, { req, kind, query }) };
    this.#open.set(req, frame);
    return { req, frame };
  }

  /** Whether it was asked and is answered now for the first time. */
  settle(req: number): boolean {
    return this.#open.delete(req);
  }

  /** The frames that ask what is not answered. */
  get unanswered(): Iterable<Kind> {
    return this.#open.values();
  }
}
