//! A client types three lines to a host that echoes them; its link is reset after each. The gateway here is the tests'.

#![allow(clippy::print_stdout, reason = "an example shows what it did")]

#[path = "../tests/support/mod.rs"]
mod support;

use bytes::Bytes;
use devtail_client::{ChannelEvent, Client, Event};
use devtail_protocol::wire::Priority;
use support::gateway::{Gateway, Weather};
use support::view::ECHO;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let gateway = Gateway::start();
    let (client, mut events) = Client::start(gateway.memory());
    let ch = client
        .open(ECHO, "echo", Some(Bytes::new()), None, Priority::Focused)
        .expect("there is room");
    let mut lines = ["never ", "cut ", "twice\n"].into_iter();
    client.send(ch, Bytes::from_static(b"> ")).expect("there is room");
    while let Some(event) = events.next().await {
        match event {
            Event::State(state) => println!("[{state:?}]"),
            Event::Channel(_, ChannelEvent::Data { off, bytes }) => {
                print!("{}", String::from_utf8_lossy(&bytes));
                client.consume(ch, off + bytes.len() as u64);
                let Some(line) = lines.next() else { return };
                client.send(ch, Bytes::from(line)).expect("there is room");
                gateway.weather(Weather::ResetUpTo(gateway.links()));
            }
            Event::Channel(..) | Event::DialFailed(_) | Event::Fetched { .. } => {}
        }
    }
}
