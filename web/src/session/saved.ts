// What a page leaves to the next page of the same tab, so that it is the same client instance and nothing typed is lost.

import type { SavedOutbox } from "./outbox";

/** One channel's identity and unsettled inputs. */
export interface SavedChannel {
  id: Uint8Array;
  kind: string;
  /** What to create, if nobody has said yet that it exists. */
  spec: Uint8Array | undefined;
  outbox: SavedOutbox;
}

/** A session between two pages. */
export interface Saved {
  client: Uint8Array;
  generation: bigint;
  lastBoot: bigint;
  channels: readonly SavedChannel[];
}

/** The same, with more inputs behind those of each channel: the next page numbers on in that order. */
export function withMore(saved: Saved, more: (id: Uint8Array) => readonly Uint8Array[]): Saved {
  const channels = saved.channels.map((channel) => {
    const { id, outbox } = channel;
    return { ...channel, outbox: { ...outbox, inputs: [...outbox.inputs, ...more(id)] } };
  });
  return { ...saved, channels };
}
