//! Moves packets between a Dock's Mirror and the holder's socket: one task reads; who has something to say writes it, and a
//! task what the socket did not take.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use devtail_protocol::hold::MirrorEvent;
use devtail_protocol::{Code, Fault};
use tokio::task::AbortHandle;

use super::{Note, Shared, State};
use crate::socket::{Inbound, Outbound};

/// The two tasks of a Dock.
#[derive(Debug)]
pub(super) struct Pump {
    reader: AbortHandle,
    writer: AbortHandle,
}

impl Pump {
    /// Reads what the holder says, and writes what [`Shared::send`] could not.
    pub(super) fn start(shared: &Arc<Shared>, inbound: Inbound) -> Self {
        let sender = Arc::clone(shared);
        let writer = tokio::spawn(async move {
            let Err(error) = write_packets(&sender).await;
            // Of a holder that is gone the reader knows more.
            if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) {
                lose(&sender, &broken(&error));
            }
        })
        .abort_handle();
        let shared = Arc::clone(shared);
        let reader = tokio::spawn(async move {
            let lost = read_packets(&shared, inbound).await;
            lose(&shared, &lost);
        });
        Self { reader: reader.abort_handle(), writer }
    }

    pub(super) fn stop(&self) {
        self.reader.abort();
        self.writer.abort();
    }
}

impl Shared {
    /// Writes what the mirror has to say: at once as far as the socket takes it, for a key goes with it; else soon. Not
    /// with the state locked.
    pub(super) fn send(&self) {
        if let Ok(mut outbound) = self.outbound.try_lock() {
            let mut cx = Context::from_waker(Waker::noop());
            if matches!(pin!(self.write(&mut outbound)).poll(&mut cx), Poll::Ready(Ok(()))) {
                return;
            }
        }
        self.unsent.notify_one();
    }

    /// Writes all that the mirror has to say. Cancel safe.
    async fn write(&self, outbound: &mut Outbound) -> io::Result<()> {
        loop {
            outbound.flush().await?;
            let Some(packet) = self.lock().mirror.poll_transmit() else { return Ok(()) };
            outbound.put(&packet);
        }
    }
}

async fn write_packets(shared: &Shared) -> io::Result<Infallible> {
    loop {
        shared.unsent.notified().await;
        shared.write(&mut *shared.outbound.lock().await).await?;
    }
}

async fn read_packets(shared: &Shared, mut inbound: Inbound) -> Fault {
    loop {
        let packet = match poll_fn(|cx| inbound.poll_packet(cx)).await {
            Ok(packet) => packet,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return gone(shared),
            Err(error) => {
                return Fault::new(Code::Gone, format!("The channel's holder is gone: {error}."));
            }
        };
        let mut state = shared.lock();
        let handled = state.mirror.handle_packet(packet);
        tell(shared, &mut state);
        if let Err(fault) = handled {
            return fault;
        }
    }
}

/// Passes on what the Mirror says.
fn tell(shared: &Shared, state: &mut State) {
    let mut news = false;
    while let Some(event) = state.mirror.poll_event() {
        match event {
            MirrorEvent::Ready => shared.ready.notify_waiters(),
            MirrorEvent::News => news = true,
            MirrorEvent::Attached(client, opened) => {
                if let Some(answer) = state.opening.remove(&client) {
                    drop(answer.send(Ok(opened)));
                }
            }
            MirrorEvent::Settled(client, seq, outcome) => {
                if let Some(reader) = state.readers.get(&client) {
                    reader.bell.note(Note::Settled(reader.ch, seq, outcome));
                }
            }
            MirrorEvent::Echoed(echo) => {
                if let Some(reader) = echo.client.and_then(|client| state.readers.get(&client)) {
                    reader.bell.note(Note::Echoed(reader.ch, echo.seq, echo.at));
                }
            }
            MirrorEvent::Noticed(notice) => {
                if let Some((id, notices)) = &state.notices {
                    // Whoever passes them on is busy: what was not told in time need not be told.
                    drop(notices.try_send((*id, notice)));
                }
            }
            MirrorEvent::Answered(req, answer) => {
                if let Some(asked) = state.asked.remove(&req) {
                    drop(asked.send(answer));
                }
            }
            MirrorEvent::Refused(client, fault) => {
                if let Some(reader) = state.readers.remove(&client) {
                    state.mirror.detach(client);
                    shared.unsent.notify_one();
                    reader.bell.note(Note::Lost(reader.ch, fault));
                }
            }
        }
    }
    if news {
        state.readers.values().for_each(|reader| reader.bell.ring());
    }
}

fn broken(error: &io::Error) -> Fault {
    Fault::new(
        Code::Failed,
        format!("The channel's holder cannot be written to: {error}. Try again."),
    )
}

fn gone(shared: &Shared) -> Fault {
    let ended = shared.lock().mirror.end().is_some();
    let message = if ended {
        "It has ended and was removed."
    } else {
        "The process that held it died, and the terminal with it."
    };
    Fault::new(Code::Gone, message)
}

/// The holder is gone. Readers of a Log that has ended still have its rest and its End to read here.
fn lose(shared: &Shared, fault: &Fault) {
    let mut state = shared.lock();
    state.lost = Some(fault.clone());
    if state.mirror.end().is_none() {
        tell_lost(&mut state, fault);
    }
    state.opening.clear();
    state.asked.clear();
    drop(state);
    shared.ready.notify_waiters();
}

pub(super) fn tell_lost(state: &mut State, fault: &Fault) {
    for (_, reader) in state.readers.drain() {
        reader.bell.note(Note::Lost(reader.ch, fault.clone()));
    }
}
