//! A permission: scopes in a workspace.

use crate::{
    limits::MAX_WORKSPACE_BYTES,
    scope::{Scope, Scopes},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Which workspaces a [`Grant`] is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Workspaces {
    /// Every workspace, those made later included: `*`.
    All,
    /// The one of this name, 1 to 128 bytes without control characters.
    Named(String),
}

impl Workspaces {
    /// True if the named workspace is among them. A person's `*` never matches by accident: no workspace can be named so.
    pub fn covers(&self, workspace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(name) => name == workspace,
        }
    }

    /// The workspaces that are in both; `None` if there are none.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::All, one) | (one, Self::All) => Some(one.clone()),
            (Self::Named(one), Self::Named(two)) => (one == two).then(|| self.clone()),
        }
    }
}

/// A text that cannot name a workspace.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a workspace name has 1 to {MAX_WORKSPACE_BYTES} bytes and no control characters")]
pub struct BadWorkspace;

impl FromStr for Workspaces {
    type Err = BadWorkspace;

    fn from_str(text: &str) -> Result<Self, BadWorkspace> {
        match text {
            "*" => Ok(Self::All),
            name if name.is_empty() || name.len() > MAX_WORKSPACE_BYTES => Err(BadWorkspace),
            name if name.chars().any(char::is_control) => Err(BadWorkspace),
            name => Ok(Self::Named(name.to_owned())),
        }
    }
}

impl fmt::Display for Workspaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl TryFrom<String> for Workspaces {
    type Error = BadWorkspace;

    fn try_from(text: String) -> Result<Self, BadWorkspace> {
        text.parse()
    }
}

impl From<Workspaces> for String {
    fn from(workspaces: Workspaces) -> Self {
        workspaces.to_string()
    }
}

/// A permission: these scopes in these workspaces. Checked when a channel is opened, not per frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What may be done.
    pub scopes: Scopes,
    /// Where it may be done.
    pub workspaces: Workspaces,
}

impl Grant {
    /// These scopes in every workspace.
    pub fn everywhere(scopes: Scopes) -> Self {
        Self { scopes, workspaces: Workspaces::All }
    }

    /// What both grants allow; `None` if that is nothing.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let scopes = self.scopes.intersection(other.scopes);
        let workspaces = self.workspaces.intersection(&other.workspaces)?;
        (!scopes.is_empty()).then_some(Self { scopes, workspaces })
    }

    /// True if it holds this very scope for this workspace.
    pub fn allows(&self, scope: Scope, workspace: &str) -> bool {
        self.scopes.contains(scope) && self.workspaces.covers(workspace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_for_one_workspace_allows_nothing_in_another() {
        let grant = Grant { scopes: Scopes::everyday(), workspaces: "site".parse().unwrap() };
        assert!(grant.allows(Scope::TerminalWrite, "site"));
        assert!(!grant.allows(Scope::TerminalWrite, "site2"));
        assert!(!grant.allows(Scope::TerminalWrite, "*"), "a peer cannot name all workspaces");
        assert!(!grant.allows(Scope::Admin, "site"));
    }

    #[test]
    fn a_workspace_name_is_bounded_and_printable() {
        assert_eq!("".parse::<Workspaces>(), Err(BadWorkspace));
        assert_eq!("a\u{1b}b".parse::<Workspaces>(), Err(BadWorkspace));
        assert_eq!("x".repeat(129).parse::<Workspaces>(), Err(BadWorkspace));
        assert_eq!("*".parse(), Ok(Workspaces::All));
    }
}
