//! Who is asking, and may they: [`Control::authenticate`] at the door, [`Control::permit`] at each open.

use crate::{
    access_token,
    audit::{AuditEvent, Entry},
    auth_error::{AuthError, Denied},
    control::Control,
    device::{Device, DeviceId, DeviceName, Origin},
    enrolment::add,
    grant::{Grant, Workspaces},
    issuers::{Issuers, Vouched},
    jwt::Claimed,
    keyring::public_key,
    principal::{Actor, Principal, Who},
    roster,
    scope::Scope,
    store::StoreError,
    timestamp::Timestamp,
};
use devtail_protocol::ChannelId;
use jsonwebtoken::Algorithm;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

impl Control {
    /// Proves who sends this bearer token: one of this gateway's, or one of a trusted outside issuer's.
    ///
    /// # Errors
    /// One variant of [`AuthError`] for each way a token can be wrong; [`AuthError::TokenKey`] and
    /// [`AuthError::IssuerKeysMissing`] may be over once [`Issuers::take_due`] was served.
    pub fn authenticate(
        &self,
        now: Timestamp,
        bearer: &str,
        from: IpAddr,
        issuers: &Issuers,
    ) -> Result<Principal, AuthError> {
        let claimed = Claimed::read(bearer)?;
        let (who, device, grant) = if claimed.issuer == self.gateway_id() {
            let (device, grant) = self.verify_own(now, bearer, &claimed)?;
            (Who::Owner, self.good_device(now, device, from)?, grant)
        } else {
            let vouched = issuers.verify(now, bearer, &claimed)?;
            let device = self.outside_device(now, &vouched, from)?;
            (
                Who::Outside { issuer: vouched.issuer, subject: vouched.subject },
                device,
                vouched.grant,
            )
        };
        let Device { id, guest, .. } = device;
        Ok(Principal { who, device: id, grant, guest, address: Some(from) })
    }

    /// May this principal do this in the workspace of this name? Yes, if both its token and its device hold that very
    /// scope there, and the device was not revoked; no scope implies another, `admin` least of all.
    ///
    /// # Errors
    /// [`Denied`], which is written to the audit log. A guest may do nothing that is not about its one channel:
    /// [`Control::permit_in`] says which channel it is about.
    pub fn permit(
        &self,
        now: Timestamp,
        principal: &Principal,
        scope: Scope,
        workspace: &str,
    ) -> Result<Grant, Denied> {
        self.permit_in(now, principal, scope, workspace, None)
    }

    /// As [`Control::permit`], about one channel; `None` stands for all of them together.
    ///
    /// # Errors
    /// As [`Control::permit`].
    pub fn permit_in(
        &self,
        now: Timestamp,
        principal: &Principal,
        scope: Scope,
        workspace: &str,
        channel: Option<ChannelId>,
    ) -> Result<Grant, Denied> {
        let result = self.0.store.read(|connection| {
            let device = roster::find(connection, principal.device).map_err(StoreError::from)?;
            let device = device.filter(|device| device.is_let_in(now)).ok_or(Denied::Revoked)?;
            if !device.reaches(channel) {
                return Err(Denied::Channel { scope });
            }
            decide(&device, &principal.grant, scope, workspace)
        });
        if let Err(denied) = &result {
            let refusal = Entry::new(
                AuditEvent::Denied,
                Actor::Device(principal.device),
                denied_detail(denied, scope),
            );
            self.refused(now, refusal.about(principal.device).from(principal.address));
        }
        result
    }

    /// Writes into the audit log what a principal is about to have done.
    ///
    /// # Errors
    /// If the database fails; then it must not be done.
    pub fn note(
        &self,
        now: Timestamp,
        principal: &Principal,
        what: &str,
    ) -> Result<(), StoreError> {
        let entry = Entry::new(AuditEvent::Noted, Actor::Device(principal.device), what)
            .about(principal.device)
            .from(principal.address);
        self.0.store.write(|transaction| Ok(entry.write(transaction, now, 1)?))
    }

    fn verify_own(
        &self,
        now: Timestamp,
        bearer: &str,
        claimed: &Claimed,
    ) -> Result<(DeviceId, Grant), AuthError> {
        if claimed.algorithm != Algorithm::EdDSA {
            return Err(AuthError::TokenAlgorithm);
        }
        let key = self.0.store.read(|connection| public_key(connection, now, &claimed.kid))?;
        let key = key.ok_or(AuthError::TokenKey)?;
        access_token::verify(now, bearer, claimed, &key, self.gateway_id())
    }

    fn good_device(&self, now: Timestamp, id: DeviceId, from: IpAddr) -> Result<Device, AuthError> {
        let device = self.0.store.read(|connection| roster::find(connection, id))?;
        let device = device.ok_or(AuthError::DeviceUnknown)?;
        if device.revoked.is_some() {
            let refusal =
                Entry::new(AuditEvent::Denied, Actor::Device(id), "token: device_revoked")
                    .about(id);
            self.refused(now, refusal.from(Some(from)));
            return Err(AuthError::DeviceRevoked);
        }
        if !device.is_let_in(now) {
            return Err(AuthError::ShareOver);
        }
        Ok(device)
    }

    /// The device that stands for a subject of an outside issuer: one a subject, enrolled when first seen.
    fn outside_device(
        &self,
        now: Timestamp,
        vouched: &Vouched,
        from: IpAddr,
    ) -> Result<Device, AuthError> {
        let id = outside_id(vouched);
        match self.good_device(now, DeviceId::from_bytes(id), from) {
            Ok(device) if device.grant == vouched.grant => return Ok(device),
            Ok(_) | Err(AuthError::DeviceUnknown) => {}
            Err(error) => return Err(error),
        }
        let origin =
            Origin::Outside { issuer: vouched.issuer.clone(), subject: vouched.subject.clone() };
        let device = Device::fresh(
            now,
            DeviceName::clean(&vouched.subject),
            origin,
            id,
            vouched.grant.clone(),
        )?;
        self.0.store.write(|transaction| match roster::find(transaction, device.id)? {
            Some(known) => {
                roster::set_grant(transaction, known.id, &vouched.grant)?;
                let detail = format!("{} in {}", vouched.grant.scopes, vouched.grant.workspaces);
                let entry = Entry::new(AuditEvent::Granted, Actor::Host, detail).about(known.id);
                entry.from(Some(from)).write(transaction, now, 1)?;
                Ok(Device { grant: vouched.grant.clone(), ..known })
            }
            None => add(transaction, now, &device, Actor::Host, Some(from)).map(|()| device),
        })
    }
}

fn decide(device: &Device, token: &Grant, scope: Scope, workspace: &str) -> Result<Grant, Denied> {
    if !device.grant.scopes.intersection(token.scopes).contains(scope) {
        return Err(Denied::Scope { scope });
    }
    match workspace.parse() {
        Ok(Workspaces::Named(name))
            if device.grant.workspaces.covers(&name) && token.workspaces.covers(&name) =>
        {
            Ok(Grant { scopes: scope.into(), workspaces: Workspaces::Named(name) })
        }
        Ok(_) | Err(_) => Err(Denied::Workspace { scope }),
    }
}

fn denied_detail(denied: &Denied, scope: Scope) -> String {
    format!("{}: {scope}", denied.code())
}

fn outside_id(vouched: &Vouched) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(b"devtail outside device\0")
        .chain_update((vouched.issuer.len() as u64).to_be_bytes())
        .chain_update(&vouched.issuer)
        .chain_update(&vouched.subject)
        .finalize();
    let (id, _) = digest.split_first_chunk().expect("16 of 32 bytes");
    *id
}
