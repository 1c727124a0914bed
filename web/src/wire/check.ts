// What a frame promises is checked here, once, as protocol/src/wire/decode.rs does; behind this nobody asks again.
import { type Frame, Outcome, type Fault as FaultFrame, type Opened, Unit } from "../generated/link_pb";
import { Code, codeFromWire, Fault } from "./fault";
import { AGENT_NAME_MAX, CHANNELS_MAX, INPUT_MAX, KIND_NAME_MAX, MESSAGE_MAX, READER_NAME_MAX } from "./limits";
import type { Open } from "../generated/link_pb";

const CH_MAX = 0xffff;

/** Throws a Fault if the frame says something that cannot be. */
export function check(frame: Frame): void {
  const { kind } = frame;
  switch (kind.case) {
    case "hello":
      if (kind.value.channels.length > CHANNELS_MAX) throw limit("channels of a Session", CHANNELS_MAX);
      if (kind.value.generation === 0n) throw bad("Hello.generation is 0");
      if (kind.value.client.length !== 16) throw bad("Hello.client is not 16 bytes");
      kind.value.channels.forEach(checkOpen);
      text(kind.value.agent, AGENT_NAME_MAX, "Hello.agent");
      return;
    case "welcome":
      if (kind.value.boot === 0n) throw bad("Welcome.boot is 0");
      return;
    case "open":
      checkOpen(kind.value);
      return;
    case "opened":
      checkOpened(kind.value);
      return;
    case "input":
      checkCh(kind.value.ch);
      checkClient(kind.value.client);
      if (kind.value.seq === 0n) throw bad("Input.seq is 0");
      if (kind.value.bytes.length > INPUT_MAX) {
        throw new Fault(Code.TooLarge, `An Input has ${kind.value.bytes.length} bytes, ${INPUT_MAX} are allowed.`);
      }
      return;
    case "inputAck":
      checkCh(kind.value.ch);
      checkClient(kind.value.client);
      if (kind.value.outcome !== Outcome.APPLIED) text(kind.value.reason, MESSAGE_MAX, "InputAck.reason");
      return;
    case "close":
    case "echo":
      checkCh(kind.value.ch);
      checkClient(kind.value.client);
      return;
    case "data":
    case "snapshot":
    case "refresh":
    case "end":
    case "notice":
      checkCh(kind.value.ch);
      return;
    case "window":
      if (kind.value.credits.length > CHANNELS_MAX) throw limit("credits in a Window", CHANNELS_MAX);
      for (const credit of kind.value.credits) checkCh(credit.ch);
      return;
    case "fetch":
      text(kind.value.kind, KIND_NAME_MAX, "Fetch.kind");
      return;
    case "fetched":
      if (kind.value.fault) toFault(kind.value.fault);
      return;
    case "fault":
      checkClient(kind.value.client);
      toFault(kind.value);
      return;
    case "ping":
    case "pong":
    case "goAway":
    case "bye":
    case undefined:
      return;
  }
}

/** The Fault that a frame states. */
export function toFault(frame: FaultFrame): Fault {
  text(frame.message, MESSAGE_MAX, "Fault.message");
  return new Fault(codeFromWire(frame.code), frame.message, frame.ch === 0 ? undefined : frame.ch);
}

function checkOpen(open: Open): void {
  checkCh(open.ch);
  checkClient(open.client);
  if (open.id.length !== 16) throw bad("Open.id is not 16 bytes");
  text(open.kind, KIND_NAME_MAX, "Open.kind");
  text(open.reader, READER_NAME_MAX, "Open.reader");
  if (open.have && open.have.epoch === 0n) throw bad("an epoch is 0");
  if (open.outbox && (open.outbox.first === 0n || open.outbox.next < open.outbox.first)) {
    throw bad("Open.outbox is no range");
  }
}

function checkOpened(opened: Opened): void {
  checkCh(opened.ch);
  checkClient(opened.client);
  if (opened.epoch === 0n) throw bad("an epoch is 0");
  if (opened.unit !== Unit.BYTES && opened.unit !== Unit.RECORDS) throw bad("Opened.unit is unknown");
}

function checkCh(ch: number): void {
  if (ch === 0 || ch > CH_MAX) throw bad("a channel number is not within 1 to 65535");
}

function checkClient(client: Uint8Array): void {
  if (client.length !== 0 && client.length !== 16) throw bad("a client id is not 16 bytes");
}

function text(value: string, max: number, field: string): void {
  const size = new TextEncoder().encode(value).length;
  if (size > max) throw new Fault(Code.TooLarge, `${field} has ${size} bytes, ${max} are allowed.`);
}

function bad(what: string): Fault {
  return new Fault(Code.BadPacket, `A frame is not valid: ${what}. The peer's software needs an update.`);
}

function limit(what: string, max: number): Fault {
  return new Fault(Code.Limit, `Too many ${what}: ${max} are allowed.`);
}
