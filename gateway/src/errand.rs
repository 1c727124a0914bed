//! What a connection has done for it elsewhere, so that its loop never waits: opening channels, asking kinds.

use std::sync::Arc;

use bytes::Bytes;
use devtail_channels::dock::{Bell, Standing};
use devtail_channels::registry::Kind;
use devtail_control::{Denied, DeviceId, Principal, Scope};
use devtail_protocol::limits::READER_NAME_MAX;
use devtail_protocol::session::Attached;
use devtail_protocol::wire::OutboxRange;
use devtail_protocol::{Ch, ChannelId, ClientId, Code, Fault};

use crate::clock;
use crate::docks::Docked;
use crate::rights::Rights;
use crate::shared::Shared;

/// The one workspace there is until workspaces are.
pub(crate) const WORKSPACE: &str = "default";

/// What came of an errand.
#[derive(Debug)]
pub(crate) enum Done {
    Opened { ch: Ch, standing: Standing, opened: Result<(Docked, Attached), Fault> },
    Answered { req: u32, answer: Result<Bytes, Fault> },
}

/// Which channel to open, for whom.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) ch: Ch,
    pub(crate) id: ChannelId,
    pub(crate) kind: String,
    pub(crate) spec: Option<Bytes>,
    pub(crate) outbox: Option<OutboxRange>,
    pub(crate) client: ClientId,
    pub(crate) standing: Standing,
    pub(crate) bell: Arc<Bell>,
}

/// Opens a channel: grant, dock, Inbox.
pub(crate) async fn open(shared: Arc<Shared>, principal: Principal, opening: Opening) -> Done {
    let (ch, standing) = (opening.ch, opening.standing);
    Done::Opened { ch, standing, opened: try_open(&shared, principal, opening).await }
}

async fn try_open(
    shared: &Arc<Shared>,
    principal: Principal,
    opening: Opening,
) -> Result<(Docked, Attached), Fault> {
    let Opening { ch, id, kind, spec, outbox, client, standing, bell } = opening;
    let kind = Kind::named(&kind)?;
    let traits = kind.traits();
    let device = principal.device;
    let rights = rights(
        shared,
        principal,
        (traits.read_scope, traits.write_scope),
        spec.is_some(),
        Some(id),
    )
    .await?;
    let dock = shared.hub.open(kind, id, spec.as_ref()).await?;
    if dock.kind() != traits.name {
        return Err(Fault::new(Code::UnknownKind, "This channel is of another kind."));
    }
    let name = device_name(shared, device).await?;
    let (attachment, opened) = dock.attach(client, name, standing, ch, bell, outbox).await?;
    let extent =
        dock.extent().ok_or_else(|| Fault::new(Code::Gone, "This channel has just ended."))?;
    let (class, sealed) = (traits.class, traits.sealed);
    let attached = Attached {
        extent,
        client: Some(client),
        unit: opened.unit,
        inputs: opened.inputs,
        applied: opened.applied,
        class,
        sealed,
    };
    Ok((Docked { dock, rights, _attachment: attachment, watching: None }, attached))
}

/// Answers a question to a kind, if the principal may ask it. What the kind wants noted stands in the audit log before
/// anything is done; where it cannot be noted, nothing is.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    principal: Principal,
    req: u32,
    kind: String,
    query: Bytes,
) -> Done {
    let answer = async {
        let kind = Kind::named(&kind)?;
        let scope = kind.scope_of(&query)?;
        let concerned = kind.concerns(&query);
        rights(&shared, principal.clone(), (scope, scope), false, concerned).await?;
        if let Some(note) = kind.audit_of(&query) {
            note_down(&shared, principal, note).await?;
        }
        shared.hub.answer(kind, &query).await
    };
    Done::Answered { req, answer: answer.await }
}

/// Writes a note into the audit log, off the async threads.
async fn note_down(shared: &Arc<Shared>, principal: Principal, note: String) -> Result<(), Fault> {
    let shared = Arc::clone(shared);
    let write = move || shared.control.note(clock::now(), &principal, &note);
    match tokio::task::spawn_blocking(write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Fault::new(
            Code::Failed,
            "The gateway cannot write its audit log, so nothing was done; its log says why. Try again.",
        )),
    }
}

/// The kind of a channel that runs, if the principal may read it.
///
/// # Errors
/// [`Code::Gone`], [`Code::Denied`], [`Code::Revoked`], or [`Code::Failed`] if nobody knows.
pub(crate) async fn may_read(
    shared: &Arc<Shared>,
    principal: &Principal,
    id: ChannelId,
) -> Result<&'static str, Fault> {
    let gone = || Fault::new(Code::Gone, "There is no such channel; it may have ended.");
    let traits = Kind::named(shared.hub.running(id).ok_or_else(gone)?.kind())?.traits();
    let scopes = (traits.read_scope, traits.read_scope);
    rights(shared, principal.clone(), scopes, false, Some(id)).await?;
    Ok(traits.name)
}

/// What the principal may do with a channel, or with all of a kind; the authority's database is asked off the async
/// threads.
async fn rights(
    shared: &Arc<Shared>,
    principal: Principal,
    (read, write): (&'static str, &'static str),
    creates: bool,
    channel: Option<ChannelId>,
) -> Result<Rights, Fault> {
    let shared = Arc::clone(shared);
    let asked = tokio::task::spawn_blocking(move || {
        let scope = |name: &str| name.parse::<Scope>().expect("a kind names a scope there is");
        let (control, now) = (&shared.control, clock::now());
        let permit = |name| control.permit_in(now, &principal, scope(name), WORKSPACE, channel);
        permit(read)?;
        let may_write = principal.grant.allows(scope(write), WORKSPACE);
        match (creates, may_write) {
            (true, _) => permit(write).map(|_| Rights::ReadAndWrite),
            (false, true) => match permit(write) {
                Ok(_) => Ok(Rights::ReadAndWrite),
                Err(error @ Denied::Store(_)) => Err(error),
                Err(
                    Denied::Scope { .. }
                    | Denied::Workspace { .. }
                    | Denied::Channel { .. }
                    | Denied::Revoked,
                ) => Ok(Rights::Read),
            },
            (false, false) => Ok(Rights::Read),
        }
    });
    match asked.await {
        Ok(Ok(rights)) => Ok(rights),
        Ok(Err(Denied::Revoked)) => {
            Err(Fault::new(Code::Revoked, "This device was revoked, or its time is over."))
        }
        Ok(Err(
            denied @ (Denied::Scope { .. } | Denied::Workspace { .. } | Denied::Channel { .. }),
        )) => Err(Fault::new(Code::Denied, denied.to_string())),
        Ok(Err(Denied::Store(_))) | Err(_) => Err(unknown()),
    }
}

/// What people call a device.
async fn device_name(shared: &Arc<Shared>, device: DeviceId) -> Result<String, Fault> {
    let shared = Arc::clone(shared);
    let asked = tokio::task::spawn_blocking(move || shared.control.device(device)).await;
    let Ok(Ok(device)) = asked else { return Err(unknown()) };
    let name = device.map_or_else(String::new, |device| device.name.to_string());
    Ok(name[..name.floor_char_boundary(READER_NAME_MAX)].to_owned())
}

/// The authority cannot say: neither yes nor no, and worth another try.
pub(crate) fn unknown() -> Fault {
    Fault::new(
        Code::Failed,
        "The gateway cannot read who may do what; its log says why. Try again.",
    )
}
