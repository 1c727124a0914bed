//! The one loop of a client: wake → handle → drain events → while the socket takes more: transmit → sleep until the timeout.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use devtail_protocol::limits::DIAL_WITHIN;
use devtail_protocol::session::LinkState;
use devtail_protocol::{Code, Fault, Time};
use tokio::sync::mpsc;
use tracing::{debug, info};

use crate::clock::{self, Timer};
use crate::credential::Credential;
use crate::dial::{DialError, Dialled, dial};
use crate::event::{Event, Told};
use crate::link::{Link, LinkWake};
use crate::shared::Shared;

/// Runs one session over however many Links that takes.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    ring: mpsc::Receiver<()>,
    events: mpsc::Sender<Event>,
    credential: Credential,
    link: Option<Link>,
    /// At most one, beside the Link in use or without one.
    dial: Option<Dial>,
    failed_dial: Option<DialError>,
    timer: Timer,
    /// The newest moment that the session was told of.
    ticked: Time,
    /// The user does not read events: nothing more is read from the socket, and no time is counted.
    is_blocked: bool,
    is_asleep: bool,
    is_over: bool,
}

type Dial = Pin<Box<dyn Future<Output = Result<Dialled, DialError>> + Send>>;

/// Everything that can wake a driver.
#[derive(Debug)]
enum Wake {
    /// A handle changed the session, or read an event.
    Rung,
    /// The dial under way became a socket, or failed.
    Dialled(Box<Result<Dialled, DialError>>),
    /// The Link in use has something to tell.
    Link(LinkWake),
    /// The session's deadline is here.
    Time,
}

impl Driver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        ring: mpsc::Receiver<()>,
        events: mpsc::Sender<Event>,
        credential: Credential,
    ) -> Self {
        Self {
            shared,
            ring,
            events,
            credential,
            link: None,
            dial: None,
            failed_dial: None,
            timer: Timer::new(),
            ticked: Time::ZERO,
            is_blocked: false,
            is_asleep: false,
            is_over: false,
        }
    }

    pub(crate) async fn run(mut self) {
        loop {
            self.drain_events();
            if self.is_over || self.events.is_closed() {
                break;
            }
            self.transmit();
            let wake = poll_fn(|cx| self.poll_wake(cx)).await;
            self.handle(wake);
        }
        self.shared.finish();
    }

    /// Waits for whatever comes first; what arrived is read before time is counted, so that a late tick charges nothing.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<Wake> {
        if let Poll::Ready(Some(())) = self.ring.poll_recv(cx) {
            return Poll::Ready(Wake::Rung);
        }
        if let Some(dial) = &mut self.dial
            && let Poll::Ready(outcome) = dial.as_mut().poll(cx)
        {
            self.dial = None;
            return Poll::Ready(Wake::Dialled(Box::new(outcome)));
        }
        if let Some(link) = &mut self.link
            && let Poll::Ready(wake) = link.poll(cx, !self.is_blocked)
        {
            return Poll::Ready(Wake::Link(wake));
        }
        // A deadline that was told already waits for the socket, not for time.
        let deadline = self.shared.session().poll_timeout().filter(|at| *at > self.ticked);
        match deadline {
            Some(deadline) if !self.is_blocked => {
                self.timer.poll(cx, deadline).map(|()| Wake::Time)
            }
            Some(_) | None => Poll::Pending,
        }
    }

    fn handle(&mut self, wake: Wake) {
        let now = clock::now();
        match wake {
            Wake::Rung => {}
            Wake::Dialled(outcome) => match *outcome {
                Ok(dialled) => self.link_up(now, dialled),
                Err(error) => self.dial_failed(now, error),
            },
            Wake::Link(LinkWake::Sent) => {}
            Wake::Link(LinkWake::Packet(packet)) => {
                let handled = self.shared.session().handle_packet(now, packet);
                if let Err(fault) = handled {
                    self.link_down(now, Some(fault));
                }
                self.shared.settled.notify_waiters();
            }
            Wake::Link(LinkWake::Closed(fault)) => self.link_down(now, fault),
            Wake::Time => {
                self.ticked = now;
                self.shared.session().handle_timeout(now, random());
            }
        }
    }

    fn drain_events(&mut self) {
        loop {
            self.is_blocked = !self.has_room();
            if self.is_blocked {
                return;
            }
            if let Some(error) = self.failed_dial.take() {
                self.tell(Event::DialFailed(error));
                continue;
            }
            let event = self.shared.session().poll_event();
            match event.map(Told::from) {
                None => return,
                Some(Told::Dial) => self.start_dial(),
                Some(Told::CancelDial) => self.dial = None,
                Some(Told::HangUp) => self.link = None,
                Some(Told::User(event)) => self.tell(event),
            }
        }
    }

    /// Asked twice, because the last event may be read between the question and the note that we wait.
    fn has_room(&self) -> bool {
        if self.events.capacity() > 0 {
            return true;
        }
        self.shared.block();
        self.events.capacity() > 0
    }

    fn tell(&mut self, event: Event) {
        if let Event::State(state) = &event {
            debug!(?state, "the link's state");
            self.is_asleep = *state == LinkState::Asleep;
            self.is_over |= matches!(state, LinkState::Closed(_));
            if self.is_asleep {
                self.dial = None;
            }
        }
        // There is room; whoever dropped the other end wants no more of it.
        let _ = self.events.try_send(event);
    }

    fn transmit(&mut self) {
        let Some(link) = &mut self.link else { return };
        while link.can_send() {
            let packet = self.shared.session().poll_transmit(clock::now());
            let Some(packet) = packet else { break };
            link.send(packet);
        }
        if self.is_asleep && link.can_send() {
            self.link = None;
        }
    }

    fn start_dial(&mut self) {
        let (shared, credential) = (Arc::clone(&self.shared), self.credential.clone());
        self.dial = Some(Box::pin(async move {
            let hello = || shared.session().hello(clock::now());
            let dialled = tokio::time::timeout(DIAL_WITHIN, dial(&credential, hello)).await;
            dialled.unwrap_or(Err(DialError::Late))
        }));
    }

    fn link_up(&mut self, now: Time, dialled: Dialled) {
        self.link = Some(Link::new(dialled));
        self.shared.session().link_up(now);
    }

    fn dial_failed(&mut self, now: Time, error: DialError) {
        info!(%error, "a dial failed");
        self.shared.session().dial_failed(now, random(), error.fault().as_ref());
        self.failed_dial = Some(error);
    }

    fn link_down(&mut self, now: Time, fault: Option<Fault>) {
        self.link = None;
        // A token that expired is no reason to give up: the next dial brings a new one, or the news that there is none.
        let fault = fault.filter(|fault| {
            let is_token = fault.code == Code::Unauthenticated;
            if is_token {
                self.credential.forget_now();
            }
            !is_token
        });
        self.shared.session().link_down(now, random(), fault.as_ref());
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("link", &self.link).finish_non_exhaustive()
    }
}

fn random() -> u64 {
    getrandom::u64().expect("the system has randomness")
}
