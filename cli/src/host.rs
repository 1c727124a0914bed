//! The gateway of this user on this machine, as seen from the side: its state directory and its doorbell.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;
use devtail_control::{Control, Timestamp};
use devtail_gateway::{Address, Folders, RingError, ring};

/// Names the state directory.
#[derive(clap::Args, Debug, Clone, Default)]
pub(crate) struct State {
    /// State directory of the gateway [default: ~/.local/state/devtail]
    #[arg(long, env = "DEVTAIL_STATE", value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

/// A state directory, whether a gateway serves it or not.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    state: PathBuf,
}

impl Host {
    pub(crate) fn new(state: &State) -> Result<Self> {
        match &state.state {
            Some(state) => Ok(Self { state: state.clone() }),
            None => Self::of_this_user(),
        }
    }

    pub(crate) fn of_this_user() -> Result<Self> {
        let named = std::env::var_os("DEVTAIL_STATE").filter(|state| !state.is_empty());
        match named {
            Some(state) => Ok(Self { state: state.into() }),
            None => Ok(Self { state: Folders::from_env().state()? }),
        }
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Where its gateway can be reached; rings, so that it sees what was changed.
    pub(crate) fn address(&self) -> Result<Address, RingError> {
        ring(&self.state)
    }

    /// Who may do what here.
    pub(crate) fn control(&self) -> Result<Control> {
        Ok(Control::open(now(), &self.state)?)
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_system(SystemTime::now())
}
