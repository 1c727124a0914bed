//! A program that is reached through a peer.

use anyhow::Result;

use super::web::Web;
use crate::raw::RawPty;

/// One program, typed into and watched.
pub(crate) enum Line {
    /// Through a client in a terminal.
    Pty(RawPty),
    /// Through a WebSocket.
    Web(Box<Web>),
}

impl Line {
    /// Types.
    pub(crate) async fn types(&mut self, keys: &[u8]) -> Result<()> {
        match self {
            Self::Pty(pty) => pty.write(keys),
            Self::Web(web) => web.types(keys).await,
        }
    }

    /// Reads until this was shown.
    pub(crate) async fn until(&mut self, mark: &[u8]) -> Result<()> {
        match self {
            Self::Pty(pty) => pty.read_until(mark).map(drop),
            Self::Web(web) => web.until(mark).await,
        }
    }
}
