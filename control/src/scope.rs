//! What may be done: seven scopes and sets of them.
//!
//! No scope implies another. `admin` is the right to manage devices, pairings and keys of the gateway and nothing else:
//! who holds only `admin` cannot open a terminal, and who may write to a terminal but not read it may not read it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// One thing that may be done in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// See terminals and their output.
    #[serde(rename = "terminal:read")]
    TerminalRead,
    /// Open, type into, resize, name and kill terminals.
    #[serde(rename = "terminal:write")]
    TerminalWrite,
    /// Talk to coding agents.
    #[serde(rename = "agent")]
    Agent,
    /// Read files.
    #[serde(rename = "files:read")]
    FilesRead,
    /// Change files.
    #[serde(rename = "files:write")]
    FilesWrite,
    /// Reach a TCP port through the gateway.
    #[serde(rename = "tunnel")]
    Tunnel,
    /// Manage devices, pairings and keys; implies none of the others.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope, in the order they are listed to a person.
    pub const ALL: [Self; 7] = [
        Self::TerminalRead,
        Self::TerminalWrite,
        Self::Agent,
        Self::FilesRead,
        Self::FilesWrite,
        Self::Tunnel,
        Self::Admin,
    ];

    /// The scope's name on the wire, in tokens and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TerminalRead => "terminal:read",
            Self::TerminalWrite => "terminal:write",
            Self::Agent => "agent",
            Self::FilesRead => "files:read",
            Self::FilesWrite => "files:write",
            Self::Tunnel => "tunnel",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no scope.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "no such scope; the scopes are terminal:read, terminal:write, agent, files:read, files:write, tunnel and admin"
)]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or(UnknownScope)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct Scopes(u8);

impl Scopes {
    /// No scope at all.
    pub const NONE: Self = Self(0);

    /// What a person's own device is given unless they say otherwise: everything but `admin`.
    pub fn everyday() -> Self {
        Scope::ALL.into_iter().filter(|scope| *scope != Scope::Admin).collect()
    }

    /// True if the set holds the scope itself; nothing is implied.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes that are in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// True if the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set in their listed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self(scope.bit())
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.iter().collect()
    }
}

/// The names, separated by one space.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

/// Reads what [`Display`](fmt::Display) writes.
impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(words: &str) -> Result<Self, UnknownScope> {
        words.split_ascii_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_implies_another() {
        for held in Scope::ALL {
            for asked in Scope::ALL {
                assert_eq!(Scopes::from(held).contains(asked), held == asked, "{held} and {asked}");
            }
        }
    }

    #[test]
    fn every_scope_is_read_back_from_its_name_as_text_and_as_json() {
        let all: Scopes = Scope::ALL.into_iter().collect();
        assert_eq!(all.to_string().parse(), Ok(all));
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(json.matches("terminal:").count(), 2);
        assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), all);
        assert_eq!("terminal:all".parse::<Scopes>(), Err(UnknownScope));
    }

    #[test]
    fn an_everyday_device_is_no_administrator() {
        assert!(!Scopes::everyday().contains(Scope::Admin));
        assert_eq!(Scopes::everyday().iter().count(), Scope::ALL.len() - 1);
    }
}
