//! Every bound of the HTTP edge, each with its unit and its reason.

use std::time::Duration;

/// What a stranger has for the TLS handshake, the headers and the body together. A phone on 3G needs 2 s.
pub(crate) const PRE_AUTH: Duration = Duration::from_secs(5);
/// How long a connection may go on with plain requests, so that a reader who never reads does not stay for ever. The
/// page with all its assets takes 10 s on 3G.
pub(crate) const PLAIN_LIFETIME: Duration = Duration::from_secs(60);
/// Connections of all addresses that may be open without having proved who they are: at 40 kB each they take 40 MB.
pub(crate) const MAX_PENDING: usize = 1024;
/// Connections that wait in the kernel until they are accepted: what Linux allows by default. Whoever does not fit asks
/// again a second later by itself.
pub(crate) const BACKLOG: u32 = 4096;
/// Request line and headers, bytes: hyper's least, and room for a JWT of 1 KiB beside [`MAX_HELLO_HEADER_BYTES`].
pub(crate) const MAX_HEAD_BYTES: usize = 8 * 1024;
/// Headers of a request. Browsers send about 20.
pub(crate) const MAX_HEADERS: usize = 64;
/// A request's body, bytes: a refresh token and a device's name stay below 1 KiB.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024;
/// What a hand-off may carry of typed text, bytes of UTF-8: a long paragraph, not a file.
pub(crate) const MAX_DRAFT_BYTES: usize = 16 * 1024;
/// The body of a device that hands over, bytes: JSON may spell each byte of [`MAX_DRAFT_BYTES`] in six.
pub(crate) const MAX_PLACE_BYTES: usize = 6 * MAX_DRAFT_BYTES + 1024;
/// The `Devtail-Hello` header, bytes of base64url: a Hello with some 50 channels. A larger one is sent as the first message.
pub(crate) const MAX_HELLO_HEADER_BYTES: usize = 6 * 1024;

/// One WebSocket message, bytes, as the wire has it.
pub(crate) const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// What the WebSocket reads at once, bytes, allocated for as long as the link lives: room for a few keystrokes. Below 1 KiB
/// the buffer is not made anew in its old size once a packet was cut from it.
pub(crate) const READ_BUFFER_BYTES: usize = 1024;
/// What a busy link takes from the system at once, bytes: a paste's packet and more. Nothing is allocated while nothing is
/// there.
pub(crate) const READ_AHEAD_BYTES: usize = 16 * 1024;
/// What tungstenite may hold of packets that the socket did not take, bytes. The connection loop hands over one packet
/// at a time, so this is the largest packet and its header.
pub(crate) const MAX_WRITE_BUFFER_BYTES: usize = MAX_MESSAGE_BYTES + 1024;
/// What rustls may hold of bytes that the socket did not take: more only delays the newest keystroke's echo.
pub(crate) const TLS_BUFFER_BYTES: usize = 16 * 1024;
/// The largest TLS record we send, bytes: a record is decrypted only when it is whole, and 4 KiB are one initial window.
pub(crate) const TLS_RECORD_BYTES: usize = 4096;

/// Unsent bytes the kernel may hold for a link; beyond it the socket takes no more, and priorities stay ours.
pub(crate) const NOT_SENT_LOW_WATER_BYTES: u32 = 16 * 1024;
/// The longest wait before TCP sends again. Linux' 120 s make every link stall for 8 s after a blackout of 10 s.
pub(crate) const RETRANSMIT_MAX_MS: usize = 1000;
/// Silence after which the kernel asks whether the peer's machine still is. Liveness proper is the protocol's.
pub(crate) const KEEPALIVE_AFTER: Duration = Duration::from_secs(120);
/// How long the kernel waits between its three questions.
pub(crate) const KEEPALIVE_EVERY: Duration = Duration::from_secs(20);

/// The first wait after accept failed for want of descriptors; it doubles up to [`ACCEPT_BACKOFF_MAX`].
pub(crate) const ACCEPT_BACKOFF: Duration = Duration::from_millis(20);
/// The longest wait after accept failed.
pub(crate) const ACCEPT_BACKOFF_MAX: Duration = Duration::from_secs(1);

/// What fetching an outside issuer's keys may take.
pub(crate) const JWKS_FETCH: Duration = Duration::from_secs(5);
/// The longest address of a push subscription, bytes. Browsers' services use below 500.
pub(crate) const ENDPOINT_BYTES_MAX: usize = 1024;
/// Addresses of a push service's name that are tried.
pub(crate) const ENDPOINT_ADDRESSES_MAX: usize = 16;
/// Sorts of notification that a subscription may want.
pub(crate) const WANTS_MAX: usize = 8;
/// The longest name of such a sort, bytes.
pub(crate) const WANT_BYTES_MAX: usize = 16;
/// What a push may tell, bytes before encryption. Services must take 4 KiB encrypted (RFC 8291, section 4).
pub(crate) const PUSH_PAYLOAD_BYTES_MAX: usize = 3 * 1024;
/// How long a push service keeps a notification for a device that sleeps.
pub(crate) const PUSH_TTL: Duration = Duration::from_secs(12 * 60 * 60);
/// Notifications that are not done with, those between two tries included. Each has at most 8 kB.
pub(crate) const PUSHES_MAX: usize = 256;
/// Exchanges with push services at once.
pub(crate) const PUSH_AT_ONCE: usize = 8;
/// What one exchange with a push service may take.
pub(crate) const PUSH_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a push service's answer, which is empty or says what was wrong.
pub(crate) const PUSH_ANSWER_BYTES_MAX: usize = 16 * 1024;
/// How often a notification is tried while its service is busy or away.
pub(crate) const PUSH_TRIES: u32 = 5;
/// The wait before the second try, and the shortest a service can ask for.
pub(crate) const PUSH_WAIT_FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two tries, whatever a service asks for.
pub(crate) const PUSH_WAIT_MAX: Duration = Duration::from_secs(300);
/// How long a person who does nothing counts as looking at what their screen shows.
pub(crate) const LOOKS_FOR: Duration = Duration::from_secs(60);
/// The shortest time between two notifications of one sort from one channel.
pub(crate) const PUSH_APART: Duration = Duration::from_secs(10);
/// Notifications of that time that are remembered: 256 terminals with four sorts each. Above it nothing is told.
pub(crate) const PUSH_APART_KEPT: usize = 1024;
/// Notices of all channels that wait to be looked at; a flood of them loses the newest.
pub(crate) const NOTICES_MAX: usize = 256;
/// How often old rows are swept and revocations read even if nobody rang.
pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How long either side of the doorbell waits for the other, and the wait after it failed.
pub(crate) const DOORBELL_TIMEOUT: Duration = Duration::from_secs(1);
