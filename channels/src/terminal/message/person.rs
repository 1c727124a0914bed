//! Who is attached to a terminal.

use devtail_protocol::ClientId;

/// A device that reads a terminal, as the others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The first four bytes of its client instance: enough to tell devices apart, and useless to pass for one.
    pub id: u32,
    /// Whether it drives.
    pub role: Role,
    /// What people call the device; at most 64 characters, empty if nobody said.
    pub name: String,
}

/// What an attached device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its grid is the terminal's, and its keys are taken.
    Drives,
    /// It looks on.
    Views,
}

impl Person {
    /// The id by which the others see a client instance.
    pub const fn id_of(client: ClientId) -> u32 {
        let [a, b, c, d, ..] = client.0;
        u32::from_be_bytes([a, b, c, d])
    }
}
