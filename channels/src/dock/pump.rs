//! Moves packets between a Dock's Mirror and the holder's socket: one task reads, one writes.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use devtail_protocol::hold::{MirrorEvent, packet_len};
use devtail_protocol::{Code, Fault};
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::task::AbortHandle;

use super::{Note, Shared, State};
use crate::writer::Writer;

/// A read takes this much at once: a flood arrives in packets of 64 KiB.
const READ: usize = 16 << 10;

/// The two tasks of a Dock.
#[derive(Debug)]
pub(super) struct Pump {
    reader: AbortHandle,
    writer: AbortHandle,
}

impl Pump {
    /// # Errors
    /// This process has no descriptor left.
    pub(super) fn start(shared: Arc<Shared>, stream: UnixStream) -> io::Result<Self> {
        // A UnixStream is woken for room as well: whenever the holder reads.
        let stream = OwnedFd::from(stream.into_std()?);
        let write = Writer::new(stream.try_clone()?);
        let read = pipe::Receiver::from_owned_fd_unchecked(stream)?;
        let outgoing = Arc::clone(&shared);
        let writer = tokio::spawn(async move {
            let Err(error) = write_packets(&outgoing, write).await;
            // Of a holder that is gone the reader knows more.
            if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) {
                lose(&outgoing, &broken(&error));
            }
        })
        .abort_handle();
        let reader = tokio::spawn(async move {
            let lost = read_packets(&shared, read).await;
            lose(&shared, &lost);
        });
        Ok(Self { reader: reader.abort_handle(), writer })
    }

    pub(super) fn stop(&self) {
        self.reader.abort();
        self.writer.abort();
    }
}

async fn write_packets(shared: &Shared, write: Writer) -> io::Result<Infallible> {
    loop {
        let packet = shared.lock().mirror.poll_transmit();
        match packet {
            Some(packet) => {
                let len = u32::try_from(packet.len()).expect("a packet is at most 1 MiB");
                let mut framed = BytesMut::with_capacity(4 + packet.len());
                framed.extend_from_slice(&len.to_be_bytes());
                framed.extend_from_slice(&packet);
                write.write_all(&framed).await?;
            }
            None => shared.outgoing.notified().await,
        }
    }
}

async fn read_packets(shared: &Shared, mut read: pipe::Receiver) -> Fault {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(READ);
        match read.read_buf(&mut buffer).await {
            Ok(0) => return gone(shared),
            Ok(_) => {}
            Err(error) => {
                return Fault::new(Code::Gone, format!("The channel's holder is gone: {error}."));
            }
        }
        while let Some(packet) = next_packet(&mut buffer).transpose() {
            let handled = packet.and_then(|packet| {
                let mut state = shared.lock();
                let handled = state.mirror.handle_packet(packet);
                tell(shared, &mut state);
                handled
            });
            if let Err(fault) = handled {
                return fault;
            }
        }
        if buffer.is_empty() {
            buffer = BytesMut::new();
        }
    }
}

fn next_packet(buffer: &mut BytesMut) -> Result<Option<Bytes>, Fault> {
    let Some(prefix) = buffer.first_chunk::<4>() else { return Ok(None) };
    let len = packet_len(*prefix)?;
    if buffer.len() < 4 + len {
        buffer.reserve(4 + len - buffer.len());
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some(buffer.split_to(len).freeze()))
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
                    shared.outgoing.notify_one();
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
