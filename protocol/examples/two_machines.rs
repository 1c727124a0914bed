//! A client and a server talk in one thread, without a socket; the link is cut while the client types.
//!
//! The best door into the house: everything else is this, with real sockets and a real shell.

#![allow(clippy::print_stdout, reason = "an example shows what it did")]

use bytes::Bytes;
use devtail_protocol::link::Class;
use devtail_protocol::log::{Extent, Inbox, Log, Loss, Verdict};
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::session::{
    Attached, ClientConfig, ClientEvent, ClientSession, Logs, ServerConfig, ServerEvent,
    ServerSession,
};
use devtail_protocol::wire::{Outcome, Priority, Sealed};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Time};

/// The host: a program that echoes what it is sent. Its Log and Inbox outlive every link.
struct Host(Log, Inbox);

impl Logs for Host {
    fn extent(&self, _: Ch) -> Option<Extent> {
        Some(self.0.extent())
    }
    fn read(&self, _: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.0.read(from, bytes_max)
    }
    fn snapshot(&self, _: Ch) -> Option<(u64, Bytes)> {
        Some((self.0.extent().head, Bytes::from_static(b"(a screen)")))
    }
    fn end(&self, _: Ch) -> Option<Bytes> {
        None
    }
}

const NOW: Time = Time::ZERO;
const PHONE: ClientId = ClientId([1; 16]);

fn serve(server: &mut ServerSession, host: &mut Host) {
    while let Some(event) = server.poll_event() {
        match event {
            ServerEvent::Open { ch, outbox, .. } => {
                let (inputs, applied) = host.1.meet(PHONE, outbox);
                let (extent, unit, class) = (host.0.extent(), Unit::Bytes, Class::Interactive);
                server.attached(
                    NOW,
                    ch,
                    Attached {
                        extent,
                        client: None,
                        unit,
                        inputs,
                        applied,
                        class,
                        sealed: Sealed::Plain,
                    },
                );
            }
            ServerEvent::Input { ch, seq, bytes } => {
                if host.1.take(PHONE, seq) == Verdict::Apply {
                    host.0.append(&bytes);
                    host.1.settle(PHONE, seq, Outcome::Applied);
                }
                server.settled(NOW, ch, host.1.applied(PHONE), Outcome::Applied);
            }
            ServerEvent::Greeted { .. } | ServerEvent::Close(_) | ServerEvent::Consumed(..) => {}
            ServerEvent::Fetch { .. } | ServerEvent::Bye => {}
        }
    }
}

/// A link carries packets both ways until nobody has anything to say, or it is cut after `packets` of them.
fn link(client: &mut ClientSession, host: &mut Host, mut packets: usize) {
    let mut server = ServerSession::new(NOW, ServerConfig { boot: Boot(7) });
    let hello = client.hello(NOW);
    client.link_up(NOW);
    server.handle_packet(NOW, hello).expect("a Hello is valid");
    serve(&mut server, host);
    while packets > 0 {
        let down = server.poll_transmit(NOW, host);
        let up = client.poll_transmit(NOW);
        if down.is_none() && up.is_none() {
            break;
        }
        down.into_iter().for_each(|packet| {
            client.handle_packet(NOW, packet).expect("a gateway keeps the rules")
        });
        up.into_iter().for_each(|packet| {
            server.handle_packet(NOW, packet).expect("a client keeps the rules")
        });
        serve(&mut server, host);
        packets -= 1;
    }
    client.link_down(NOW, 0, None);
}

fn main() {
    let mut host = Host(Log::new(Epoch(9), Unit::Bytes, 1 << 16, Loss::Snapshot), Inbox::new());
    let config = ClientConfig { client: PHONE, agent: "example".to_owned(), zstd_window_log: 0 };
    let mut client = ClientSession::new(config);
    let spec = Some(Bytes::from_static(b"a shell"));
    let ch = client
        .open(ChannelId([2; 16]), "terminal", spec, None, Priority::Focused)
        .expect("there is room");

    link(&mut client, &mut host, usize::MAX);
    for (cut_after, text) in ["never ", "cut ", "twice"].into_iter().enumerate() {
        client.send(NOW, ch, Bytes::from(text)).expect("there is room");
        link(&mut client, &mut host, cut_after + 1);
    }
    link(&mut client, &mut host, usize::MAX);

    let mut screen = String::new();
    while let Some(event) = client.poll_event() {
        if let ClientEvent::Data { bytes, .. } = event {
            screen += &String::from_utf8_lossy(&bytes);
        }
    }
    assert_eq!(screen, "never cut twice", "typed once, seen once, over {} links", 5);
    println!("{screen}");
}
