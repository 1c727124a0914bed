//! What a frame from the client means.

use bytes::Bytes;

use super::{Phase, ServerEvent, ServerSession};
use crate::fault::{Code, Fault};
use crate::id::Ch;
use crate::limits::{
    CHANNELS_MAX, CONTROL_FRAMES_MAX, EVENTS_MAX, FETCHES_MAX, PING_BURST, PING_EARNED,
};
use crate::time::Time;
use crate::wire::{Credit, Frame, Hello, Input, Open, Version, Welcome};

impl ServerSession {
    pub(super) fn handle_frame(&mut self, now: Time, frame: Frame) -> Result<(), Fault> {
        if let Phase::Greeting { .. } = self.phase {
            let Frame::Hello(hello) = frame else {
                return Err(Fault::new(
                    Code::HelloExpected,
                    "The first frame of a Link is a Hello.",
                ));
            };
            return self.greet(hello);
        }
        self.check_bounds()?;
        match frame {
            Frame::Open(open) => self.open_within_limit(open),
            Frame::Close(ch, _) => {
                self.close(ch);
                Ok(())
            }
            Frame::Window { credits, rx_bytes, .. } => self.window(now, &credits, rx_bytes),
            Frame::Input(input) => self.input(now, input),
            Frame::Fetch { .. } if self.fetches >= FETCHES_MAX => Err(Fault::new(
                Code::Limit,
                format!("At most {FETCHES_MAX} questions may be unanswered (fetches)."),
            )),
            Frame::Fetch { req, kind, query } => {
                self.fetches += 1;
                self.events.push_back(ServerEvent::Fetch { req, kind, query });
                Ok(())
            }
            Frame::Refresh(ch, min_unsent) => {
                self.refresh_wanted(ch, min_unsent);
                Ok(())
            }
            Frame::Ping(id) => self.pinged(now, id),
            Frame::Pong(id) => {
                self.ponged(now, id);
                Ok(())
            }
            Frame::Bye => {
                self.phase = Phase::Closing;
                self.events.push_back(ServerEvent::Bye);
                Ok(())
            }
            Frame::Unknown => Ok(()),
            Frame::Hello(_) => {
                Err(Fault::new(Code::HelloExpected, "A second Hello came on one Link."))
            }
            Frame::Welcome(_)
            | Frame::Opened(_)
            | Frame::Data(_)
            | Frame::Snapshot(_)
            | Frame::InputAck(_)
            | Frame::Fetched { .. }
            | Frame::GoAway(_)
            | Frame::Fault(..)
            | Frame::End(_)
            | Frame::Echo(_)
            | Frame::Notice(..) => {
                Err(Fault::new(Code::BadPacket, "A client does not send this frame."))
            }
        }
    }

    fn open_within_limit(&mut self, open: Open) -> Result<(), Fault> {
        if self.readers.len() < CHANNELS_MAX || self.readers.contains_key(&open.ch) {
            return self.open(open);
        }
        let message =
            format!("A Session has at most {CHANNELS_MAX} channels (channels). Close one first.");
        self.control.push_back(Frame::Fault(Fault::new(Code::Limit, message).on(open.ch), None));
        Ok(())
    }

    fn close(&mut self, ch: Ch) {
        if self.readers.remove(&ch).is_some() {
            self.schedule.forget(ch);
            self.events.push_back(ServerEvent::Close(ch));
        }
    }

    fn check_bounds(&self) -> Result<(), Fault> {
        if self.events.len() >= EVENTS_MAX || self.control.len() >= CONTROL_FRAMES_MAX {
            return Err(Fault::new(
                Code::Limit,
                "More is asked than is read of the answers (control_frames).",
            ));
        }
        Ok(())
    }

    fn greet(&mut self, hello: Hello) -> Result<(), Fault> {
        let version = Version::negotiate(hello.version_min, hello.version_max)?;
        let zstd_window_log = self.encoder.allow_zstd(hello.zstd_window_log);
        self.phase = Phase::Live;
        self.control.push_back(Frame::Welcome(Welcome {
            version: version.number(),
            boot: self.config.boot,
            zstd_window_log,
        }));
        let Hello { client, generation, agent, channels, .. } = hello;
        self.events.push_back(ServerEvent::Greeted { client, generation, agent });
        channels.into_iter().try_for_each(|open| self.open(open))
    }

    fn window(&mut self, now: Time, credits: &[Credit], rx_bytes: u64) -> Result<(), Fault> {
        if !self.flow.reported(now, rx_bytes) {
            return Err(Fault::new(
                Code::BadSequence,
                "A Window reports more bytes received than were sent.",
            ));
        }
        for credit in credits {
            let Some(reader) = self.readers.get_mut(&credit.ch) else { continue };
            reader.credit(credit)?;
            self.events.push_back(ServerEvent::Consumed(credit.ch, credit.consumed));
        }
        Ok(())
    }

    /// An input of a channel that is gone is void: the Fault that says so is on its way.
    fn input(&mut self, now: Time, input: Input) -> Result<(), Fault> {
        let Some(reader) = self.readers.get_mut(&input.ch) else { return Ok(()) };
        reader.input(now, &input)?;
        let Input { ch, seq, bytes, .. } = input;
        // A copy: a slice would keep all of its packet, which may be a thousand times as large.
        let bytes = Bytes::copy_from_slice(&bytes);
        self.events.push_back(ServerEvent::Input { ch, seq, bytes });
        Ok(())
    }

    fn refresh_wanted(&mut self, ch: Ch, min_unsent: u64) {
        if self.readers.contains_key(&ch) {
            let min = self.refreshes.entry(ch).or_insert(min_unsent);
            *min = min_unsent.min(*min);
        }
    }

    fn pinged(&mut self, now: Time, id: u64) -> Result<(), Fault> {
        let (spent, since) = self.pings_spent;
        let earned = u32::try_from(now.since(since).as_millis() / PING_EARNED.as_millis())
            .unwrap_or(u32::MAX);
        let spent = spent.saturating_sub(earned) + 1;
        if spent > PING_BURST {
            return Err(Fault::new(
                Code::Limit,
                format!("More than {PING_BURST} pings came at once (pings)."),
            ));
        }
        self.pings_spent = (spent, if earned > 0 { now } else { since });
        self.control.push_back(Frame::Pong(id));
        Ok(())
    }

    fn ponged(&mut self, now: Time, id: u64) {
        if let Some((_, at)) = self.ping.take_if(|(asked, _)| *asked == id) {
            self.flow.measured(now, now.since(at));
            self.measured_at = Some(now);
        }
    }
}
