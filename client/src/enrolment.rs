//! What being a device of a gateway amounts to: all that must be remembered between two runs.

use serde::{Deserialize, Serialize};

use crate::api::{ApiError, post};
use crate::connect::{ConnectError, Connector};
use crate::endpoint::{Endpoint, Fingerprint};
use crate::pairing_link::PairingLink;
use crate::secret::Secret;

/// What a pairing gave. Whoever has its refresh token is this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Where the gateway answers.
    pub endpoint: Endpoint,
    /// The certificate it made for itself; absent if public authorities vouch for it, or without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The gateway's own name for ever.
    pub gateway_id: String,
    /// The host it runs on, for people.
    pub host: String,
    /// This device, as the gateway lists it.
    pub device_id: String,
    /// Its name, for people.
    pub device: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Swapped for an access token, and for its own successor, at each use.
    pub refresh_token: Secret,
}

#[derive(Serialize)]
struct Question<'a> {
    code: &'a str,
    device: &'a str,
    cookie: bool,
}

/// The answer; its access token is left unused: the first link asks for one of its own.
#[derive(Deserialize)]
pub(crate) struct Answer {
    gateway_id: String,
    host: String,
    device_id: String,
    device: String,
    scopes: Vec<String>,
    refresh_token: Secret,
}

/// Redeems a link: from now on this is a device of that gateway, under this name. Save the result before anything else,
/// the code is spent.
///
/// # Errors
/// The gateway cannot be reached or trusted, or does not take the code: it was used, is older than 5 minutes, or wrong.
pub async fn pair(link: &PairingLink, device: &str) -> Result<Enrolment, ApiError> {
    let connector = Connector::new(link.endpoint.clone(), link.fingerprint)?;
    let question = Question { code: link.code.expose(), device, cookie: false };
    let answer: Answer = post(&connector, "/api/pair", &question).await?;
    Ok(answer.enrolment(link.endpoint.clone(), link.fingerprint))
}

impl Answer {
    pub(crate) fn enrolment(
        self,
        endpoint: Endpoint,
        fingerprint: Option<Fingerprint>,
    ) -> Enrolment {
        Enrolment {
            endpoint,
            fingerprint,
            gateway_id: self.gateway_id,
            host: self.host,
            device_id: self.device_id,
            device: self.device,
            scopes: self.scopes,
            refresh_token: self.refresh_token,
        }
    }
}

impl Enrolment {
    pub(crate) fn connector(&self) -> Result<Connector, ConnectError> {
        Connector::new(self.endpoint.clone(), self.fingerprint)
    }
}
