//! The gateway's end of one running channel: a real Mirror, and who reads it over which wire.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use devtail_protocol::hold::{FrontId, Mirror, MirrorEvent};
use devtail_protocol::limits::HOLD_DATA_MAX;
use devtail_protocol::log::Extent;
use devtail_protocol::position::Unit;
use devtail_protocol::session::{Attached, Logs};
use devtail_protocol::wire::{Echo, Opened, OutboxRange, Outcome};
use devtail_protocol::{Ch, ChannelId, ClientId, Fault, Time};

use super::Checked;
use super::model::Model;
use super::net::{Local, WireId};

/// A gateway's copy of one channel, shared by all wires that read it.
#[derive(Debug)]
pub(super) struct Dock {
    pub(super) id: ChannelId,
    pub(super) front: FrontId,
    pub(super) mirror: RefCell<Mirror>,
    pub(super) readers: BTreeMap<ClientId, Reader>,
}

/// One client on a Dock.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) wire: WireId,
    pub(super) ch: Ch,
    opened: Option<Opened>,
    is_attached: bool,
}

/// What a Dock wants done with a wire's session.
#[derive(Debug)]
pub(super) enum Note {
    News,
    Attached(Ch, Attached),
    Settled(Ch, u64, Outcome),
    Echoed(Ch, u64, u64),
    Refused(Ch, Fault),
}

impl Dock {
    pub(super) fn new(id: ChannelId, front: FrontId, gateway: ClientId) -> Self {
        let mirror = RefCell::new(Mirror::new(gateway, id, Model::of(id).name()));
        Self { id, front, mirror, readers: BTreeMap::new() }
    }

    pub(super) fn attach(
        &mut self,
        client: ClientId,
        wire: WireId,
        ch: Ch,
        outbox: Option<OutboxRange>,
    ) -> Result<(), Fault> {
        self.mirror.get_mut().attach(
            self.id,
            Model::of(self.id).name(),
            client,
            String::new(),
            outbox,
        )?;
        let reader = Reader { wire, ch, opened: None, is_attached: false };
        self.readers.insert(client, reader);
        Ok(())
    }

    /// The wire no longer reads; a reader that another wire has taken over stays.
    pub(super) fn detach(&mut self, client: ClientId, wire: WireId) {
        if self.readers.get(&client).is_some_and(|reader| reader.wire == wire) {
            self.readers.remove(&client);
            self.mirror.get_mut().detach(client);
        }
    }

    /// Takes packets from the holder; returns what the wires should know.
    pub(super) fn receive(
        &mut self,
        now: Time,
        local: &mut Local,
    ) -> Result<Vec<(WireId, Note)>, Fault> {
        let mut notes = Vec::new();
        while let Some(packet) = local.to_gateway.pop(now) {
            self.mirror.get_mut().handle_packet(packet)?;
            while let Some(event) = self.mirror.get_mut().poll_event() {
                self.take(event, &mut notes);
            }
        }
        Ok(notes)
    }

    fn take(&mut self, event: MirrorEvent, notes: &mut Vec<(WireId, Note)>) {
        match event {
            MirrorEvent::Ready | MirrorEvent::News => {
                self.begin_reading(notes);
                notes.extend(self.readers.values().map(|reader| (reader.wire, Note::News)));
            }
            MirrorEvent::Attached(client, opened) => {
                if let Some(reader) = self.readers.get_mut(&client) {
                    reader.opened = Some(opened);
                }
                self.begin_reading(notes);
            }
            MirrorEvent::Settled(client, seq, outcome) => {
                let reader = self.readers.get(&client);
                notes.extend(
                    reader.map(|reader| (reader.wire, Note::Settled(reader.ch, seq, outcome))),
                );
            }
            MirrorEvent::Refused(client, fault) => {
                let reader = self.readers.remove(&client);
                self.mirror.get_mut().detach(client);
                notes.extend(reader.map(|reader| (reader.wire, Note::Refused(reader.ch, fault))));
            }
            MirrorEvent::Echoed(Echo { client, seq, at, .. }) => {
                let reader = client.and_then(|client| self.readers.get(&client));
                notes.extend(reader.map(|reader| (reader.wire, Note::Echoed(reader.ch, seq, at))));
            }
            MirrorEvent::Answered(..) | MirrorEvent::Noticed(_) => {}
        }
    }

    /// Who has its answer may read once the copy is whole.
    fn begin_reading(&mut self, notes: &mut Vec<(WireId, Note)>) {
        let mirror = self.mirror.get_mut();
        let Some(extent) = mirror.extent() else { return };
        for reader in self.readers.values_mut().filter(|reader| !reader.is_attached) {
            let Some(opened) = reader.opened else { continue };
            reader.is_attached = true;
            let model = Model::of(self.id);
            let attached = Attached {
                extent,
                client: None,
                unit: mirror.unit(),
                inputs: opened.inputs,
                applied: opened.applied,
                class: model.class(),
                sealed: model.sealed(),
            };
            notes.push((reader.wire, Note::Attached(reader.ch, attached)));
        }
    }

    pub(super) fn transmit(&mut self, now: Time, local: &mut Local) {
        while local.to_holder.can_take() {
            let Some(packet) = self.mirror.get_mut().poll_transmit() else { break };
            local.to_holder.push(now, packet);
        }
    }

    pub(super) fn check(&self) -> Checked {
        let Some(Extent { base, head, loss, .. }) = self.mirror.borrow().extent() else {
            return Ok(());
        };
        let bound = (loss.log_bytes() + HOLD_DATA_MAX) as u64 + (20 << 10);
        if self.mirror.borrow().unit() == Unit::Bytes && head - base > bound {
            return Err(format!("a Mirror keeps {} bytes", head - base));
        }
        Ok(())
    }
}

/// The Logs of one wire: its channels' Docks.
pub(super) struct WireLogs<'a> {
    pub(super) docks: &'a BTreeMap<ChannelId, Dock>,
    pub(super) channels: &'a BTreeMap<Ch, ChannelId>,
    /// A sabotage: each read is answered with what stands so many bytes further on.
    pub(super) skip: u64,
}

impl WireLogs<'_> {
    fn mirror(&self, ch: Ch) -> Option<&RefCell<Mirror>> {
        Some(&self.docks.get(self.channels.get(&ch)?)?.mirror)
    }
}

impl Logs for WireLogs<'_> {
    fn extent(&self, ch: Ch) -> Option<Extent> {
        self.mirror(ch)?.borrow().extent()
    }

    fn read(&self, ch: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.mirror(ch)?.borrow().read(from + self.skip, bytes_max)
    }

    fn snapshot(&self, ch: Ch) -> Option<(u64, Bytes)> {
        self.mirror(ch)?.borrow_mut().snapshot()
    }

    fn end(&self, ch: Ch) -> Option<Bytes> {
        self.mirror(ch)?.borrow().end().cloned()
    }
}
