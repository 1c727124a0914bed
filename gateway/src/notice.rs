//! What the person at the gateway's terminal should see at once.

use devtail_control::Device;
use tokio::sync::broadcast;

/// Notices a slow reader may be behind before it loses the oldest.
const BACKLOG: usize = 16;

/// Something the owner wants to know now.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A device was paired; its name was chosen by whoever holds it.
    Paired(Device),
}

/// Tells everyone who listens.
#[derive(Debug)]
pub(crate) struct Notices(broadcast::Sender<Notice>);

impl Notices {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn tell(&self, notice: Notice) {
        // Nobody has to listen.
        let _ = self.0.send(notice);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Notice> {
        self.0.subscribe()
    }
}
