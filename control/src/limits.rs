//! Every bound and lifetime of this crate, each with its unit and its reason.

use std::time::Duration;

/// How long an access token lives, seconds. Short, because a copied one cannot be told from the real one.
pub const ACCESS_LIFETIME_S: u64 = 15 * 60;
/// How far the clock of a token's issuer may be from ours, seconds.
pub const CLOCK_LEEWAY_S: u64 = 30;
/// The longest access token that is looked at, bytes. Outside issuers' tokens with many claims stay below 4 KiB.
pub const MAX_ACCESS_TOKEN_BYTES: usize = 8 * 1024;

/// How long a device may stay away before it must be paired again, ms.
pub const REFRESH_IDLE_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// How long a repeated rotation gets the very same successor, ms: an answer lost on the way is asked for again within it.
pub const REFRESH_SAME_ANSWER_MS: u64 = 60 * 1000;

/// How long a pairing code may be redeemed, ms.
pub const PAIRING_LIFETIME_MS: u64 = 5 * 60 * 1000;
/// How long a spent or expired code is remembered, ms, so that the log can say which of the two it was.
pub const PAIRING_MEMORY_MS: u64 = 60 * 60 * 1000;
/// How many codes may wait to be redeemed at once; one more makes the oldest void.
pub const MAX_OUTSTANDING_PAIRINGS: u32 = 32;
/// Redemptions one address may try in a burst; an IPv6 address counts by its /64.
pub const PAIRING_BURST_PER_ADDRESS: u32 = 5;
/// How long one address waits for another try, ms.
pub const PAIRING_REFILL_PER_ADDRESS_MS: u64 = 12 * 1000;
/// Redemptions all addresses together may try in a burst.
pub const PAIRING_BURST: u32 = 60;
/// How long all addresses together wait for another try, ms.
pub const PAIRING_REFILL_MS: u64 = 1000;
/// How many addresses are counted apart; beyond it the longest idle one is forgotten.
pub const MAX_LIMITED_ADDRESSES: usize = 1024;

/// How long a hand-off's ticket may be redeemed, ms: long enough to raise the other device, too short to be found later.
pub const HANDOFF_LIFETIME_MS: u64 = 60 * 1000;
/// How many tickets may wait to be redeemed at once; one more makes the oldest void.
pub const MAX_OUTSTANDING_HANDOFFS: usize = 32;
/// What a ticket may carry, bytes: 16 KiB of typed text of which JSON spells each byte in six, and a few numbers.
pub const MAX_HANDOFF_BYTES: usize = 100 * 1024;

/// The shortest time a sharing link may last, ms.
pub const SHARE_LIFETIME_MIN_MS: u64 = 60 * 1000;
/// The longest time a sharing link may last, ms: what is shared for longer is forgotten that it is.
pub const SHARE_LIFETIME_MAX_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// How long a link that is over, and its guests, stay in the lists, ms.
pub const SHARE_MEMORY_MS: u64 = 24 * 60 * 60 * 1000;
/// How many sharing links may be open at once.
pub const MAX_SHARES: u32 = 64;
/// How many guests may come by one sharing link, those that were revoked included.
pub const MAX_GUESTS_PER_SHARE: u32 = 16;

/// How many push subscriptions a device may have: a browser has one a profile, and makes a new one now and then.
pub const MAX_SUBSCRIPTIONS_PER_DEVICE: u32 = 4;

/// The longest device name, characters, after control characters were taken out.
pub const MAX_DEVICE_NAME_CHARS: usize = 64;
/// How many devices are kept, revoked ones included; beyond it the one away the longest makes room, if it is a revoked
/// paired one or was away for [`REFRESH_IDLE_MS`].
pub const MAX_DEVICES: u32 = 1024;
/// How often a device's last use is written down, ms: no more often, so that a reconnect storm costs no writes.
pub const LAST_SEEN_STEP_MS: u64 = 60 * 1000;
/// The longest workspace name, bytes.
pub const MAX_WORKSPACE_BYTES: usize = 128;

/// How old a signing key grows before [`Control::sweep`](crate::Control::sweep) replaces it, ms.
pub const SIGNING_KEY_AGE_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// The longest key file that is read, bytes.
pub const MAX_KEY_FILE_BYTES: u64 = 4096;

/// The longest detail of an audit row, bytes.
pub const MAX_AUDIT_DETAIL_BYTES: usize = 256;
/// The most audit rows one question returns.
pub const MAX_AUDIT_PAGE: u32 = 1000;
/// How long repetitions of one refusal are counted before they are written as one row, ms.
pub const AUDIT_WINDOW_MS: u64 = 60 * 1000;
/// How many different refusals are written apart within one window; the rest of the window shares one row a kind.
pub const MAX_REFUSALS_APART: usize = 16;

/// The largest key set an outside issuer may publish, bytes.
pub const MAX_JWKS_BYTES: usize = 64 * 1024;
/// The most keys an outside issuer may publish.
pub const MAX_JWKS_KEYS: usize = 32;
/// The soonest another fetch of a key set follows the last one, ms.
pub const JWKS_FETCH_GAP_MS: u64 = 60 * 1000;
/// How old a key set grows before it is fetched again, ms.
pub const JWKS_MAX_AGE_MS: u64 = 60 * 60 * 1000;
/// How old a key set may be and still verify while fetching fails, ms.
pub const JWKS_STALE_MS: u64 = 24 * 60 * 60 * 1000;
/// How many outside issuers one gateway may trust.
pub const MAX_ISSUERS: usize = 16;
/// The longest subject or issuer name that is accepted from outside, bytes.
pub const MAX_OUTSIDE_NAME_BYTES: usize = 256;

/// How long one process waits for another's write to the database.
pub const DATABASE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
