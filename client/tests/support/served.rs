//! One link of the test's gateway: the loop around a `ServerSession`.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use devtail_protocol::link::Class;
use devtail_protocol::position::Unit;
use devtail_protocol::session::{Attached, ServerConfig, ServerEvent, ServerSession};
use devtail_protocol::wire::{Outcome, Sealed};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Time};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Shared, Weather};
use super::host::Read;

struct Served {
    session: ServerSession,
    client: ClientId,
    names: BTreeMap<Ch, ChannelId>,
    shared: Arc<Shared>,
    began: Instant,
}

pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<S>,
    raw: socket2::Socket,
    shared: Arc<Shared>,
    hello: Option<Bytes>,
) {
    let mut changed = shared.changed.subscribe();
    let mut weather = shared.weather.subscribe();
    shared.links.send_modify(|links| *links += 1);
    let number = *shared.links.borrow();
    let session = ServerSession::new(Time::ZERO, ServerConfig { boot: Boot(7) });
    let mut served = Served {
        session,
        client: ClientId([0; 16]),
        names: BTreeMap::new(),
        shared,
        began: Instant::now(),
    };
    {
        let mut hellos = served.shared.hellos.lock().unwrap();
        if hello.is_some() { hellos.0 += 1 } else { hellos.1 += 1 }
    }
    if let Some(hello) = hello {
        served.packet(hello);
    }
    loop {
        let now_weather = *weather.borrow_and_update();
        let silent = match now_weather {
            Weather::Clear => false,
            Weather::Silent => true,
            Weather::SilentUpTo(last) => number <= last,
            Weather::ResetUpTo(last) if number <= last => {
                raw.set_linger(Some(Duration::ZERO)).unwrap();
                return;
            }
            Weather::GoAwayUpTo(last, after_ms) if number <= last => {
                served.session.go_away(after_ms);
                while let Some(packet) = served.next() {
                    let _ = socket.send(Message::Binary(packet)).await;
                }
                let _ = socket.close(None).await;
                return;
            }
            Weather::ResetUpTo(_) | Weather::GoAwayUpTo(..) => false,
        };
        if !silent {
            while let Some(packet) = served.next() {
                if socket.send(Message::Binary(packet)).await.is_err() {
                    return;
                }
            }
        }
        tokio::select! {
            message = socket.next(), if !silent => match message {
                Some(Ok(Message::Binary(packet))) => served.packet(packet),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            () = served.deadline() => {}
            _ = changed.changed() => {}
            _ = weather.changed() => {}
        }
        if served.session.is_closing() {
            return;
        }
    }
}

impl Served {
    fn now(&self) -> Time {
        Time::ZERO + self.began.elapsed()
    }

    async fn deadline(&self) {
        match self.session.poll_timeout() {
            Some(at) => tokio::time::sleep(at.since(self.now())).await,
            None => pending().await,
        }
    }

    fn next(&mut self) -> Option<Bytes> {
        let now = self.now();
        let host = self.shared.host.lock().unwrap();
        self.session.poll_transmit(now, &Read { host: &host, names: &self.names })
    }

    fn packet(&mut self, packet: Bytes) {
        let now = self.now();
        self.session.handle_packet(now, packet).expect("a client keeps the rules");
        while let Some(event) = self.session.poll_event() {
            self.event(now, event);
        }
    }

    fn event(&mut self, now: Time, event: ServerEvent) {
        let mut host = self.shared.host.lock().unwrap();
        match event {
            ServerEvent::Greeted { client, .. } => self.client = client,
            ServerEvent::Open { ch, id, outbox, .. } => {
                self.names.insert(ch, id);
                let echo = host.echo(id);
                let (inputs, applied) = echo.inbox.meet(self.client, outbox);
                let extent = echo.log.extent();
                // No Class that waits for more: each thing that is said is a packet.
                let (unit, class, sealed) = (Unit::Bytes, Class::Conversation, Sealed::Plain);
                self.session.attached(
                    now,
                    ch,
                    Attached { extent, client: None, unit, inputs, applied, class, sealed },
                );
            }
            ServerEvent::Input { ch, seq, bytes } => {
                let applied = host.input(self.names[&ch], self.client, seq, &bytes);
                self.session.settled(now, ch, applied, Outcome::Applied);
                self.shared.changed.send_modify(|count| *count += 1);
            }
            ServerEvent::Fetch { req, query, .. } => self.session.fetched(req, Ok(query)),
            ServerEvent::Close(ch) => drop(self.names.remove(&ch)),
            ServerEvent::Consumed(..) | ServerEvent::Bye => {}
        }
    }
}
