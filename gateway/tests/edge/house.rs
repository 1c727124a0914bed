//! One running gateway on a port of its own, and a second pair of hands on its state directory.

use crate::wire::{Answer, exchange};
use devtail_control::{Control, Grant, Scopes, Timestamp};
use devtail_gateway::{Address, Config, Folders, Gateway, Notice, RingError, Settings, ring};
use serde_json::{Value, json};
use std::{
    net::IpAddr,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;
use tokio::{
    sync::{broadcast, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// Longer than anything that works takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct House {
    pub(crate) address: Address,
    /// What another process, the CLI, would do with the same state.
    pub(crate) control: Control,
    pub(crate) state: TempDir,
    pub(crate) notices: broadcast::Receiver<Notice>,
    stop: Option<oneshot::Sender<()>>,
    life: JoinHandle<()>,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_system(SystemTime::now())
}

pub(crate) fn config(state: &TempDir, settings: Settings) -> Config {
    let here = Settings {
        listen: Some("127.0.0.1:0".parse().unwrap()),
        state: Some(state.path().to_owned()),
        ..Settings::default()
    };
    Config::resolve(settings.over(here), &Folders::default()).unwrap()
}

impl House {
    pub(crate) async fn open(settings: Settings) -> Self {
        Self::open_in(TempDir::new().unwrap(), settings).await
    }

    pub(crate) async fn open_in(state: TempDir, settings: Settings) -> Self {
        let gateway = Gateway::bind(config(&state, settings)).await.unwrap();
        let control = Control::open(now(), state.path()).unwrap();
        let (stop, stopped) = oneshot::channel();
        let (address, notices) = (gateway.address().clone(), gateway.notices());
        let life = tokio::spawn(gateway.run(async move { drop(stopped.await) }));
        Self { address, control, state, notices, stop: Some(stop), life }
    }

    pub(crate) fn host(&self) -> String {
        self.address.listen.to_string()
    }

    /// Rings at the doorbell, as another process does.
    pub(crate) async fn ring(&self) -> Result<Address, RingError> {
        let state = self.state.path().to_owned();
        tokio::task::spawn_blocking(move || ring(&state)).await.unwrap()
    }

    /// Asks the gateway to stop; `closed` waits until it has.
    pub(crate) fn ask_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn closed(self) {
        timeout(PATIENCE, self.life).await.expect("the gateway stops").unwrap();
    }

    /// A pairing code that grants `scopes`.
    pub(crate) fn code(&self, scopes: Scopes) -> String {
        let pairing = self.control.create_pairing(now(), &Grant::everywhere(scopes)).unwrap();
        pairing.code.expose().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        exchange(
            &self.address,
            &format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host()),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, headers: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host());
        let kind = "Content-Type: application/json\r\n";
        exchange(
            &self.address,
            &format!("{head}{kind}{headers}Content-Length: {}\r\n\r\n{body}", body.len()),
        )
        .await
    }

    /// Pairs a device and returns the answer's JSON.
    pub(crate) async fn pair(&self, device: &str) -> Value {
        let ask = json!({"code": self.code(Scopes::everyday()), "device": device});
        let answer = self.post("/api/pair", "", &ask).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Enrols a device as the owner at the host does; returns its access token.
    pub(crate) fn enrol(&self) -> String {
        let grant = Grant::everywhere(Scopes::everyday());
        let enrolled = self.control.enroll(now(), "laptop", grant).unwrap();
        enrolled.tokens.access.token.expose().to_owned()
    }

    /// An upgrade request with these further header lines.
    pub(crate) fn upgrade(&self, headers: &str) -> String {
        format!(
            "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n",
            self.host()
        )
    }

    /// The value of a metric's line, labels included in its name; 0 if there is no such line.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let page = self.get("/metrics").await;
        assert_eq!(page.status, 200);
        let line = page.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }
}

pub(crate) fn here() -> IpAddr {
    [127, 0, 0, 1].into()
}
