//! Every bound of the language in one place, each with its reason. Units are in the names or the types.

use std::time::Duration;

/// Bytes of one packet (one WebSocket message). A paste or a snapshot fits; a hostile length does not.
pub const PACKET_MAX: usize = 1 << 20;
/// Bytes of the first packet of a Link, before anything is known of the peer.
pub const HELLO_MAX: usize = 16 << 10;
/// Bytes of the channels that a client names in its Hello; it opens the others behind the Welcome. About 40 channels: as
/// base64 in an upgrade's header they leave room for the token beside them.
pub const HELLO_CHANNELS_MAX: usize = 4 << 10;
/// Bytes of a frame that has no opaque payload.
pub const FRAME_PLAIN_MAX: usize = 16 << 10;
/// Frames in one packet: what a decoder may allocate for a megabyte of two-byte frames.
pub const FRAMES_PER_PACKET_MAX: usize = 1024;
/// Bytes one packet may decompress to.
pub const DECOMPRESSED_MAX: usize = 4 << 20;
/// A packet may always decompress to this many bytes; beyond it the ratio decides.
pub const DECOMPRESSED_FREE: usize = 64 << 10;
/// Decompressed bytes for each compressed one, beyond `DECOMPRESSED_FREE`.
pub const DECOMPRESSED_RATIO_MAX: usize = 100;
/// zstd window, log2 of bytes. A full screen in colour is drawn in 16 KiB or so: 32 KiB still hold the one before.
/// A context takes 155 kB, and is dropped when idle.
pub const ZSTD_WINDOW_LOG: u32 = 15;
/// Payload bytes below which compression costs more than it saves: a key's echo.
pub const COMPRESS_MIN: usize = 24;
/// Bytes a second of a measured link from which on compressing is the bottleneck, not the link.
pub const COMPRESS_BELOW_RATE: u64 = 4 << 20;
/// A compression context unused this long is dropped.
pub const COMPRESS_IDLE: Duration = Duration::from_secs(10);

/// Channels a Session may have open.
pub const CHANNELS_MAX: usize = 256;
/// Bytes of a kind's name.
pub const KIND_NAME_MAX: usize = 32;
/// Bytes of the client's self-description.
pub const AGENT_NAME_MAX: usize = 64;
/// Bytes of what people call a reader's device: a device's name has as many.
pub const READER_NAME_MAX: usize = 64;
/// Bytes of a Fault's or an InputAck's sentence.
pub const MESSAGE_MAX: usize = 256;
/// Questions (Fetch) a Session may have unanswered.
pub const FETCHES_MAX: usize = 16;

/// Bytes of payload in one Input frame.
pub const INPUT_MAX: usize = 16 << 10;
/// Bytes of input a channel's Outbox holds before `send` refuses: a long paste, offline.
pub const OUTBOX_MAX: usize = 1 << 20;
/// Inputs a channel's Outbox holds: single keys are small, their bookkeeping is not.
pub const OUTBOX_ENTRIES_MAX: usize = 16 << 10;
/// Bytes of input a client may have sent and not seen acknowledged, per channel.
pub const INPUT_IN_FLIGHT_MAX: usize = 64 << 10;
/// Bytes of unapplied input a gateway takes from one client and channel: a full flight, and the same again resent.
pub const INPUT_UNAPPLIED_MAX: usize = 2 * INPUT_IN_FLIGHT_MAX + INPUT_MAX;
/// What an input costs beside its payload, in bytes, wherever inputs in flight are counted.
pub const INPUT_COST: usize = 32;
/// Client instances an Inbox remembers; the least recently heard goes first, absent ones before present ones.
pub const INBOX_CLIENTS_MAX: usize = 64;
/// Refusals (of inputs in a row, for one reason) an Inbox remembers of each client until they are heard; older ones
/// become unknown.
pub const INBOX_REFUSALS_MAX: usize = 16;

/// Bytes a byte log keeps, in the holder and in the gateway's copy.
pub const LOG_BYTES: usize = 256 << 10;
/// And one of which no unit may be lost: what is under way to its reader, twice, so that the writer is not what a fast link
/// waits for.
pub const LOG_BYTES_WHOLE: usize = 1 << 20;
/// Bytes a Snapshot or an answer may have: it fits in a packet with the small frames that ride before it.
pub const SNAPSHOT_MAX: usize = PACKET_MAX - (64 << 10);
/// Units of a gap that are replayed rather than replaced by a Snapshot while the link's rate is unknown.
pub const REPLAY_UNKNOWN_RATE: u64 = 64 << 10;
/// Units of a gap that are always replayed: about what a Snapshot costs.
pub const REPLAY_ALWAYS: u64 = 16 << 10;
/// A gap that the link delivers within this time is replayed.
pub const REPLAY_WITHIN: Duration = Duration::from_millis(500);
/// What a program prints by itself waits so long for more of it. mosh waits as long (SEND_MINDELAY).
pub const COALESCE_FOR: Duration = Duration::from_millis(8);
/// Units that wait no longer: a frame's worth.
pub const COALESCE_BYTES: u64 = 4 << 10;
/// What is printed within this time after a key is an answer to it, and is not held.
pub const ANSWER_WITHIN: Duration = Duration::from_millis(250);
/// Pieces of an answer that are not held: a shell's echo is one, a line editor's redraw two or three.
pub const ANSWER_PIECES: u32 = 4;
/// The least time between two Snapshots of what is worked in, while its reader is sent states: the eye sees no more frames
/// of text, and the link is left to keys.
pub const STATE_EVERY: Duration = Duration::from_millis(100);
/// As [`STATE_EVERY`], of what may be the answer to a key: a flood that ^C ends has a rest, and the prompt stands behind it.
pub const STATE_EVERY_ANSWER: Duration = Duration::from_millis(20);
/// Snapshots that may be under way at once, if they may be the answer to a key; else each waits until the one before is shown.
pub const STATES_AHEAD_MAX: u32 = 3;
/// As [`STATE_EVERY`], of what is on the screen beside it.
pub const STATE_EVERY_VISIBLE: Duration = Duration::from_secs(1);
/// As [`STATE_EVERY`], of what is not looked at.
pub const STATE_EVERY_BACKGROUND: Duration = Duration::from_secs(5);
/// A reader is sent the stream again once the link has kept up for this long.
pub const STATE_CALM: Duration = Duration::from_secs(1);
/// A link keeps up with what it delivers within this time.
pub const CALM_WITHIN: Duration = Duration::from_millis(100);
/// On an interrupt (^C, ^Z, ^\), unsent units from which on the reader is given a Snapshot instead.
pub const INTERRUPT_UNSENT_MIN: u64 = 16 << 10;

/// Payload bytes of one bulk frame at most, so that a keystroke waits behind little.
pub const BULK_MAX: usize = 16 << 10;
/// Payload bytes of one bulk frame at least, so that headers stay small.
pub const BULK_MIN: usize = 1 << 10;
/// A bulk frame takes the link no longer than this.
pub const BULK_WITHIN: Duration = Duration::from_millis(50);
/// Nor longer than this, if that is as much as [`BULK_ENOUGH`].
pub const BULK_SOON: Duration = Duration::from_millis(2);
/// Payload bytes of a bulk frame with which headers cost little and packets go out whole.
pub const BULK_ENOUGH: usize = 4 << 10;
/// The least round trip is that of the last so long, or twice as long: a phone moves.
pub const LEAST_FOR: Duration = Duration::from_secs(30);
/// Unsent bytes of a focused channel up to which it counts as an echo, not a flood.
pub const INTERACTIVE_MAX: u64 = 4 << 10;
/// Unacknowledged wire bytes of a Link: at least, at most, and before the rate is known.
pub const IN_FLIGHT_MIN: u64 = 16 << 10;
/// See [`IN_FLIGHT_MIN`].
pub const IN_FLIGHT_MAX: u64 = 512 << 10;
/// See [`IN_FLIGHT_MIN`].
pub const IN_FLIGHT_FIRST: u64 = 64 << 10;

/// Credit for the focused channel, in units: xterm.js grows slow above 500 kB of unparsed text.
pub const WINDOW_FOCUSED: u32 = 256 << 10;
/// Credit for any other channel, in units.
pub const WINDOW_OTHER: u32 = 32 << 10;
/// Credit for a channel of which every unit is read, in units: three times what 25 Mbit/s and a round trip of 50 ms have under
/// way. With less, TCP's own control (BBR) never learns what the link takes, and fills its queue.
pub const WINDOW_WHOLE: u32 = 512 << 10;
/// A Window is due at once after this many newly consumed units or received bytes.
pub const ACK_BYTES: u64 = 32 << 10;
/// A Window is due `ACK_SOON` after this many.
pub const ACK_SOON_BYTES: u64 = 2 << 10;
/// See [`ACK_SOON_BYTES`].
pub const ACK_SOON: Duration = Duration::from_millis(50);
/// A Window is due this long after the first unreported unit.
pub const ACK_LATE: Duration = Duration::from_millis(500);

/// From the upgrade to a Hello.
pub const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// Idle time after which a client in the foreground pings.
pub const PING_IDLE: Duration = Duration::from_secs(60);
/// Frames no further apart than this, for so long, are a stream.
pub const FLOW_FOR: Duration = Duration::from_secs(2);
/// See [`FLOW_FOR`].
pub const FLOW_GAP: Duration = Duration::from_secs(1);
/// A stream that falls silent is asked about after this long, once: the network may have gone in its midst. Five seconds of
/// darkness are waited out: TCP sends again within a second of the light.
pub const FLOW_SILENCE: Duration = Duration::from_secs(6);
/// Silence after which a key is also a probe.
pub const PROBE_AFTER_SILENCE: Duration = Duration::from_secs(5);
/// While keys are sent, the round trip is measured this often, by a Ping that rides on one of them.
pub const MEASURE_EVERY: Duration = Duration::from_secs(1);
/// A probe unanswered for max(this, 3 × round trip) calls for a second link.
pub const PROBE_PATIENCE: Duration = Duration::from_millis(1500);
/// Unanswered probes after which a Link is dead.
pub const PROBE_MISSES_MAX: u32 = 3;
/// Silence after a probe after which a Link is dead whatever was counted.
pub const DEAD_AFTER: Duration = Duration::from_secs(45);
/// A timer that fires later than this after its time was held up (sleep, a stopped process): it proves nothing.
pub const LATE_TICK: Duration = Duration::from_secs(2);
/// Silence of a client after which a gateway closes its Link: four missed pings.
pub const SERVER_IDLE: Duration = Duration::from_secs(240);
/// Pings a peer may send in a burst; one more is earned each `PING_EARNED`.
pub const PING_BURST: u32 = 8;
/// See [`PING_BURST`].
pub const PING_EARNED: Duration = Duration::from_millis(250);
/// Round-trip samples are refreshed this often while data flows.
pub const RTT_REFRESH: Duration = Duration::from_secs(5);
/// Longest wait between dials.
pub const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// A Link that lived so long behind its upgrade was a good one: the next dial after it is at once.
pub const LINK_PROVED: Duration = Duration::from_secs(5);
/// The longest a gateway may ask a client to stay away.
pub const GO_AWAY_MAX: Duration = Duration::from_secs(5 * 60);
/// Shortest wait before the next second dial while a Link is suspect: where every dial fails at once, nothing spins.
pub const REDIAL_MIN: Duration = Duration::from_millis(500);
/// First wait before a channel that was unavailable is asked for again; it doubles up to [`BACKOFF_MAX`].
pub const REOPEN_MIN: Duration = Duration::from_millis(500);
/// A dial that has not become a Link by then has failed.
pub const DIAL_WITHIN: Duration = Duration::from_secs(15);
/// From the upgrade to a Welcome.
pub const WELCOME_WITHIN: Duration = Duration::from_secs(10);
/// Events a driver may leave unread before packets are refused: a driver drains them every turn.
pub const EVENTS_MAX: usize = 4096;
/// Unsent control frames of a Link. A peer that makes us owe more (pings, questions) is cut.
pub const CONTROL_FRAMES_MAX: usize = 2048;
/// Gateways one holder serves at once: the old one dying and the new one.
pub const FRONTS_MAX: usize = 8;
/// Bytes of Data in one packet on a holder's socket, which is local and fast.
pub const HOLD_DATA_MAX: usize = 64 << 10;
