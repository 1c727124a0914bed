// Who is attached to a terminal, as the host's mark says: people=d1a2b3c4d NAME;v00000007 NAME. The twin of `People` in
// channels/src/terminal/mark.rs.

/** One attached device, as the others see it. */
export interface Person {
  /** The first four bytes of its client instance, in hex. */
  id: string;
  drives: boolean;
  /** What people call the device; may be empty. */
  name: string;
}

const PEOPLE_MAX = 16;
const NAME_MAX = 64;
const ENTRY = /^([dv])([0-9a-f]{8}) (.*)$/u;

/** The people a mark names; undefined if it is another mark, or none that can be. */
export function readPeople(data: string): Person[] | undefined {
  if (!data.startsWith("people=")) return undefined;
  const entries = data.slice("people=".length).split(";").filter((entry) => entry !== "").slice(0, PEOPLE_MAX);
  const people: Person[] = [];
  for (const entry of entries) {
    const [, role, id, name] = ENTRY.exec(entry) ?? [];
    if (id === undefined || name === undefined) return undefined;
    people.push({ id, drives: role === "d", name: [...name].slice(0, NAME_MAX).join("") });
  }
  return people;
}

/** The id by which the others see a client instance. */
export function personId(client: Uint8Array): string {
  return [...client.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Who drives a terminal, as one device sees it. */
export class Audience {
  #me = "";
  #people: readonly Person[] = [];

  /** The gateway says by which client instance the others know this device. */
  opened(client: Uint8Array): void {
    this.#me = personId(client);
  }

  /** The host says who is here. */
  told(people: readonly Person[]): void {
    this.#people = people;
  }

  /** Everybody who is attached, whoever drives first. */
  get people(): readonly Person[] {
    return this.#people;
  }

  /** Those beside this device. */
  get others(): readonly Person[] {
    return this.#people.filter(({ id }) => id !== this.#me);
  }

  /** Who drives, if that is another device; another window of this one, which goes by the same name, is not. */
  get driver(): Person | undefined {
    const name = this.#people.find(({ id }) => id === this.#me)?.name;
    if (name === undefined) return undefined;
    return this.others.find((other) => other.drives && (other.name !== name || name === ""));
  }
}

/** What to call a device. */
export function personName({ name }: Person): string {
  return name === "" ? "Another device" : name;
}
