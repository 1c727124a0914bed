// What a session says first on every Link: who it is, and all it knows of its channels.
import { create } from "@bufbuild/protobuf";

import { HelloSchema, type Open } from "../generated/link_pb";
import { seal } from "../wire/codec";

const VERSION = 1;

/** What a driver tells a new session. */
export interface SessionConfig {
  /** This instance: 16 random bytes, never used by another running client. */
  client: Uint8Array;
  /** Program and version, for the gateway's logs; at most 64 bytes. */
  agent: string;
  /** Largest zstd window the driver can decode, log2 of bytes; 0: no compressed packets. */
  zstdWindowLog: number;
}

/** The packet with the Hello of this generation. */
export function helloPacket(config: SessionConfig, generation: bigint, lastBoot: bigint, channels: Open[]): Uint8Array {
  const { client, agent, zstdWindowLog } = config;
  const value = create(HelloSchema, { versionMin: VERSION, versionMax: VERSION, client, generation, lastBoot, zstdWindowLog, channels, agent });
  return seal([{ case: "hello", value }]);
}
