//! A gateway's life: bind, serve, drain.

use crate::{
    address::{Address, certificate_names},
    announce::announce,
    clock,
    config::Config,
    doorbell,
    fence::Fences,
    guard::Guard,
    hub::Hub,
    limits::NOTICES_MAX,
    listen,
    lock::{LockError, StateLock},
    metrics::Metrics,
    notice::{Notice, Notices},
    pending::Pending,
    push::{Outbox, Reach, Vapid},
    shared::{Phase, Shared},
    tally::Tally,
    tls::{Encryption, TlsError},
    upkeep,
};
use bytes::Bytes;
use devtail_channels::registry::Registry;
use devtail_control::{
    AuthError, BadIssuer, Control, Grant, Issuers, Pairing, StateDir, StateError,
};
use devtail_protocol::ChannelId;
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Instant};
use thiserror::Error;
use tokio::{
    net::{TcpListener, UnixListener},
    sync::{Mutex, broadcast, mpsc, watch},
    task::{JoinSet, spawn_blocking},
    time::timeout_at,
};
use tracing::info;

/// A gateway that listens, and serves once it is [`run`](Self::run).
pub struct Gateway {
    listener: TcpListener,
    bell: UnixListener,
    address: Address,
    noticed: mpsc::Receiver<(ChannelId, Bytes)>,
    shared: Arc<Shared>,
    phase: watch::Sender<Phase>,
    _lock: StateLock,
}

/// Why a gateway cannot serve.
#[derive(Debug, Error)]
pub enum BindError {
    /// The state directory is not private or cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// Another gateway serves the state directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The database or the keys cannot be used.
    #[error("cannot use the state directory: {0}")]
    Control(#[from] AuthError),
    /// An outside issuer is configured wrongly.
    #[error(transparent)]
    Issuer(#[from] BadIssuer),
    /// The port cannot be encrypted.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The doorbell cannot be hung, perhaps because the path is too long for a socket.
    #[error("cannot make gateway.sock in {state}: {source}; choose a shorter path with --state", state = state.display())]
    Doorbell {
        /// The state directory.
        state: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system has no randomness.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// What is made on a blocking thread, for it opens files.
struct Ground {
    lock: StateLock,
    control: Control,
    encryption: Option<Encryption>,
    state: StateDir,
}

impl Gateway {
    /// Takes the state directory and the port.
    ///
    /// # Errors
    /// [`BindError`], each with its remedy.
    pub async fn bind(config: Config) -> Result<Self, BindError> {
        let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let issuers = Issuers::new(config.issuers.clone())?;
        let ground = {
            let (config, machine) = (config.clone(), machine.clone());
            spawn_blocking(move || Ground::prepare(&config, &machine))
                .await
                .expect("preparing does not panic")?
        };
        let listen = config.listen;
        let in_vain = |source| BindError::Listen { listen, source };
        let listener = listen::bind(listen).map_err(in_vain)?;
        let listen = listener.local_addr().map_err(in_vain)?;
        let bell = doorbell::hang(&config.state)
            .map_err(|source| BindError::Doorbell { state: config.state.clone(), source })?;
        let (phase, watched_phase) = watch::channel(Phase::Starting);
        let address = Address::new(&config, listen, ground.encryption.as_ref());
        let vapid = Vapid::load(&ground.state, contact(&config, &address))?;
        let reach = if config.push_private { Reach::Everywhere } else { Reach::Public };
        let push = Outbox::new(vapid, reach, ground.control.clone());
        let (notices, noticed) = mpsc::channel(NOTICES_MAX);
        let shared = Shared {
            address: address.clone(),
            guard: Guard::new(&config, &machine),
            hub: Hub::new(
                Registry::new(config.state.clone(), config.holder.clone()).announcing_to(notices),
            ),
            watchers: Arc::default(),
            push,
            fences: Arc::new(Fences::default()),
            control: ground.control,
            issuers,
            fetching: Mutex::default(),
            metrics: Metrics::default(),
            pending: Arc::new(Pending::new(config.pending_per_address)),
            links_open: Tally::new(),
            notices: Notices::new(),
            phase: watched_phase,
            revocations: watch::Sender::new(0),
            boot: getrandom::u64()?.max(1),
            started: Instant::now(),
            encryption: ground.encryption,
            machine,
            config,
        };
        let shared = Arc::new(shared);
        Ok(Self { listener, bell, address, noticed, shared, phase, _lock: ground.lock })
    }

    /// Where it can be reached.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// What the person at its terminal should see, from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.listen()
    }

    /// Makes a one-time code for a device that is to hold this grant; [`Address::pairing_link`] makes it a link.
    ///
    /// # Errors
    /// If 32 codes wait already, or the database fails.
    pub async fn pair(&self, grant: Grant) -> Result<Pairing, AuthError> {
        let control = self.shared.control.clone();
        spawn_blocking(move || control.create_pairing(clock::now(), &grant))
            .await
            .expect("create_pairing does not panic")
    }

    /// Serves until `shutdown` ends; then asks every link to come back later, waits until they left, and returns. What
    /// is left when the configured patience ends is cut.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut tasks = JoinSet::new();
        tasks.spawn(upkeep::tend(self.shared.clone()));
        tasks.spawn(doorbell::answer(self.bell, self.address.clone(), self.shared.clone()));
        tasks.spawn(announce(self.noticed, self.shared.clone()));
        // Links that come before the channels of a former life are found wait for them.
        let door = tasks.spawn(listen::accept(self.listener, self.shared.clone()));
        let (phase, shared, url) = (&self.phase, &self.shared, &self.address.url);
        let serve = async move {
            let channels = shared.hub.recover().await;
            phase.send_replace(Phase::Serving);
            info!(url, channels, "serving");
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = serve => {}
            () = shutdown => {}
        }
        let until = tokio::time::Instant::now() + self.shared.config.drain;
        self.phase.send_replace(Phase::Draining { until });
        door.abort();
        info!(links = self.shared.links_open.value(), "draining");
        if timeout_at(until, self.shared.links_open.none()).await.is_err() {
            // Every link's task sees the same instant; this waits for them to be gone.
            self.shared.links_open.none().await;
        }
        info!("stopped");
    }
}

impl Ground {
    fn prepare(config: &Config, machine: &str) -> Result<Self, BindError> {
        let state = StateDir::open(&config.state)?;
        let lock = StateLock::take(&state)?;
        let control = Control::open(clock::now(), &config.state)?;
        let encryption =
            Encryption::load(&config.tls, &state, &certificate_names(config, machine))?;
        Ok(Self { lock, control, encryption, state })
    }
}

/// Whom the operator of a push service can turn to: the owner's word, or the page, if it has an address for others.
fn contact(config: &Config, address: &Address) -> String {
    match &config.push_contact {
        Some(contact) => contact.clone(),
        None if address.url.starts_with("https:") => address.url.clone(),
        None => "mailto:devtail@localhost".to_owned(),
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("address", &self.address).finish_non_exhaustive()
    }
}
