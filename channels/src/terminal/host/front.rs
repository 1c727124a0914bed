//! The gateways on a holder's socket. They come and go; the holder polls them all in its one loop.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use devtail_protocol::hold::FrontId;
use tokio::net::UnixStream;

use crate::socket::{Inbound, Outbound};

/// Every connected gateway.
#[derive(Debug, Default)]
pub(super) struct Fronts {
    all: Vec<Front>,
    next: u32,
}

#[derive(Debug)]
struct Front {
    id: FrontId,
    stream: UnixStream,
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
    pub(super) fn insert(&mut self, stream: UnixStream) -> FrontId {
        let id = FrontId(self.next);
        self.next = self.next.wrapping_add(1);
        self.all.push(Front {
            id,
            stream,
            inbound: Inbound::default(),
            outbound: Outbound::default(),
        });
        id
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
                if front.outbound.send(&front.stream, &packet).is_err() {
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
            && let Poll::Ready(ready) = self.stream.poll_write_ready(cx)
        {
            match ready.and_then(|()| self.outbound.flush(&self.stream)) {
                Ok(()) if self.outbound.is_empty() => return Poll::Ready(Moved::Writable),
                // Not all was taken: ask to be woken again.
                Ok(()) => cx.waker().wake_by_ref(),
                Err(_) => return Poll::Ready(Moved::Down(self.id)),
            }
        }
        self.inbound.poll_packet(&self.stream, cx).map(|packet: io::Result<Bytes>| match packet {
            Ok(packet) => Moved::Packet(self.id, packet),
            Err(_) => Moved::Down(self.id),
        })
    }
}
