//! The gateways on a holder's socket. They come and go; the holder polls them all in its one loop.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use devtail_protocol::hold::FrontId;
use tokio::net::UnixStream;

use crate::socket::{Inbound, Outbound, halves};

/// Every connected gateway.
#[derive(Debug, Default)]
pub(super) struct Fronts {
    all: Vec<Front>,
    next: u32,
}

#[derive(Debug)]
struct Front {
    id: FrontId,
    inbound: Inbound,
    outbound: Outbound,
}

/// What a gateway did.
#[derive(Debug)]
pub(super) enum Moved {
    /// It sent a packet.
    Packet(FrontId, Bytes),
    /// Its socket takes more.
    Writable,
    /// It is gone.
    Down(FrontId),
}

impl Fronts {
    /// Takes on a new one.
    ///
    /// # Errors
    /// This process has no descriptor left.
    pub(super) fn insert(&mut self, stream: UnixStream) -> io::Result<FrontId> {
        let (inbound, outbound) = halves(stream)?;
        let id = FrontId(self.next);
        self.next = self.next.wrapping_add(1);
        self.all.push(Front { id, inbound, outbound });
        Ok(id)
    }

    /// Lets one go.
    pub(super) fn remove(&mut self, id: FrontId) {
        self.all.retain(|front| front.id != id);
    }

    /// Waits for one to move.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Moved> {
        for front in &mut self.all {
            if let Poll::Ready(moved) = front.poll(cx) {
                return Poll::Ready(moved);
            }
        }
        Poll::Pending
    }

    /// Writes to each whose socket takes more what `next` has for it; names those that are gone.
    pub(super) fn transmit(
        &mut self,
        mut next: impl FnMut(FrontId) -> Option<Bytes>,
    ) -> Vec<FrontId> {
        let mut down = Vec::new();
        for front in &mut self.all {
            while front.outbound.is_empty() {
                let Some(packet) = next(front.id) else { break };
                front.outbound.put(&packet);
                if front.outbound.flush_now().is_err() {
                    down.push(front.id);
                    break;
                }
            }
        }
        down
    }

    /// Whether every socket has taken all there was.
    pub(super) fn are_flushed(&self) -> bool {
        self.all.iter().all(|front| front.outbound.is_empty())
    }
}

impl Front {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Moved> {
        if !self.outbound.is_empty()
            && let Poll::Ready(flushed) = self.outbound.poll_flush(cx)
        {
            return Poll::Ready(flushed.map_or(Moved::Down(self.id), |()| Moved::Writable));
        }
        self.inbound.poll_packet(cx).map(|packet| match packet {
            Ok(packet) => Moved::Packet(self.id, packet),
            Err(_) => Moved::Down(self.id),
        })
    }
}
