// The bounds of the language that a browser needs, as in protocol/src/limits.rs, where each has its reason.
// Sizes are bytes, times are milliseconds, unless the name says otherwise.

const KIB = 1024;
const MIB = 1024 * KIB;

export const PACKET_MAX = MIB;
export const FRAME_PLAIN_MAX = 16 * KIB;
export const FRAMES_PER_PACKET_MAX = 1024;
export const DECOMPRESSED_MAX = 4 * MIB;
export const DECOMPRESSED_FREE = 64 * KIB;
export const DECOMPRESSED_RATIO_MAX = 100;
export const ZSTD_WINDOW_LOG = 15;

export const CHANNELS_MAX = 256;
export const KIND_NAME_MAX = 32;
export const AGENT_NAME_MAX = 64;
export const READER_NAME_MAX = 64;
export const MESSAGE_MAX = 256;
export const FETCHES_MAX = 16;
export const CONTROL_FRAMES_MAX = 2048;

export const INPUT_MAX = 16 * KIB;
export const OUTBOX_MAX = MIB;
export const OUTBOX_ENTRIES_MAX = 16 * KIB;
export const INPUT_IN_FLIGHT_MAX = 64 * KIB;
export const INPUT_COST = 32;
export const INTERRUPT_UNSENT_MIN = 16n * 1024n;

export const WINDOW_FOCUSED = 256 * KIB;
export const WINDOW_OTHER = 32 * KIB;
export const WINDOW_WHOLE = 512 * KIB;
export const ACK_BYTES = 32 * KIB;
export const ACK_SOON_BYTES = 2 * KIB;
export const ACK_SOON_MS = 50;
export const ACK_LATE_MS = 500;

export const PING_IDLE_MS = 60_000;
export const FLOW_FOR_MS = 2_000;
export const FLOW_GAP_MS = 1_000;
export const FLOW_SILENCE_MS = 6_000;
export const PROBE_AFTER_SILENCE_MS = 5_000;
/** While keys are sent, the round trip is measured this often, by a Ping that rides on one of them. */
export const MEASURE_EVERY_MS = 1_000;
export const PROBE_PATIENCE_MS = 1_500;
export const PROBE_MISSES_MAX = 3;
export const DEAD_AFTER_MS = 45_000;
export const LATE_TICK_MS = 2_000;
export const RTT_REFRESH_MS = 5_000;
export const BACKOFF_MAX_MS = 30_000;
export const REDIAL_MIN_MS = 500;
export const REOPEN_MIN_MS = 500;
export const DIAL_WITHIN_MS = 15_000;
export const WELCOME_WITHIN_MS = 10_000;
export const TOKEN_WITHIN_MS = 10_000;
export const LINK_PROVED_MS = 5_000;
export const GO_AWAY_MAX_MS = 300_000;
