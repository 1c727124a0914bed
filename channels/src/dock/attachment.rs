//! A client's hold on a Dock: dropping it detaches, unless the client has attached anew since.

use std::sync::Arc;

use devtail_protocol::ClientId;

use super::Shared;

/// One client that reads through a Dock, on one Link.
#[derive(Debug)]
pub struct Attachment {
    shared: Arc<Shared>,
    client: ClientId,
    token: u64,
}

impl Attachment {
    pub(super) const fn new(shared: Arc<Shared>, client: ClientId, token: u64) -> Self {
        Self { shared, client, token }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if state.readers.get(&self.client).is_some_and(|reader| reader.token == self.token) {
            state.readers.remove(&self.client);
            state.opening.remove(&self.client);
            state.mirror.detach(self.client);
            drop(state);
            self.shared.unsent.notify_one();
        }
    }
}
