//! How this device proves who it is: an access token in memory, made from the refresh token in the [`Store`].

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::api::{ApiError, post};
use crate::connect::Connector;
use crate::enrolment::Enrolment;
use crate::limits::RENEW_BEFORE;
use crate::secret::Secret;
use crate::store::{Store, StoreError};

/// The proof of one device. A clone shares its tokens.
#[derive(Clone)]
pub struct Credential {
    store: Store,
    connector: Connector,
    access: Arc<Mutex<Option<Access>>>,
}

/// A token for one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The JWT.
    pub token: Secret,
    /// When it expires, in seconds since the Unix epoch.
    pub expires_at: u64,
}

/// Why there is no access token.
#[derive(Debug, Error)]
pub enum CredentialError {
    /// The gateway did not give one.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The refresh token cannot be read or kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Serialize)]
struct Question<'a> {
    refresh_token: &'a Secret,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Secret,
    access_expires_at: u64,
    refresh_token: Option<Secret>,
}

impl Credential {
    /// The credential that a store holds.
    ///
    /// # Errors
    /// The store cannot be read, or its endpoint is none that TLS can check.
    pub fn open(store: Store) -> Result<Self, CredentialError> {
        let connector = store.load()?.connector().map_err(ApiError::from)?;
        Ok(Self { store, connector, access: Arc::default() })
    }

    /// Who this is, as the store says now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn enrolment(&self) -> Result<Enrolment, StoreError> {
        self.store.load()
    }

    pub(crate) const fn connector(&self) -> &Connector {
        &self.connector
    }

    /// A token that is good for at least 30 s more.
    ///
    /// # Errors
    /// See [`CredentialError`].
    pub async fn access(&self) -> Result<Access, CredentialError> {
        let mut kept = Arc::clone(&self.access).lock_owned().await;
        if let Some(access) = kept.as_ref().filter(|access| !access.is_old()) {
            return Ok(access.clone());
        }
        let this = self.clone();
        // A task of its own: a dial that is given up must not lose the answer, and with it the next refresh token.
        let renewal = tokio::spawn(async move {
            let access = this.renew().await?;
            *kept = Some(access.clone());
            Ok(access)
        });
        renewal.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
    }

    /// The gateway did not take this token: the next [`Self::access`] gets another.
    pub(crate) async fn forget(&self, refused: &Access) {
        let mut kept = self.access.lock().await;
        if kept.as_ref() == Some(refused) {
            *kept = None;
        }
    }

    /// Forgets whatever token there is.
    pub(crate) fn forget_now(&self) {
        if let Ok(mut kept) = self.access.try_lock() {
            *kept = None;
        }
    }

    /// Swaps the refresh token; its successor is on disk before the access token is used.
    async fn renew(&self) -> Result<Access, CredentialError> {
        let store = self.store.clone();
        let exclusive = blocking(move || store.exclusive()).await?;
        let mut enrolment = self.store.load()?;
        let question = Question { refresh_token: &enrolment.refresh_token };
        let answer: Answer = post(&self.connector, "/api/token", &question).await?;
        if let Some(successor) = answer.refresh_token {
            enrolment.refresh_token = successor;
            let store = self.store.clone();
            blocking(move || store.save(&enrolment)).await?;
        }
        drop(exclusive);
        Ok(Access { token: answer.access_token, expires_at: answer.access_expires_at })
    }
}

impl Access {
    fn is_old(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.expires_at <= (now + RENEW_BEFORE).as_secs()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("connector", &self.connector).finish_non_exhaustive()
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}
