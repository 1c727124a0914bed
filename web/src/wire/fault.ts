// What went wrong and what may be done about it; the TypeScript twin of protocol/src/fault.rs.

/** The named ways to fail. The number is the wire's; 4000 + number is the WebSocket close code. */
export const Code = {
  BadPacket: 1,
  TooLarge: 2,
  Version: 3,
  HelloExpected: 4,
  HelloTimeout: 5,
  Unauthenticated: 6,
  Revoked: 7,
  Denied: 8,
  Gone: 9,
  Limit: 10,
  Superseded: 11,
  BadSequence: 12,
  UnknownKind: 13,
  BadSpec: 14,
  Failed: 15,
  Idle: 16,
} as const;

export type Code = (typeof Code)[keyof typeof Code];

const NUMBERS: readonly number[] = Object.values(Code);
const RETRIED: readonly Code[] = [
  Code.BadPacket,
  Code.HelloTimeout,
  Code.BadSequence,
  Code.Failed,
  Code.Idle,
  Code.Limit,
  Code.Superseded,
];
const CLOSE_CODE_BASE = 4000;

/** An error with a culprit. With `ch` it concerns that channel alone; without, the Link ends. */
export class Fault extends Error {
  readonly code: Code;
  readonly ch: number | undefined;

  constructor(code: Code, message: string, ch?: number) {
    super(message);
    this.name = "Fault";
    this.code = code;
    this.ch = ch;
  }

  /** Whether the same request may succeed later, unchanged. */
  get shouldRetry(): boolean {
    return RETRIED.includes(this.code);
  }

  /** Whether the person must sign in (or pair) again first. */
  get mustSignIn(): boolean {
    return this.code === Code.Unauthenticated || this.code === Code.Revoked;
  }
}

/** The code with this number on the wire; one that a newer peer made up counts as Failed. */
export function codeFromWire(number: number): Code {
  return NUMBERS.includes(number) ? (number as Code) : Code.Failed;
}

/** The code a WebSocket was closed with, if a Fault closed it. */
export function codeFromClose(closeCode: number): Code | undefined {
  const number = closeCode - CLOSE_CODE_BASE;
  return NUMBERS.includes(number) ? (number as Code) : undefined;
}

export function badPacket(why: string): Fault {
  return new Fault(Code.BadPacket, `A packet cannot be read: ${why}.`);
}

export function tooLarge(what: string, size: number, max: number): Fault {
  return new Fault(Code.TooLarge, `A ${what} of ${size} is above the limit of ${max}.`);
}
