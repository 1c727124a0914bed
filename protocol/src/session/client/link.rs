//! The Links under a session: which one is in use, and when the next is dialled.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use super::{ClientEvent, ClientSession, LinkState};
use crate::fault::Fault;
use crate::id::Ch;
use crate::limits::{DIAL_WITHIN, LINK_PROVED, REDIAL_MIN, WELCOME_WITHIN};
use crate::link::{AckClock, Liveness, Pulse};
use crate::time::Time;
use crate::wire::{Decoder, Encoder, Frame, Hello, Sealed, Version};

/// Where the session is between Links and on one.
#[derive(Debug)]
pub(super) enum Phase {
    /// Waiting to dial.
    Offline { retry_at: Time },
    /// The driver is dialling.
    Dialing,
    /// The upgrade is done, the Welcome is not here.
    Greeting { until: Time, link: Link },
    /// In use.
    Live(Link),
    /// In the background; the Bye may still have to be sent.
    Asleep,
    /// Over.
    Closed,
}

/// What belongs to one Link and dies with it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) decoder: Decoder,
    pub(super) liveness: Liveness,
    pub(super) rx_bytes: u64,
    pub(super) unreported: AckClock,
    pub(super) suspected: bool,
    /// While suspected, and after a second dial failed: when to dial the next.
    redial_at: Option<Time>,
    /// The channels that its Hello named.
    named: BTreeSet<Ch>,
    /// From then on the dials that led to it are forgotten: one that dies behind its Welcome is a dial that failed.
    proved_at: Time,
}

impl ClientSession {
    /// The first packet of the next Link: in the upgrade header, or as the first message. Each dial needs a new one.
    pub fn hello(&mut self, now: Time) -> Bytes {
        self.generation += 1;
        let channels = self.opens();
        self.named = channels.iter().map(|open| open.ch).collect();
        let hello = Hello {
            version_min: Version::V1.number(),
            version_max: Version::NEWEST.number(),
            client: self.config.client,
            generation: self.generation,
            last_boot: self.last_boot,
            zstd_window_log: self.config.zstd_window_log,
            channels,
            agent: self.config.agent.clone(),
        };
        Encoder::new().seal(now, &[Frame::Hello(hello)], Sealed::Plain)
    }

    /// A dial became a Link, and its Hello is sent: it replaces the one in use.
    ///
    /// A session that meanwhile went to sleep or ended does not take it: close it.
    pub fn link_up(&mut self, now: Time) {
        if matches!(self.phase, Phase::Asleep | Phase::Closed) {
            return;
        }
        // What the driver has not yet read about dials is overtaken by this one.
        self.events.retain(|event| !matches!(event, ClientEvent::Dial | ClientEvent::CancelDial));
        let srtt = self.link().and_then(|link| link.liveness.srtt());
        self.forget_link();
        self.redialing = false;
        self.phase = Phase::Greeting {
            until: now + WELCOME_WITHIN,
            link: Link {
                decoder: Decoder::new(self.config.zstd_window_log),
                liveness: Liveness::new(now, srtt),
                rx_bytes: 0,
                unreported: AckClock::default(),
                suspected: false,
                redial_at: None,
                named: std::mem::take(&mut self.named),
                proved_at: now + LINK_PROVED,
            },
        };
    }

    /// The Link in use is gone; without one in use, nothing changes. `fault`: what the gateway said, if anything;
    /// `random`: uniform, for the jitter.
    pub fn link_down(&mut self, now: Time, random: u64, fault: Option<&Fault>) {
        let Some(proved_at) = self.link().map(|link| link.proved_at) else { return };
        if now >= proved_at {
            self.backoff.reset();
        }
        self.forget_link();
        if let Some(fault) = fault.filter(|fault| !fault.should_retry()) {
            return self.end(fault.clone());
        }
        if self.redialing {
            self.redialing = false;
            self.phase = Phase::Dialing;
            self.say(LinkState::Connecting);
            return;
        }
        self.after_failure(now, random);
    }

    /// A dial failed. `fault` as in [`Self::link_down`].
    pub fn dial_failed(&mut self, now: Time, random: u64, fault: Option<&Fault>) {
        // The one that is ordered and not begun cannot have failed: this was the one before it, which is void.
        if self.events.contains(&ClientEvent::Dial) {
            return;
        }
        let was_second = std::mem::take(&mut self.redialing);
        if let Some(fault) = fault.filter(|fault| !fault.should_retry())
            && matches!(self.phase, Phase::Dialing)
        {
            return self.end(fault.clone());
        }
        match &mut self.phase {
            Phase::Dialing => self.after_failure(now, random),
            Phase::Live(link) if was_second => {
                link.redial_at = Some(now + self.backoff.next(random).max(REDIAL_MIN));
            }
            Phase::Offline { .. }
            | Phase::Greeting { .. }
            | Phase::Live(_)
            | Phase::Asleep
            | Phase::Closed => {}
        }
    }

    /// The network changed: what is being dialled goes by the old one and is dialled anew; a Link in use may live, or not:
    /// it is asked, another is dialled beside it, and the first to answer wins.
    pub fn network_changed(&mut self, now: Time) {
        match &mut self.phase {
            Phase::Dialing => {
                self.backoff.reset();
                self.events.push_back(ClientEvent::CancelDial);
                self.events.push_back(ClientEvent::Dial);
            }
            Phase::Greeting { .. } => {
                self.backoff.reset();
                self.events.push_back(ClientEvent::HangUp);
                self.forget_link();
                self.dial();
            }
            Phase::Live(_) => {
                self.cancel_dial();
                self.redial();
                self.nudge(now);
            }
            Phase::Offline { .. } => self.nudge(now),
            Phase::Asleep | Phase::Closed => {}
        }
    }

    /// The app came to the front, or the person asks: ask at once, dial at once.
    pub fn nudge(&mut self, now: Time) {
        self.backoff.reset();
        match &mut self.phase {
            Phase::Offline { .. } | Phase::Asleep => self.dial(),
            Phase::Live(link) | Phase::Greeting { link, .. } => link.liveness.probe(now),
            Phase::Dialing | Phase::Closed => {}
        }
    }

    /// The app goes to the background: say Bye; [`Self::nudge`] ends it.
    pub fn sleep(&mut self) {
        if !matches!(self.phase, Phase::Asleep | Phase::Closed) {
            let was_linked = self.link().is_some();
            self.forget_link();
            self.cancel_dial();
            self.control.extend(was_linked.then_some(Frame::Bye));
            self.phase = Phase::Asleep;
            self.say(LinkState::Asleep);
        }
    }

    /// Ends the session for good: the credential is no longer taken.
    pub fn give_up(&mut self, fault: Fault) {
        if self.link().is_some() {
            self.events.push_back(ClientEvent::HangUp);
        }
        self.end(fault);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time, random: u64) {
        self.reopen(now);
        match &mut self.phase {
            Phase::Offline { retry_at } if now >= *retry_at => self.dial(),
            Phase::Greeting { until, .. } if now >= *until => {
                self.events.push_back(ClientEvent::HangUp);
                self.link_down(now, random, None);
            }
            Phase::Live(link) => {
                link.unreported.handle_timeout(now);
                link.liveness.handle_timeout(now);
                match link.liveness.pulse() {
                    Pulse::Alive => {}
                    Pulse::Suspect(since) if !link.suspected => {
                        link.suspected = true;
                        if now >= link.proved_at {
                            self.backoff.reset();
                        }
                        self.say(LinkState::Suspect { since });
                        self.redial();
                    }
                    Pulse::Suspect(_) if link.redial_at.is_none_or(|at| now >= at) => self.redial(),
                    Pulse::Suspect(_) => {}
                    Pulse::Dead => {
                        self.events.push_back(ClientEvent::HangUp);
                        self.link_down(now, random, None);
                    }
                }
            }
            Phase::Offline { .. }
            | Phase::Dialing
            | Phase::Greeting { .. }
            | Phase::Asleep
            | Phase::Closed => {}
        }
    }

    /// When to be woken at the latest; `None`: only by an event from outside.
    pub fn poll_timeout(&self) -> Option<Time> {
        match &self.phase {
            Phase::Offline { retry_at } => Some(*retry_at),
            Phase::Greeting { until, .. } => Some(*until),
            Phase::Live(link) => {
                let redial = link.redial_at.filter(|_| link.suspected && !self.redialing);
                let others = [link.liveness.poll_timeout(), link.unreported.wake_at()];
                let reopen = self.channels.values().filter_map(super::Channel::reopen_at);
                others.into_iter().flatten().chain(redial).chain(reopen).min()
            }
            Phase::Dialing | Phase::Asleep | Phase::Closed => None,
        }
    }

    /// How long a dial may take before the driver reports it failed.
    pub const fn dial_within(&self) -> Duration {
        DIAL_WITHIN
    }

    /// Whether a Link is in use and greeted.
    pub const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live(_))
    }

    pub(super) const fn link(&mut self) -> Option<&mut Link> {
        match &mut self.phase {
            Phase::Live(link) | Phase::Greeting { link, .. } => Some(link),
            Phase::Offline { .. } | Phase::Dialing | Phase::Asleep | Phase::Closed => None,
        }
    }

    /// A frame proves the Link in use alive: a parallel dial is no longer wanted.
    pub(super) fn heard(&mut self, now: Time) {
        let Some(link) = self.link() else { return };
        link.liveness.heard(now);
        link.redial_at = None;
        if std::mem::take(&mut link.suspected) {
            self.say(LinkState::Live);
        }
        if std::mem::take(&mut self.redialing) {
            self.events.push_back(ClientEvent::CancelDial);
        }
    }

    /// How long a round trip takes on the Link in use, smoothed; `None` before the first was measured.
    pub const fn srtt(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Live(link) | Phase::Greeting { link, .. } => link.liveness.srtt(),
            Phase::Offline { .. } | Phase::Dialing | Phase::Asleep | Phase::Closed => None,
        }
    }

    pub(super) fn note_typed(&mut self, now: Time) {
        if let Phase::Live(link) = &mut self.phase {
            link.liveness.typed(now);
        }
    }

    pub(super) fn note_unreported(&mut self, now: Time, units: u64) {
        if let Phase::Live(link) = &mut self.phase {
            link.unreported.note(now, units);
        }
    }

    pub(super) fn note_aside(&mut self, now: Time, bytes: u64) {
        if let Phase::Live(link) = &mut self.phase {
            link.unreported.note_aside(now, bytes);
        }
    }

    pub(super) fn welcomed(&mut self) {
        if let Phase::Greeting { link, .. } = std::mem::replace(&mut self.phase, Phase::Closed) {
            self.say_what_hello_missed(&link.named);
            self.phase = Phase::Live(link);
            self.backoff.welcomed();
            self.come_back_at = None;
            self.say(LinkState::Live);
        }
    }

    /// What was opened or closed since the Hello was written, and what did not fit into it.
    fn say_what_hello_missed(&mut self, named: &BTreeSet<Ch>) {
        let closed = named.iter().filter(|ch| !self.channels.contains_key(ch));
        self.control.extend(closed.map(|ch| Frame::Close(*ch, None)));
        let opened = self.channels.iter().filter(|(ch, _)| !named.contains(ch));
        self.control.extend(opened.map(|(ch, channel)| Frame::Open(channel.open_frame(*ch))));
    }

    /// Asks again for the channels that were unavailable.
    fn reopen(&mut self, now: Time) {
        if self.is_live() {
            let due = self.channels.iter_mut().filter_map(|(ch, channel)| {
                channel.reopen(now).then(|| Frame::Open(channel.open_frame(*ch)))
            });
            self.control.extend(due);
        }
    }

    fn dial(&mut self) {
        self.phase = Phase::Dialing;
        self.say(LinkState::Connecting);
        self.events.push_back(ClientEvent::Dial);
    }

    fn redial(&mut self) {
        if !std::mem::replace(&mut self.redialing, true) {
            self.events.push_back(ClientEvent::Dial);
        }
    }

    fn cancel_dial(&mut self) {
        if std::mem::take(&mut self.redialing) || matches!(self.phase, Phase::Dialing) {
            self.events.push_back(ClientEvent::CancelDial);
        }
    }

    /// Over: nothing is said after this.
    fn end(&mut self, fault: Fault) {
        if !matches!(self.phase, Phase::Closed) {
            self.forget_link();
            self.cancel_dial();
            self.phase = Phase::Closed;
            self.say(LinkState::Closed(fault));
        }
    }

    fn after_failure(&mut self, now: Time, random: u64) {
        let retry_at = self.come_back_at.take().unwrap_or_else(|| now + self.backoff.next(random));
        if retry_at <= now {
            return self.dial();
        }
        self.phase = Phase::Offline { retry_at };
        self.say(LinkState::Offline { until: retry_at });
    }

    fn forget_link(&mut self) {
        self.control.clear();
        self.channels.values_mut().for_each(super::Channel::link_down);
    }
}
