//! What `Snapshot.state` says: the screen, and what happened once.

use bytes::Bytes;
use prost::Message as _;

use super::{Bad, Event, Size};
use crate::terminal::generated;
use crate::terminal::limits::EVENTS_MAX;

/// The screen at an Offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The grid.
    pub size: Size,
    /// Bytes that bring a terminal in any state to exactly this screen, cursor and modes, and leave its scrollback.
    pub vt: Bytes,
    /// The window title; empty if none was set.
    pub title: String,
    /// What people call the terminal.
    pub name: String,
    /// The newest things that happened once, oldest first. A reader acts on those after its own Offset only.
    pub events: Vec<Event>,
    /// Whether the alternate screen is shown.
    pub alternate: bool,
    /// How many rows have left the primary screen at its top since the Log began: the number of its first row.
    pub rows_above: u64,
}

impl Snapshot {
    /// Reads a Snapshot.
    ///
    /// # Errors
    /// `Bad` if it is none, or breaks a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        let state = generated::Snapshot::decode(bytes)?;
        if state.events.len() > EVENTS_MAX {
            return Err(Bad::Events);
        }
        Ok(Self {
            size: state.size.unwrap_or_default().try_into()?,
            vt: state.vt,
            title: state.title,
            name: state.name,
            events: state.events.into_iter().map(Event::try_from).collect::<Result<_, _>>()?,
            alternate: state.alternate,
            rows_above: state.rows_above,
        })
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let state = generated::Snapshot {
            size: Some(self.size.into()),
            vt: self.vt.clone(),
            title: self.title.clone(),
            name: self.name.clone(),
            events: self.events.iter().map(generated::Event::from).collect(),
            alternate: self.alternate,
            rows_above: self.rows_above,
        };
        state.encode_to_vec().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::message::Happening;

    #[test]
    fn a_snapshot_survives_the_wire_with_its_events() {
        let copied = Happening::Clipboard { selection: "c".into(), text: "copied".into() };
        let snapshot = Snapshot {
            size: Size::default(),
            vt: "\u{1b}[H".into(),
            title: "vim".into(),
            name: "shell".into(),
            events: vec![Event { at: 7, what: Happening::Bell }, Event { at: 70, what: copied }],
            alternate: true,
            rows_above: 12_345,
        };
        assert_eq!(Snapshot::decode(&snapshot.encode()), Ok(snapshot));
    }

    #[test]
    fn more_events_than_are_ever_kept_are_refused() {
        let event = generated::Event::from(&Event { at: 1, what: Happening::Bell });
        let state =
            generated::Snapshot { events: vec![event; EVENTS_MAX + 1], ..Default::default() };
        assert_eq!(Snapshot::decode(&state.encode_to_vec()), Err(Bad::Events));
    }
}
