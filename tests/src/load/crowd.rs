//! Idle links, and how many of them say that they are live.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use devtail_client::{Client, Config, Credential, Event, Events, LinkState};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What the links said of themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// How many are live now.
    pub live: usize,
    /// How many went down and became live again since the last [`Crowd::mark`].
    pub back: usize,
    /// How many were closed for good.
    pub closed: usize,
    /// How many dials have failed, ever. A dial that fails is no loss: another follows.
    pub failed_dials: u64,
}

/// Clients that have nothing open. Dropped, all of them end.
#[derive(Debug)]
pub struct Crowd {
    told: Arc<Told>,
    clients: Vec<Client>,
    _members: JoinSet<()>,
}

#[derive(Debug)]
struct Told {
    census: watch::Sender<Census>,
    /// How often it was marked: a link that was down before a mark does not come back after it.
    marks: AtomicU64,
}

impl Crowd {
    /// Starts a client with each of these credentials. They dial at once, all of them.
    pub fn gather(credentials: Vec<Credential>) -> Self {
        let told = Arc::new(Told { census: watch::Sender::default(), marks: AtomicU64::new(0) });
        let mut members = JoinSet::new();
        let clients = credentials.into_iter().map(|credential| {
            let (client, events) =
                Client::start(Config { credential, agent: "devtail-load".to_owned() });
            members.spawn(listen(events, Arc::clone(&told)));
            client
        });
        let clients = clients.collect();
        Self { told, clients, _members: members }
    }

    /// How many clients there are.
    pub const fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// What they say now.
    pub fn census(&self) -> Census {
        *self.told.census.borrow()
    }

    /// Waits until all are live.
    ///
    /// # Errors
    /// They are not within this time; the message has the census.
    pub async fn all_live(&self, within: Duration) -> Result<()> {
        self.until(within, "live", |census| census.live == self.len()).await
    }

    /// From now on [`Census::back`] is counted anew.
    pub fn mark(&self) {
        self.told.marks.fetch_add(1, Ordering::SeqCst);
        self.told.census.send_modify(|census| census.back = 0);
    }

    /// Waits until all went down and became live again since the last mark.
    ///
    /// # Errors
    /// As [`Self::all_live`].
    pub async fn all_back(&self, within: Duration) -> Result<()> {
        let all = self.len();
        self.until(within, "back", |census| census.live == all && census.back == all).await
    }

    async fn until(
        &self,
        within: Duration,
        what: &str,
        holds: impl Fn(&Census) -> bool,
    ) -> Result<()> {
        let mut census = self.told.census.subscribe();
        let waited = timeout(within, census.wait_for(holds)).await;
        let all = self.len();
        waited
            .with_context(|| {
                format!("not all of {all} are {what} within {within:?}: {:?}", self.census())
            })?
            .map(drop)
            .context("the crowd has gone")
    }
}

/// Takes one client's events and keeps the census.
async fn listen(mut events: Events, told: Arc<Told>) {
    let mut is_live = false;
    let mut down_since_mark = None;
    while let Some(event) = events.next().await {
        match event {
            Event::State(LinkState::Live) if is_live => {}
            Event::State(LinkState::Live) => {
                is_live = true;
                let is_back = down_since_mark.take() == Some(told.marks.load(Ordering::SeqCst));
                told.census.send_modify(|census| {
                    census.live += 1;
                    census.back += usize::from(is_back);
                });
            }
            Event::State(state) => {
                let (was_live, is_closed) = (is_live, matches!(state, LinkState::Closed(_)));
                if was_live {
                    down_since_mark = Some(told.marks.load(Ordering::SeqCst));
                }
                is_live = false;
                told.census.send_modify(|census| {
                    census.live -= usize::from(was_live);
                    census.closed += usize::from(is_closed);
                });
                if let LinkState::Closed(fault) = state {
                    tracing::warn!(%fault, "a link was closed for good");
                }
            }
            Event::DialFailed(error) => {
                tracing::debug!(%error, "dial");
                told.census.send_modify(|census| census.failed_dials += 1);
            }
            Event::Channel(..) | Event::Fetched { .. } => {}
        }
    }
}
