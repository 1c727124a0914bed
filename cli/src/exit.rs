//! How the program ends: a status that scripts can rely on, and one sentence for a person.

use std::fmt;

use devtail_client::{ApiError, ConnectError, CredentialError, DialError, LinkState, StoreError};
use devtail_control::AuthError;
use devtail_gateway::{BindError, ConfigError, RingError};
use devtail_protocol::Fault;

/// What each exit status means; printed by `devtail --help`, and in README.md in the same words.
pub(crate) const TABLE: &str = "\
Exit status:
  0      done
  1      failed; the sentence on standard error says why and what to do
  2      wrong usage: a word that is not understood, or a name that nothing has
  69     the gateway cannot be reached
  70     the terminal was lost, so nobody knows how its program ended
  77     this device may not do this, or must be paired again (devtail pair, devtail connect LINK)
  78     the configuration, the state directory or what is remembered of a gateway cannot be used
  other  of run, connect and attach: the program's own status; 128 + n if signal n ended it";

/// A status of the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Failed,
    Usage,
    Unavailable,
    Lost,
    NotPermitted,
    Config,
    /// The terminal's program's own.
    Program(u8),
}

impl Status {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unavailable => 69,
            Self::Lost => 70,
            Self::NotPermitted => 77,
            Self::Config => 78,
            Self::Program(code) => code,
        }
    }
}

/// A failure with its status.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// What a gateway's Fault amounts to here.
    pub(crate) fn of(fault: &Fault) -> Self {
        use devtail_protocol::Code;
        let status = match fault.code {
            Code::Unauthenticated | Code::Revoked | Code::Denied => Status::NotPermitted,
            Code::BadSpec => Status::Usage,
            Code::BadPacket
            | Code::TooLarge
            | Code::Version
            | Code::HelloExpected
            | Code::HelloTimeout
            | Code::Gone
            | Code::Limit
            | Code::Superseded
            | Code::BadSequence
            | Code::UnknownKind
            | Code::Failed
            | Code::Idle => Status::Failed,
        };
        Self::new(status, printable(&fault.message))
    }
}

/// Words from outside without what could drive a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The status of an error of any sort.
pub(crate) fn status(error: &anyhow::Error) -> Status {
    let found = error.chain().find_map(|cause| {
        let cause: &(dyn std::error::Error + 'static) = cause;
        cause
            .downcast_ref::<Failure>()
            .map(|failure| failure.status)
            .or_else(|| cause.downcast_ref::<ApiError>().map(of_api))
            .or_else(|| cause.downcast_ref::<CredentialError>().map(of_credential))
            .or_else(|| cause.downcast_ref::<StoreError>().map(|_| Status::Config))
            .or_else(|| cause.downcast_ref::<AuthError>().map(of_auth))
            .or_else(|| cause.downcast_ref::<devtail_control::StoreError>().map(|_| Status::Config))
            .or_else(|| cause.downcast_ref::<DialError>().map(of_dial))
            .or_else(|| cause.downcast_ref::<ConnectError>().map(|_| Status::Unavailable))
            .or_else(|| cause.downcast_ref::<RingError>().map(|_| Status::Unavailable))
            .or_else(|| cause.downcast_ref::<ConfigError>().map(|_| Status::Config))
            .or_else(|| cause.downcast_ref::<BindError>().map(|_| Status::Config))
    });
    found.unwrap_or(Status::Failed)
}

const fn of_api(error: &ApiError) -> Status {
    match error {
        ApiError::MustSignIn => Status::NotPermitted,
        ApiError::Connect(_) | ApiError::Http(_) | ApiError::Late | ApiError::SlowDown { .. } => {
            Status::Unavailable
        }
        ApiError::Refused { .. } | ApiError::Malformed => Status::Failed,
    }
}

const fn of_credential(error: &CredentialError) -> Status {
    match error {
        CredentialError::Api(error) => of_api(error),
        CredentialError::Store(_) => Status::Config,
    }
}

fn of_auth(error: &AuthError) -> Status {
    let is_state = matches!(error, AuthError::State(_) | AuthError::Store(_));
    if is_state { Status::Config } else { Status::Failed }
}

fn of_dial(error: &DialError) -> Status {
    if error.must_sign_in() { Status::NotPermitted } else { Status::Unavailable }
}

/// What a link's state means to a command that needs one.
pub(crate) fn of_state(state: &LinkState) -> Option<Failure> {
    match state {
        LinkState::Closed(fault) => Some(Failure::of(fault)),
        LinkState::Connecting
        | LinkState::Live
        | LinkState::Suspect { .. }
        | LinkState::Offline { .. }
        | LinkState::Asleep => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_status_through_its_context() {
        use anyhow::Context as _;
        let error = Err::<(), _>(ApiError::MustSignIn).context("cannot pair").unwrap_err();
        assert_eq!(status(&error).code(), 77);
        assert_eq!(status(&Failure::usage("x").into()).code(), 2);
        assert_eq!(status(&anyhow::anyhow!("x")).code(), 1);
    }

    #[test]
    fn the_readme_and_the_help_say_the_same_of_every_status() {
        let readme = include_str!("../../README.md").split("| exit code | means |\n").nth(1);
        let table = readme.expect("README.md has the table").split("\n\n").next();
        let of_readme: Vec<(String, String)> = table
            .into_iter()
            .flat_map(|table| table.lines().skip(1))
            .map(|row| row.replace('`', ""))
            .filter_map(|row| {
                row.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ").map(owned)
            })
            .collect();
        let of_help: Vec<(String, String)> = TABLE
            .lines()
            .skip(1)
            .filter_map(|line| line.trim().split_once("  ").map(owned))
            .collect();
        assert_eq!(of_readme, of_help);
        let own = [
            Status::Failed,
            Status::Usage,
            Status::Unavailable,
            Status::Lost,
            Status::NotPermitted,
            Status::Config,
        ];
        let codes: Vec<String> = own.iter().map(|status| status.code().to_string()).collect();
        let told: Vec<&str> = of_help.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(told[1..=codes.len()], codes, "after 0, and before the program's own");
    }

    fn owned((code, means): (&str, &str)) -> (String, String) {
        (code.to_owned(), means.trim().to_owned())
    }
}
