//! Devices enough for all links, enrolled as the owner at the host may: without codes.

use std::time::SystemTime;

use anyhow::{Context as _, Result};
use devtail_client::{Credential, Enrolment, PairingLink, Secret, Store};
use devtail_control::{Control, Grant, Scope, Timestamp};

use crate::gateway::Gateway;

/// Links of one device: as many as a gateway lets it have.
pub const LINKS_PER_DEVICE: usize = 64;

/// The credentials of so many links, [`LINKS_PER_DEVICE`] to a device.
///
/// # Errors
/// The gateway's state cannot be written, or it takes no more devices.
pub fn enrolled(gateway: &Gateway, links: usize) -> Result<Vec<Credential>> {
    let link: PairingLink = gateway.link().parse()?;
    let now = Timestamp::from_system(SystemTime::now());
    let control = Control::open(now, gateway.state()).context("cannot open the state")?;
    let devices = links.div_ceil(LINKS_PER_DEVICE);
    let credentials = (0..devices)
        .map(|number| {
            let name = format!("load {number}");
            let grant = Grant::everywhere(Scope::ALL.into_iter().collect());
            let enrolled = control.enroll(now, &name, grant)?;
            let enrolment = Enrolment {
                endpoint: link.endpoint.clone(),
                fingerprint: link.fingerprint,
                gateway_id: control.gateway_id().to_owned(),
                host: String::new(),
                device_id: enrolled.device.id.to_string(),
                device: name,
                scopes: Vec::new(),
                refresh_token: Secret::new(enrolled.tokens.refresh.expose()),
            };
            Ok(Credential::open(Store::memory(enrolment))?)
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(credentials
        .iter()
        .flat_map(|one| std::iter::repeat_n(one, LINKS_PER_DEVICE))
        .take(links)
        .cloned()
        .collect())
}
