//! Sharing: a link by which others look at one channel until a time.

use devtail_protocol::ChannelId;
use serde::{Deserialize, Serialize};

use crate::api::post_as;
use crate::credential::{Credential, CredentialError};
use crate::secret::Secret;

/// A sharing link as its maker shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Shared {
    /// Names it, to end it.
    pub id: String,
    /// The link: a secret of all who look.
    pub link: Secret,
    /// Seconds until it is over.
    pub expires_in: u64,
}

#[derive(Serialize)]
struct Making<'a> {
    channel: String,
    name: &'a str,
    lasts_s: u64,
}

/// Makes a link by which guests look at a channel, which is called `name`, for so many seconds: a minute to a week.
///
/// # Errors
/// The gateway cannot be reached, does not know the channel, does not let this device share it, or does not take the time.
pub async fn share(
    credential: &Credential,
    channel: ChannelId,
    name: &str,
    lasts_s: u64,
) -> Result<Shared, CredentialError> {
    let access = credential.access().await?;
    let making = Making { channel: channel.to_string(), name, lasts_s };
    let made = post_as(credential.connector(), "/api/share", &making, Some(&access.token)).await;
    Ok(made?)
}
