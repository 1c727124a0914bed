//! What a device may do in a channel.

/// Decided when the channel is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    Read,
    ReadAndWrite,
}
