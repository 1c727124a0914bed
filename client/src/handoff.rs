//! Going on where another device is: a ticket is made by one and redeemed by the next.

use devtail_protocol::ChannelId;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, post_as};
use crate::connect::Connector;
use crate::credential::{Credential, CredentialError};
use crate::enrolment::{Answer as Paired, Enrolment};
use crate::invitation::Invitation;
use crate::secret::Secret;

/// Where a person is in a channel, as another device left it. No `Debug` of what was typed.
#[derive(Clone, Deserialize)]
pub struct Place {
    #[serde(rename = "channel")]
    id: String,
    /// The channel's kind.
    pub kind: String,
    /// What was typed there and not sent.
    pub draft: String,
}

/// A ticket as its maker shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// The link to open on the other device: a secret.
    pub link: Secret,
    /// Seconds until it can be opened no more.
    pub expires_in: u64,
}

#[derive(Serialize)]
struct Making {
    channel: String,
    epoch: &'static str,
    offset: &'static str,
}

#[derive(Serialize)]
struct Redeeming<'a> {
    ticket: &'a Secret,
    device_name: &'a str,
}

#[derive(Deserialize)]
struct Redeemed {
    place: Place,
}

#[derive(Deserialize)]
struct Welcomed {
    place: Place,
    #[serde(flatten)]
    paired: Paired,
}

/// Makes a ticket to the newest of a channel: whoever opens its link within a minute goes on there.
///
/// # Errors
/// The gateway cannot be reached, does not know the channel, or does not let this device read it.
pub async fn hand_off(
    credential: &Credential,
    channel: ChannelId,
) -> Result<Ticket, CredentialError> {
    let access = credential.access().await?;
    // This device shows nothing of the channel now, so it is at no place in it.
    let making = Making { channel: channel.to_string(), epoch: "0", offset: "0" };
    let made = post_as(credential.connector(), "/api/handoff", &making, Some(&access.token)).await;
    Ok(made?)
}

/// Redeems a ticket as a device that is enrolled: it goes on with its own rights.
///
/// # Errors
/// The gateway cannot be reached, or does not take the ticket: it was used, or is older than a minute.
pub async fn go_on(credential: &Credential, link: &Invitation) -> Result<Place, CredentialError> {
    let access = credential.access().await?;
    let redeeming = Redeeming { ticket: &link.code, device_name: "" };
    let path = "/api/handoff/redeem";
    let done: Redeemed =
        post_as(credential.connector(), path, &redeeming, Some(&access.token)).await?;
    Ok(done.place)
}

/// Redeems a ticket as a newcomer: from now on this is a device of that gateway, with the rights of the ticket's maker.
/// Save the enrolment before anything else, the ticket is spent.
///
/// # Errors
/// As [`go_on`], or the gateway cannot be trusted.
pub async fn join(link: &Invitation, device: &str) -> Result<(Enrolment, Place), ApiError> {
    let connector = Connector::new(link.endpoint.clone(), link.fingerprint)?;
    let redeeming = Redeeming { ticket: &link.code, device_name: device };
    let done: Welcomed = post_as(&connector, "/api/handoff/redeem", &redeeming, None).await?;
    Ok((done.paired.enrolment(link.endpoint.clone(), link.fingerprint), done.place))
}

impl Place {
    /// The channel; `None` if the gateway's answer names none.
    pub fn channel(&self) -> Option<ChannelId> {
        ChannelId::parse(&self.id)
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
