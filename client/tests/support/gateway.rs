//! A gateway for tests: the protocol's `ServerSession` on real sockets, and levers for what goes wrong with those.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use devtail_client::{Config, Credential, Enrolment, Secret, Store};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::host::Host;
use super::visitor;

/// What happens on the links that are up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// All is well.
    Clear,
    /// Bytes go nowhere, and nobody is told: new connections hang as well.
    Silent,
    /// As `Silent`, for the links that are up at this moment; new ones are served.
    SilentUpTo(u64),
    /// Links up to this one are reset.
    ResetUpTo(u64),
    /// Links up to this one are told to come back after so many milliseconds, and closed.
    GoAwayUpTo(u64, u32),
}

/// What all connections of the gateway share.
pub struct Shared {
    pub host: Mutex<Host>,
    /// Counts changes of the host, for links that have nothing to send.
    pub changed: watch::Sender<u64>,
    pub weather: watch::Sender<Weather>,
    /// How many links were upgraded so far.
    pub links: watch::Sender<u64>,
    pub access: Mutex<HashSet<String>>,
    /// The refresh token that is taken next.
    pub refresh: Mutex<Option<String>>,
    /// How many tokens were made.
    pub made: Mutex<u32>,
    /// What every upgrade is answered with, instead of a link.
    pub refuses: Mutex<Option<(u16, &'static str)>>,
    /// How many Hellos came in the header, and how many as a message.
    pub hellos: Mutex<(u32, u32)>,
    pub tls: Option<tokio_rustls::TlsAcceptor>,
}

/// A running gateway.
pub struct Gateway {
    pub address: SocketAddr,
    pub shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

impl Gateway {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    pub fn start_with(tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let shared = Arc::new(Shared {
            host: Mutex::default(),
            changed: watch::channel(0).0,
            weather: watch::channel(Weather::Clear).0,
            links: watch::channel(0).0,
            access: Mutex::default(),
            refresh: Mutex::new(Some("refresh-0".to_owned())),
            made: Mutex::default(),
            refuses: Mutex::default(),
            hellos: Mutex::default(),
            tls,
        });
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut gateway = Self { address, shared, tasks: JoinSet::new() };
        gateway.listen();
        gateway
    }

    /// Every connection is dropped and the port closed, as by `kill -9`.
    pub async fn kill(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Serves on the same port again.
    pub fn listen(&mut self) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.address).unwrap();
        let listener = socket.listen(64).unwrap();
        self.address = listener.local_addr().unwrap();
        self.tasks.spawn(serve(listener, Arc::clone(&self.shared)));
    }

    pub fn host(&self) -> MutexGuard<'_, Host> {
        self.shared.host.lock().unwrap()
    }

    /// Says something without being asked.
    pub fn say(&self, id: devtail_protocol::ChannelId, bytes: &[u8]) {
        self.host().echo(id).log.append(bytes);
        self.shared.changed.send_modify(|count| *count += 1);
    }

    pub fn links(&self) -> u64 {
        *self.shared.links.borrow()
    }

    pub fn weather(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }

    pub fn enrolment(&self) -> Enrolment {
        let scheme = if self.shared.tls.is_some() { "https" } else { "http" };
        Enrolment {
            endpoint: format!("{scheme}://{}", self.address).parse().unwrap(),
            fingerprint: None,
            gateway_id: "g".into(),
            host: "test".into(),
            device_id: "d".into(),
            device: "test".into(),
            scopes: vec![],
            refresh_token: Secret::new("refresh-0"),
        }
    }

    pub fn config(&self, store: Store) -> Config {
        Config { credential: Credential::open(store).unwrap(), agent: "test".into() }
    }

    pub fn memory(&self) -> Config {
        self.config(Store::memory(self.enrolment()))
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut visitors = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        visitors.spawn(visitor::receive(stream, Arc::clone(&shared)));
    }
}
