//! Every bound of the kind in one place, each with its reason. Units are in the names.

/// Bytes of one record: what an interactive key may have to wait for on a slow link.
pub const EVENT_BYTES_MAX: usize = 16 << 10;
/// Bytes of one entry of a Transcript: what goes on behind this is cut off, and a host begins another entry before.
pub const ENTRY_BYTES_MAX: usize = 32 << 10;
/// Bytes of entries that a Transcript holds: some thousand messages; older ones are fetched.
pub const TRANSCRIPT_BYTES_MAX: usize = 1 << 20;
/// Records about older entries that are kept for a page that is on its way, each of at most 16 KiB and most of some words.
pub const LATE_MAX: usize = 256;
/// Bytes of entries in one Snapshot, or one page: what a phone that comes back has to wait for.
pub const PAGE_BYTES_MAX: usize = 48 << 10;
/// Bytes of a prompt: it is one Input. What is longer is an attachment.
pub const PROMPT_BYTES_MAX: usize = 15 << 10;
/// Prompts that wait for the end of a turn.
pub const QUEUE_MAX: usize = 16;
/// Characters of an agent's name.
pub const AGENT_CHARS_MAX: usize = 64;
/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 128;
/// Bytes of a name that an agent gives: an option, a setting, a value.
pub const NAME_BYTES_MAX: usize = 256;
/// Bytes of a path.
pub const PATH_BYTES_MAX: usize = 4096;
