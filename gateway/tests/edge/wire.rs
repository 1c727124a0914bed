//! HTTP by hand, so that a test can say what no well-kept client would.

use crate::house::PATIENCE;
use devtail_gateway::Address;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The answer without what differs from one moment to the next.
    pub(crate) fn timeless(mut self) -> Self {
        self.head = self
            .head
            .lines()
            .filter(|line| !line.to_ascii_lowercase().starts_with("date:"))
            .collect();
        self
    }
}

pub(crate) async fn dial(address: &Address) -> TcpStream {
    TcpStream::connect(address.listen).await.unwrap()
}

/// Sends one request and reads one answer on a connection of its own.
pub(crate) async fn exchange(address: &Address, request: &str) -> Answer {
    let mut stream = dial(address).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(&mut stream).await
}

/// Reads one answer: its head, and as much body as it announces.
pub(crate) async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    timeout(PATIENCE, read(stream)).await.expect("an answer comes")
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.expect("the head of an answer"));
    }
    let head = String::from_utf8(bytes).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: String::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    answer.body = String::from_utf8_lossy(&body).into_owned();
    answer
}

/// Waits until the peer has closed the connection, by FIN or by RST.
pub(crate) async fn closed(stream: &mut (impl AsyncRead + Unpin)) {
    let mut sink = [0; 1024];
    let end = async { while !matches!(stream.read(&mut sink).await, Ok(0) | Err(_)) {} };
    timeout(PATIENCE, end).await.expect("the gateway closes the connection");
}
