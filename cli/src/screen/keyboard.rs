//! What is typed, read as it comes by a thread of its own; and not read on while nobody takes it.

use std::io::{self, Read as _};

use bytes::Bytes;
use devtail_protocol::limits::INPUT_MAX;
use tokio::sync::mpsc;

/// Room for a message's envelope around the keys.
const READ_MAX: usize = INPUT_MAX - 64;

/// Standard input. Its file is shared with the shell that started us, so it is not made non-blocking; the thread that
/// waits in it ends with the process.
#[derive(Debug)]
pub(super) struct Keyboard {
    typed: mpsc::Receiver<Bytes>,
}

impl Keyboard {
    pub(super) fn start() -> Self {
        let (typing, typed) = mpsc::channel(1);
        std::thread::spawn(move || read_all(&typing));
        Self { typed }
    }

    /// The next bytes; empty if there is nobody any more. Cancel-safe.
    pub(super) async fn read(&mut self) -> Bytes {
        self.typed.recv().await.unwrap_or_default()
    }
}

fn read_all(typing: &mpsc::Sender<Bytes>) {
    let mut buffer = vec![0; READ_MAX];
    loop {
        match io::stdin().lock().read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The end, or a terminal that was hung up: the channel's end says so.
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if typing.blocking_send(Bytes::copy_from_slice(&buffer[..count])).is_err() {
                    return;
                }
            }
        }
    }
}
