//! A conversation on the disk: what was recorded outlives its holder, a power cut included.
//!
//! Records are written as they come. At times they are folded: what they came to stands in their place, so that a message of a
//! thousand pieces is one row. Blocking: a write takes as long as the disk.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::path::Path;

use bytes::Bytes;
use devtail_protocol::{ClientId, Epoch};
use prost::Message as _;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params,
};

use super::limits::{PAGE_BYTES_MAX, TRANSCRIPT_BYTES_MAX};
use super::message::{Bad, Entry, Event, Page, Said, Snapshot, Spec, WishId};
use super::transcript::Transcript;
use super::transcript::join::{self, Part};

/// One file a version; a released one is never edited.
const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/0001_journal.sql")];

/// Why a journal did not do it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// SQLite's own trouble: a full disk, a damaged file.
    #[error("the conversation's file: {0}; look at the disk's free space and the file's owner")]
    Database(#[from] rusqlite::Error),
    /// A newer devtail wrote it.
    #[error(
        "the conversation's file has version {found}, this devtail knows up to {known}; run the newer devtail that wrote it"
    )]
    Newer {
        /// The file's version.
        found: usize,
        /// The newest version this build knows.
        known: usize,
    },
    /// What stands in it is none of ours.
    #[error("the conversation's file is damaged: {0}")]
    Damaged(#[from] Bad),
}

/// How sure a record must be before it is acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sync {
    /// It outlives every process, but not a power cut.
    Process,
    /// It outlives a power cut.
    Power,
}

/// What belongs together: all of it is written, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Records, in order.
    pub records: Vec<Bytes>,
    /// The wish that they are about.
    pub wish: Option<WishId>,
    /// The input that brought it.
    pub applied: Option<(ClientId, u64)>,
    /// What waits for the end of the turn from then on; `None`: as before.
    pub queue: Option<Vec<Said>>,
}

/// What a journal has of a conversation.
#[derive(Debug)]
pub struct Restored {
    /// This life of the Log.
    pub epoch: Epoch,
    /// The Offset of the next record.
    pub head: u64,
    /// What it was begun with.
    pub spec: Spec,
    /// What people read.
    pub transcript: Transcript,
    /// What waits for the end of the turn, whole.
    pub queue: Vec<Said>,
    /// What each client's inputs have come to.
    pub inbox: Vec<(ClientId, u64)>,
}

/// A conversation's file.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    head: u64,
    /// Whether the connection waits for the disk.
    sync: Sync,
}

impl Journal {
    /// Opens the file, or makes one for a conversation that begins.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path, epoch: Epoch, spec: &Spec) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        migrate(&mut connection)?;
        let beside = Transcript::new(spec.clone()).snapshot().encode();
        connection.execute(
            "INSERT OR IGNORE INTO conversation (one, epoch, head, spec, beside) VALUES (1, ?1, 0, ?2, ?3)",
            params![epoch.0.to_be_bytes(), &spec.encode()[..], &beside[..]],
        )?;
        let head = connection.query_row("SELECT head FROM conversation", [], |row| row.get(0))?;
        Ok(Self { connection, head, sync: Sync::Process })
    }

    /// What there is, as whoever holds the conversation needs it.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn restore(&self) -> Result<Restored, JournalError> {
        let (epoch, spec): ([u8; 8], Vec<u8>) =
            self.connection.query_row("SELECT epoch, spec FROM conversation", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let mut inbox = self.connection.prepare("SELECT client, applied FROM inbox")?;
        let inbox = inbox.query_map([], |row| Ok((ClientId(row.get(0)?), row.get(1)?)))?;
        Ok(Restored {
            epoch: Epoch(u64::from_be_bytes(epoch)),
            head: self.head,
            spec: Spec::decode(&spec)?,
            transcript: self.transcript()?,
            queue: self.queue()?,
            inbox: inbox.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a wish was taken before.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn knows(&self, wish: WishId) -> Result<bool, JournalError> {
        let sql = "SELECT 1 FROM wish WHERE id = ?1";
        let mut known = self.connection.prepare_cached(sql)?;
        Ok(known.query_row([wish.0], |_| Ok(())).optional()?.is_some())
    }

    /// Writes what belongs together.
    ///
    /// # Errors
    /// [`JournalError`]; nothing of it is written then.
    pub fn write(&mut self, batch: &Batch, sync: Sync) -> Result<(), JournalError> {
        if sync != self.sync {
            let level = match sync {
                Sync::Process => "NORMAL",
                Sync::Power => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.sync = sync;
        }
        let head = self.head + batch.records.len() as u64;
        let transaction = immediate(&mut self.connection)?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO record (at, body) VALUES (?1, ?2)")?;
            for (at, record) in (self.head..).zip(&batch.records) {
                insert.execute(params![at, &record[..]])?;
            }
            let mut update = transaction.prepare_cached("UPDATE conversation SET head = ?1")?;
            update.execute([head])?;
            if let Some(queue) = &batch.queue {
                transaction.execute("DELETE FROM queued", [])?;
                let mut insert =
                    transaction.prepare_cached("INSERT INTO queued (body) VALUES (?1)")?;
                for waiting in queue {
                    insert.execute([waiting.encode_to_vec()])?;
                }
            }
            if let Some(wish) = batch.wish {
                let mut insert = transaction.prepare_cached("INSERT INTO wish (id) VALUES (?1)")?;
                insert.execute([wish.0])?;
            }
            if let Some((client, applied)) = batch.applied {
                let mut upsert = transaction.prepare_cached(
                    "INSERT INTO inbox (client, applied) VALUES (?1, ?2)
                     ON CONFLICT (client) DO UPDATE SET applied = excluded.applied",
                )?;
                upsert.execute(params![client.0, applied])?;
            }
        }
        transaction.commit()?;
        self.head = head;
        Ok(())
    }

    /// Puts what the records came to in their place.
    ///
    /// # Errors
    /// [`JournalError`]; the records stay then.
    pub fn fold(&mut self) -> Result<(), JournalError> {
        let transaction = immediate(&mut self.connection)?;
        fold(&transaction)?;
        transaction.commit()?;
        Ok(())
    }

    /// Entries that began before this Offset, the newest of them that fit.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn page(&mut self, before: u64) -> Result<Page, JournalError> {
        self.fold()?;
        let (entries, from) = newest(&self.connection, before, PAGE_BYTES_MAX)?;
        Ok(Page { entries, from })
    }

    fn queue(&self) -> Result<Vec<Said>, JournalError> {
        let mut queue = self.connection.prepare("SELECT body FROM queued ORDER BY place")?;
        let queue = queue.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        queue.map(|body| Ok(Said::decode(&body?[..]).map_err(Bad::from)?)).collect()
    }

    fn transcript(&self) -> Result<Transcript, JournalError> {
        let (entries, from) = newest(&self.connection, u64::MAX >> 1, TRANSCRIPT_BYTES_MAX / 2)?;
        let mut waiting = self
            .connection
            .prepare("SELECT body FROM entry WHERE waits = 1 AND at < ?1 ORDER BY at")?;
        let waiting = waiting.query_map([from], |row| row.get::<_, Vec<u8>>(0))?;
        let mut all = Vec::new();
        for body in waiting {
            all.extend(Entry::decode(&body?)?);
        }
        all.extend(entries);
        let mut transcript =
            Transcript::from(Snapshot { entries: all, from, ..beside(&self.connection)? });
        for (at, event) in records(&self.connection)? {
            transcript.apply(at, event);
        }
        Ok(transcript)
    }
}

/// The records that are not folded yet.
fn records(connection: &Connection) -> Result<Vec<(u64, Event)>, JournalError> {
    let mut records = connection.prepare_cached("SELECT at, body FROM record ORDER BY at")?;
    let records = records.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut events = Vec::new();
    for record in records {
        let (at, body) = record?;
        match Event::decode(&body) {
            Ok(event) => events.push((at, event)),
            // A newer devtail wrote it, and went again.
            Err(Bad::Nothing) => {}
            Err(bad) => return Err(bad.into()),
        }
    }
    Ok(events)
}

fn fold(transaction: &Transaction<'_>) -> Result<(), JournalError> {
    // What stands beside the entries.
    let mut transcript = Transcript::from(beside(transaction)?);
    let mut entries: BTreeMap<u64, Entry> = BTreeMap::new();
    // A record that this version does not know stays, for the newer one that wrote it.
    let mut folded = Vec::new();
    for (offset, event) in records(transaction)? {
        folded.push(offset);
        match join::part(offset, event) {
            Part::Begins(entry) => drop(entries.insert(offset, entry)),
            Part::Changes(at, kind) => {
                let entry = match entries.entry(at) {
                    MapEntry::Occupied(entry) => entry.into_mut(),
                    MapEntry::Vacant(vacant) => match entry(transaction, at)? {
                        Some(older) => vacant.insert(older),
                        None => continue,
                    },
                };
                join::change(entry, offset, kind);
            }
            Part::Beside(kind) => {
                transcript.apply(offset, Event { at_ms: 0, turn: 0, entry: None, kind });
            }
        }
    }
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO entry (at, waits, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (at) DO UPDATE SET waits = excluded.waits, body = excluded.body",
    )?;
    for (at, entry) in entries {
        upsert.execute(params![at, entry.waits(), &entry.encode()[..]])?;
    }
    let beside = Snapshot { entries: Vec::new(), from: 0, ..transcript.snapshot() };
    transaction.execute("UPDATE conversation SET beside = ?1", [&beside.encode()[..]])?;
    let mut delete = transaction.prepare_cached("DELETE FROM record WHERE at = ?1")?;
    for at in folded {
        delete.execute([at])?;
    }
    Ok(())
}

fn entry(connection: &Connection, at: u64) -> Result<Option<Entry>, JournalError> {
    let mut one = connection.prepare_cached("SELECT body FROM entry WHERE at = ?1")?;
    let body = one.query_row([at], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    Ok(body.map(|body| Entry::decode(&body)).transpose()?.flatten())
}

fn beside(connection: &Connection) -> Result<Snapshot, JournalError> {
    let sql = "SELECT beside FROM conversation";
    let body = connection.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0))?;
    Ok(Snapshot::decode(&body)?)
}

/// The newest folded entries before an Offset, oldest first, as many as fit, at least one; and from where on none is missing.
fn newest(
    connection: &Connection,
    before: u64,
    bytes_max: usize,
) -> Result<(Vec<Entry>, u64), JournalError> {
    let mut rows =
        connection.prepare_cached("SELECT at, body FROM entry WHERE at < ?1 ORDER BY at DESC")?;
    let mut rows = rows.query([before])?;
    let (mut entries, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(1)?;
        bytes += body.len();
        if bytes > bytes_max && !entries.is_empty() {
            let at: u64 = row.get(0)?;
            entries.reverse();
            return Ok((entries, at + 1));
        }
        entries.extend(Entry::decode(&body)?);
    }
    entries.reverse();
    Ok((entries, 0))
}

fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn migrate(connection: &mut Connection) -> Result<(), JournalError> {
    let transaction = immediate(connection)?;
    let found: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = MIGRATIONS.len();
    let Some(due) = MIGRATIONS.get(found..) else {
        return Err(JournalError::Newer { found, known });
    };
    for migration in due {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
