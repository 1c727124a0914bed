// What a page leaves to the next page of the same tab, so that it is the same client instance and nothing typed is lost.

/** One channel's identity and unsettled inputs. */
export interface SavedChannel {
  id: Uint8Array;
  kind: string;
  /** What to create, if nobody has said yet that it exists. */
  spec: Uint8Array | undefined;
  /** The number of the first of `inputs`. */
  first: bigint;
  inputs: readonly Uint8Array[];
}

/** A session between two pages. */
export interface Saved {
  client: Uint8Array;
  generation: bigint;
  lastBoot: bigint;
  channels: readonly SavedChannel[];
  /** Channels that were left, as "hex of the id", and the number their next input must bear. */
  numbers: readonly (readonly [string, bigint])[];
}
