//! Where configuration and state live unless somebody says otherwise.

use super::ConfigError;
use std::{env, path::PathBuf};

/// The folders of the person who runs the gateway, by the XDG base directory rules.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// `$HOME`, absent if it is not set.
    pub home: Option<PathBuf>,
    /// `$XDG_STATE_HOME`, absent if it is not set or not absolute.
    pub state_home: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, absent if it is not set or not absolute.
    pub config_home: Option<PathBuf>,
}

impl Folders {
    /// Reads the folders from the environment.
    pub fn from_env() -> Self {
        // The XDG rules: a relative path is to be ignored.
        let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Self {
            home: folder("HOME"),
            state_home: folder("XDG_STATE_HOME"),
            config_home: folder("XDG_CONFIG_HOME"),
        }
    }

    /// The state directory: `$XDG_STATE_HOME/devtail`, or `~/.local/state/devtail`.
    ///
    /// # Errors
    /// [`ConfigError::NoHome`] if neither variable is set.
    pub fn state(&self) -> Result<PathBuf, ConfigError> {
        let base =
            self.state_home.clone().or_else(|| Some(self.home.as_ref()?.join(".local/state")));
        let base = base.ok_or(ConfigError::NoHome {
            variable: "XDG_STATE_HOME",
            what: "the state",
            flag: "--state",
        })?;
        Ok(base.join("devtail"))
    }

    /// The configuration file: `$XDG_CONFIG_HOME/devtail/config.toml`, or `~/.config/devtail/config.toml`.
    ///
    /// # Errors
    /// [`ConfigError::NoHome`] if neither variable is set.
    pub fn config_file(&self) -> Result<PathBuf, ConfigError> {
        let base = self.config_home.clone().or_else(|| Some(self.home.as_ref()?.join(".config")));
        let missing = ConfigError::NoHome {
            variable: "XDG_CONFIG_HOME",
            what: "the configuration",
            flag: "--config",
        };
        Ok(base.ok_or(missing)?.join("devtail/config.toml"))
    }
}
