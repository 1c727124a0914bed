//! A device that reads a terminal and types into it, without a link between.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use devtail_channels::dock::{Attachment, Bell, Dock, Note, Standing};
use devtail_channels::terminal::{End, Input, Screen, Size, Snapshot};
use devtail_protocol::wire::{Inputs, Outcome};
use devtail_protocol::{Ch, ClientId};

/// The first Open of a client's first Link.
pub(crate) const FIRST: Standing = Standing { generation: 1, open: 1 };

/// One device that reads a terminal.
pub(crate) struct Reader {
    pub(crate) dock: Arc<Dock>,
    pub(crate) client: ClientId,
    pub(crate) bell: Arc<Bell>,
    pub(crate) screen: Screen,
    pub(crate) seq: u64,
    /// Everything it read.
    pub(crate) log: Vec<u8>,
    pub(crate) _attachment: Attachment,
}

impl Reader {
    pub(crate) async fn attach(dock: &Arc<Dock>, client: ClientId) -> Self {
        let bell = Arc::new(Bell::default());
        let (attachment, opened) = dock
            .attach(client, name(client).into(), FIRST, Ch(1), Arc::clone(&bell), None)
            .await
            .unwrap();
        assert_eq!(opened.inputs, Inputs::Known);
        let extent = dock.extent().unwrap();
        let screen = Screen::at(Size::default(), extent.base);
        Self {
            dock: Arc::clone(dock),
            client,
            bell,
            screen,
            seq: opened.applied,
            log: Vec::new(),
            _attachment: attachment,
        }
    }

    pub(crate) fn read(&mut self) {
        while let Some(bytes) =
            self.dock.read(self.screen.offset(), 64 << 10).filter(|bytes| !bytes.is_empty())
        {
            self.screen.feed(&bytes);
            self.log.extend_from_slice(&bytes);
        }
    }

    pub(crate) fn send(&mut self, input: &Input) -> u64 {
        self.seq += 1;
        self.dock.input(self.client, self.seq, input.encode());
        self.seq
    }

    pub(crate) fn keys(&mut self, keys: &str) -> u64 {
        self.send(&Input::Keys(Bytes::copy_from_slice(keys.as_bytes())))
    }

    /// Reads until this holds.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                self.read();
                if holds(self) {
                    return;
                }
                self.bell.rung().await;
            }
        });
        if waited.await.is_err() {
            panic!("waited in vain for: {what}; the screen:\n{}", self.screen.contents());
        }
    }

    pub(crate) async fn shows(&mut self, text: &str) {
        self.until(text, |reader| reader.screen.contents().contains(text)).await;
    }

    pub(crate) async fn settled(&mut self, seq: u64) -> Outcome {
        let bell = Arc::clone(&self.bell);
        let wait = async {
            loop {
                while let Some(note) = bell.take() {
                    match note {
                        Note::Settled(_, upto, outcome) if upto >= seq => return outcome,
                        Note::Settled(..) | Note::Echoed(..) => {}
                        Note::Lost(_, fault) => panic!("{fault:?}"),
                    }
                }
                bell.rung().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("an input is settled")
    }

    pub(crate) async fn end(&mut self) -> End {
        self.until("the end", |reader| reader.dock.end().is_some()).await;
        End::decode(&self.dock.end().unwrap()).unwrap()
    }

    pub(crate) async fn snapshot(&mut self) -> (u64, Snapshot) {
        let dock = Arc::clone(&self.dock);
        let bell = Arc::clone(&self.bell);
        let wait = async {
            loop {
                if let Some((at, state)) = dock.snapshot() {
                    return (at, Snapshot::decode(&state).unwrap());
                }
                bell.rung().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a snapshot comes")
    }
}

/// What people call a client's device.
pub(crate) const fn name(client: ClientId) -> &'static str {
    match client.0[0] {
        1 => "Ann's phone",
        2 => "Ben's desk",
        _ => "a device",
    }
}
