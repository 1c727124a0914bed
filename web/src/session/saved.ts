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
