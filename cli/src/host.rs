//! The gateway of this user on this machine, as seen from the side: its state directory and its doorbell.

use std::env;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;
use devtail_control::{Control, Timestamp};
use devtail_gateway::{Address, Config, ConfigError, Folders, RingError, Settings, ring};

use crate::exit::{Failure, Status};

/// Names the state directory, as `devtail up` is told.
#[derive(clap::Args, Debug, Clone, Default)]
pub(crate) struct State {
    /// Configuration file of the gateway [default: ~/.config/devtail/config.toml]
    #[arg(long, env = "DEVTAIL_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// State directory of the gateway [default: what its configuration says, or ~/.local/state/devtail]
    #[arg(long, env = "DEVTAIL_STATE", value_name = "DIR")]
    state: Option<PathBuf>,
}

impl State {
    /// What the environment says, for a command without these flags.
    fn from_env() -> Self {
        let path = |name| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        Self { config: path("DEVTAIL_CONFIG"), state: path("DEVTAIL_STATE") }
    }

    /// As a layer of the configuration.
    pub(crate) fn settings(&self) -> Settings {
        Settings { config: self.config.clone(), state: self.state.clone(), ..Settings::default() }
    }
}

/// A state directory, whether a gateway serves it or not.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    state: PathBuf,
}

impl Host {
    pub(crate) fn new(state: &State) -> Result<Self, ConfigError> {
        let state = Config::state_directory(state.settings(), &Folders::from_env())?;
        Ok(Self { state })
    }

    pub(crate) fn of_this_user() -> Result<Self, ConfigError> {
        Self::new(&State::from_env())
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Where its gateway can be reached; rings, so that it sees what was changed.
    pub(crate) fn address(&self) -> Result<Address, RingError> {
        ring(&self.state)
    }

    /// Who may do what here. A gateway makes that at its first start; nobody else does.
    pub(crate) fn control(&self) -> Result<Control> {
        let never = || {
            let words = format!(
                "no gateway has run on {} yet; start one with `devtail up`, or name its directory with --state",
                self.state.display()
            );
            Failure::new(Status::Unavailable, words).into()
        };
        Control::find(now(), &self.state)?.ok_or_else(never)
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_system(SystemTime::now())
}
