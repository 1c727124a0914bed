//! Where devices want to be told of things while nobody looks (RFC 8030), and with which keys (RFC 8291).

use crate::{
    control::Control,
    device::{Device, DeviceId},
    limits::MAX_SUBSCRIPTIONS_PER_DEVICE,
    roster,
    store::StoreError,
    timestamp::Timestamp,
};
use rusqlite::{Connection, Row, Transaction, params};
use std::fmt;

/// A push subscription as a browser made it.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Where its push service takes messages: whoever knows it and our key can send some.
    pub endpoint: String,
    /// The browser's public key, an uncompressed point of P-256.
    pub p256dh: [u8; 65],
    /// The secret that only the browser and this gateway know.
    pub auth: [u8; 16],
    /// What it wants to be told, in the kinds' words.
    pub wants: Vec<String>,
}

/// A subscription of a device that is let in.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// The device.
    pub device: Device,
    /// Its subscription.
    pub subscription: Subscription,
}

impl Control {
    /// Remembers a subscription of a device that was not revoked; of more than 4 of a device the oldest is forgotten. An
    /// endpoint that is known goes over to the device that shows it now.
    ///
    /// # Errors
    /// If the database fails. A device that was revoked, or is unknown, subscribes to nothing and is told nothing.
    pub fn subscribe(
        &self,
        now: Timestamp,
        device: DeviceId,
        subscription: &Subscription,
    ) -> Result<(), StoreError> {
        self.0.store.write(|transaction| {
            let device = roster::find(transaction, device)?;
            let Some(device) = device.filter(|device| device.is_let_in(now)) else {
                return Ok(());
            };
            insert(transaction, now, device.id, subscription)?;
            transaction.execute(
                "DELETE FROM push_subscriptions WHERE id IN (SELECT id FROM push_subscriptions
                 WHERE device = ? ORDER BY created_ms DESC, id DESC LIMIT -1 OFFSET ?)",
                params![device.id, MAX_SUBSCRIPTIONS_PER_DEVICE],
            )?;
            Ok(())
        })
    }

    /// Forgets the subscription of a device at this endpoint, or all of them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn unsubscribe(&self, device: DeviceId, endpoint: Option<&str>) -> Result<(), StoreError> {
        self.0.store.write(|transaction| {
            transaction.execute(
                "DELETE FROM push_subscriptions WHERE device = ?1 AND (?2 IS NULL OR endpoint = ?2)",
                params![device, endpoint],
            )?;
            Ok(())
        })
    }

    /// Forgets a subscription that its push service knows no more.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_subscription(&self, endpoint: &str) -> Result<(), StoreError> {
        self.0.store.write(|transaction| {
            let sql = "DELETE FROM push_subscriptions WHERE endpoint = ?";
            transaction.execute(sql, params![endpoint])?;
            Ok(())
        })
    }

    /// Every subscription of the devices that are let in, which want to be told this.
    ///
    /// # Errors
    /// If the database fails.
    pub fn subscribers(&self, want: &str) -> Result<Vec<Subscriber>, StoreError> {
        self.0.store.read(|connection| {
            let mut all = read_all(connection)?;
            all.retain(|(_, subscription)| subscription.wants.iter().any(|word| word == want));
            let mut subscribers = Vec::new();
            for (device, subscription) in all {
                let device = roster::find(connection, device)?;
                subscribers.extend(
                    device
                        .filter(|device| device.revoked.is_none() && device.guest.is_none())
                        .map(|device| Subscriber { device, subscription }),
                );
            }
            Ok(subscribers)
        })
    }
}

fn insert(
    transaction: &Transaction<'_>,
    now: Timestamp,
    device: DeviceId,
    subscription: &Subscription,
) -> rusqlite::Result<()> {
    let Subscription { endpoint, p256dh, auth, wants } = subscription;
    transaction.execute(
        "INSERT OR REPLACE INTO push_subscriptions (endpoint, device, p256dh, auth, wants, created_ms)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![endpoint, device, p256dh.as_slice(), auth.as_slice(), wants.join(" "), now],
    )?;
    Ok(())
}

fn read_all(connection: &Connection) -> rusqlite::Result<Vec<(DeviceId, Subscription)>> {
    let mut select = connection.prepare_cached(
        "SELECT device, endpoint, p256dh, auth, wants FROM push_subscriptions ORDER BY id",
    )?;
    select.query_map([], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<(DeviceId, Subscription)> {
    let wants: String = row.get(4)?;
    let subscription = Subscription {
        endpoint: row.get(1)?,
        p256dh: row.get(2)?,
        auth: row.get(3)?,
        wants: wants.split(' ').map(str::to_owned).collect(),
    };
    Ok((row.get(0)?, subscription))
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("wants", &self.wants).finish_non_exhaustive()
    }
}
