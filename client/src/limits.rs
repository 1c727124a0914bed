//! Every bound of the client's driver, each with its unit and its reason. Those of the language are in the protocol.

use std::time::Duration;

/// How long an address has before the next one is tried beside it (RFC 8305).
pub(crate) const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);
/// No address is tried again before: most round trips are shorter.
pub(crate) const SAME_ADDRESS_AFTER: Duration = Duration::from_millis(500);
/// Once all were tried, the next begins again so soon: the kernel sends a lost SYN again after 1, 3 and 7 s only, and the end of a
/// tunnel is waited for.
pub(crate) const AGAIN_EVERY: Duration = Duration::from_millis(175);
/// Connections under way at once: as many as are begun in the 15 s that a dial has.
pub(crate) const ATTEMPTS_MAX: usize = 96;
/// Addresses of one name that are tried.
pub(crate) const ADDRESSES_MAX: usize = 16;
/// Unsent bytes the kernel may hold: beyond it the socket takes no more, and what is most urgent stays ours to choose.
pub(crate) const NOT_SENT_LOW_WATER_BYTES: u32 = 16 << 10;
/// The longest wait before TCP sends again: what was typed in the dark arrives within a second of the light.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) const RETRANSMIT_MAX_MS: usize = 1000;
/// Silence after which the kernel asks whether the peer's machine still is. Liveness proper is the protocol's.
pub(crate) const KEEPALIVE_AFTER: Duration = Duration::from_secs(120);
/// How long the kernel waits between its three questions.
pub(crate) const KEEPALIVE_EVERY: Duration = Duration::from_secs(20);

/// What a link reads at once, bytes; allocated for as long as it lives.
pub(crate) const READ_BUFFER_BYTES: usize = 8 << 10;
/// What tungstenite may hold of packets that the socket did not take, bytes: one packet and its header, for the driver
/// hands over one at a time.
pub(crate) const WRITE_BUFFER_MAX_BYTES: usize = devtail_protocol::limits::PACKET_MAX + 1024;

/// Events the reader may leave unread before the driver stops reading the socket. With 16 KiB each, 4 MiB.
pub(crate) const EVENTS_UNREAD_MAX: usize = 256;

/// A question to the gateway's HTTP interface takes no longer than this.
pub(crate) const API_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of its answer: tokens are below 2 KiB, and 16 KiB that a person typed may come along, each spelled in six.
pub(crate) const API_ANSWER_MAX: usize = 128 << 10;
/// An access token is renewed this long before it expires: longer than a dial takes.
pub(crate) const RENEW_BEFORE: Duration = Duration::from_secs(30);
/// Bytes of the file that remembers a gateway.
pub(crate) const ENROLMENT_MAX: u64 = 16 << 10;

/// Bytes typed at once above which they are a paste, and not predicted: nobody types so fast.
pub(crate) const PREDICTED_INPUT_MAX: usize = 100;
/// Cells guessed at a time: fifty lines of text. Above it all guesses are dropped.
pub(crate) const GUESSES_MAX: usize = 4096;
/// What one cell showed, remembered so that showing it again proves nothing.
pub(crate) const CELL_PASTS_MAX: usize = 8;
/// Answers of the host that wait for their offset to be parsed; the newest says all that the others say.
pub(crate) const ECHOES_WAITING_MAX: usize = 64;
/// Keys on their way that are kept: more than anybody types in a round trip. The oldest go first.
pub(crate) const STROKES_MAX: usize = 256;
/// Prompts remembered: a shell, what runs in it, and some more.
pub(crate) const PROMPTS_MAX: usize = 8;
/// Cells of a prompt; a longer one is text.
pub(crate) const PROMPT_CELLS_MAX: usize = 200;
