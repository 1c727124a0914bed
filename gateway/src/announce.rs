//! Who is told what a channel has to say: the devices that may read it and are not looking.

use crate::{
    errand::WORKSPACE,
    push::{Message, Pace},
    shared::Shared,
};
use bytes::Bytes;
use devtail_channels::notification::Notification;
use devtail_channels::registry::Kind;
use devtail_control::{Scope, StoreError, Subscriber};
use devtail_protocol::ChannelId;
use std::{sync::Arc, time::Instant};
use tokio::{sync::mpsc, task::spawn_blocking};
use tracing::{debug, warn};

/// Passes on what channels have to say, until no channel is left that could.
pub(crate) async fn announce(mut notices: mpsc::Receiver<(ChannelId, Bytes)>, shared: Arc<Shared>) {
    let mut pace = Pace::default();
    while let Some((channel, notice)) = notices.recv().await {
        let Some((kind, notification)) = understood(channel, &notice, &shared) else { continue };
        // Who works in it has seen it; a phone in their pocket need not tell them.
        let now = Instant::now();
        if shared.watchers.has_owner(now, channel) || !pace.admits(now, channel, &notification.tag)
        {
            continue;
        }
        match subscribers(kind, notification.want, channel, &shared).await {
            Ok(subscribers) => {
                let message = Message::new(channel, &notification);
                for Subscriber { subscription, .. } in subscribers {
                    shared.push.send(subscription, message.clone());
                }
            }
            Err(error) => warn!(%error, "cannot tell who wants to be notified"),
        }
    }
}

fn understood(channel: ChannelId, notice: &Bytes, shared: &Shared) -> Option<(Kind, Notification)> {
    let kind = Kind::named(shared.hub.running(channel)?.kind()).ok()?;
    let notification = kind.notification(notice);
    if notification.is_none() {
        debug!(%channel, "a notice says nothing for people");
    }
    Some((kind, notification?))
}

/// The subscriptions that want this, of devices that may read the channel and do not look at it now.
async fn subscribers(
    kind: Kind,
    want: &'static str,
    channel: ChannelId,
    shared: &Arc<Shared>,
) -> Result<Vec<Subscriber>, StoreError> {
    let ours = Arc::clone(shared);
    let all = spawn_blocking(move || ours.control.subscribers(want)).await;
    let mut all = all.expect("subscribers does not panic")?;
    let scope: Scope = kind.traits().read_scope.parse().expect("a kind names a scope there is");
    all.retain(|Subscriber { device, .. }| {
        device.grant.allows(scope, WORKSPACE) && !shared.watchers.is_watched_by(channel, device.id)
    });
    Ok(all)
}
