//! Every kind a host offers, by name; the only place beside `lib.rs` that names them all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use devtail_protocol::link::Class;
use devtail_protocol::wire::Sealed;
use devtail_protocol::{ChannelId, Code, Fault};

use crate::dock::{Dock, Notices};
use crate::notification::Notification;
use crate::terminal;

/// What a kind is to the layers that do not name it.
#[derive(Debug, Clone, Copy)]
pub struct Traits {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its payloads are to a person.
    pub class: Class,
    /// How its payloads are compressed.
    pub sealed: Sealed,
    /// The scope needed to read.
    pub read_scope: &'static str,
    /// The scope needed to create, and to send inputs.
    pub write_scope: &'static str,
}

/// The kinds there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program on a PTY.
    Terminal,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Terminal];

    /// The kind of this name.
    ///
    /// # Errors
    /// [`Code::UnknownKind`].
    pub fn named(name: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|kind| kind.traits().name == name).ok_or_else(|| {
            Fault::new(
                Code::UnknownKind,
                format!("This gateway has no channels of kind {name:?}. Update it, or the app."),
            )
        })
    }

    /// The scope that a query needs: the kind's to read, or to write if it changes something.
    ///
    /// # Errors
    /// [`Code::BadSpec`] if the kind does not take the query.
    pub fn scope_of(self, query: &Bytes) -> Result<&'static str, Fault> {
        let traits = self.traits();
        let changes = match self {
            Self::Terminal => terminal::host::changes(query)?,
        };
        Ok(if changes { traits.write_scope } else { traits.read_scope })
    }

    /// What the audit log is to say of a query before it is answered; most are nothing to it.
    pub fn audit_of(self, query: &Bytes) -> Option<String> {
        match self {
            Self::Terminal => terminal::host::audit(query),
        }
    }

    /// What a notice of one of its channels says to people; `None` if it says nothing.
    pub fn notification(self, notice: &[u8]) -> Option<Notification> {
        match self {
            Self::Terminal => terminal::host::notification(notice),
        }
    }

    /// The one channel that a question is about; `None` if it is about all of them, or cannot be read.
    pub fn concerns(self, query: &[u8]) -> Option<ChannelId> {
        match self {
            Self::Terminal => terminal::Query::decode(query).ok()?.concerns(),
        }
    }

    /// What it is to others.
    pub const fn traits(self) -> Traits {
        match self {
            Self::Terminal => Traits {
                name: terminal::KIND,
                class: Class::Interactive,
                sealed: Sealed::Context(0),
                read_scope: "terminal:read",
                write_scope: "terminal:write",
            },
        }
    }
}

/// Where a host keeps what its channels need.
#[derive(Debug, Clone)]
pub struct Registry {
    /// The gateway's state directory, 0700.
    state: PathBuf,
    /// The program that is run as a holder, as `PROGRAM hold`.
    program: PathBuf,
    /// Where channels say what people should know who look elsewhere.
    notices: Option<Notices>,
}

impl Registry {
    /// A registry over this state directory; `program` is run as a holder.
    pub const fn new(state: PathBuf, program: PathBuf) -> Self {
        Self { state, program, notices: None }
    }

    /// Its channels say there what people should know who look elsewhere.
    #[must_use]
    pub fn announcing_to(self, notices: Notices) -> Self {
        Self { notices: Some(notices), ..self }
    }

    fn docked(&self, dock: Dock) -> Arc<Dock> {
        if let Some(notices) = &self.notices {
            dock.announce_to(notices.clone());
        }
        Arc::new(dock)
    }

    /// The channels that outlived the last gateway.
    pub async fn recover(&self) -> Vec<Arc<Dock>> {
        let mut docks = Vec::new();
        for kind in Kind::ALL {
            match kind {
                Kind::Terminal => docks.extend(terminal::host::recover(&self.state).await),
            }
        }
        docks.into_iter().map(|dock| self.docked(dock)).collect()
    }

    /// Creates a channel.
    ///
    /// # Errors
    /// [`Code::BadSpec`] if the kind does not take the spec, [`Code::Failed`] if it cannot be created.
    pub async fn create(
        &self,
        kind: Kind,
        id: ChannelId,
        spec: &Bytes,
    ) -> Result<Arc<Dock>, Fault> {
        match kind {
            Kind::Terminal => terminal::host::create(&self.state, &self.program, id, spec)
                .await
                .map(|dock| self.docked(dock)),
        }
    }

    /// A running channel that this gateway has lost sight of.
    ///
    /// # Errors
    /// [`Code::Gone`] if nobody holds it, [`Code::Failed`] if its holder does not answer now.
    pub async fn find(&self, kind: Kind, id: ChannelId) -> Result<Arc<Dock>, Fault> {
        match kind {
            Kind::Terminal => {
                terminal::host::find(&self.state, id).await.map(|dock| self.docked(dock))
            }
        }
    }

    /// Answers a question to a kind about its channels.
    ///
    /// # Errors
    /// [`Code::BadSpec`] if the kind does not take the query; what the kind says if it cannot be done.
    pub async fn answer(
        &self,
        kind: Kind,
        query: &Bytes,
        docks: &[Arc<Dock>],
    ) -> Result<Bytes, Fault> {
        match kind {
            Kind::Terminal => {
                terminal::host::answer(&self.state, &self.program, query, docks).await
            }
        }
    }

    /// The state directory.
    pub fn state(&self) -> &Path {
        &self.state
    }
}
