//! The gateway's one typed configuration: TOML file < `DEVTAIL_` variables < flags.
//!
//! [`Settings`] is one layer, everything in it optional; [`Config`] is what the layers come to, checked: a `Config` that
//! exists can be served. Secrets are never in it, only the paths of the files that hold them.

mod error;
mod folders;
mod key;
mod render;
mod settings;

pub use error::ConfigError;
pub use folders::Folders;
pub use settings::{Settings, TlsMode};

use crate::authority::{Authority, WebOrigin};
use devtail_control::IssuerConfig;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// Where the gateway listens unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8377);
const DEFAULT_DRAIN_SECONDS: u64 = 10;
const MAX_DRAIN_SECONDS: u64 = 600;
const DEFAULT_PENDING_PER_ADDRESS: u16 = 16;
const DEFAULT_LOG: &str = "info";

/// What a gateway runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address and port of the one listener. Default 127.0.0.1:8377.
    pub listen: SocketAddr,
    /// The state directory, mode 0700. Default `$XDG_STATE_HOME/devtail`.
    pub state: PathBuf,
    /// How the port is encrypted. Default off, which only a loopback address may have.
    pub tls: Tls,
    /// The name under which others reach the gateway; it is what links carry. Default: the listening address.
    pub public_host: Option<Authority>,
    /// Origins of pages, beside the gateway's own, that may use it. Default none.
    pub allowed_origins: Vec<WebOrigin>,
    /// Outside issuers whose access tokens count. Default none.
    pub issuers: Vec<IssuerConfig>,
    /// How long a stopping gateway waits for its links to leave. Default 10 s, at most 600 s.
    pub drain: Duration,
    /// Connections of one address that may be open without having proved who they are. Default 16.
    pub pending_per_address: u16,
    /// True if `/metrics` answers anyone, false if only this machine. Default false.
    pub metrics_public: bool,
    /// True if push endpoints may lead to this machine and its neighbours, and over plain http to this machine. Default false.
    pub push_private: bool,
    /// Whom the operators of push services can turn to, a mailto or https URL. Default: the page's https URL.
    pub push_contact: Option<String>,
    /// What is logged, as tracing directives. Default `info`.
    pub log: String,
    /// The program that is run as `PROGRAM hold` for each terminal: this one itself. No key sets it.
    pub holder: PathBuf,
}

/// How the port is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: loopback only.
    Off,
    /// TLS 1.3 with a certificate made at first start, which links pin by its fingerprint.
    SelfSigned,
    /// TLS 1.3 with a given certificate chain and key, both PEM.
    Files {
        /// The chain, the server's own certificate first.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
}

impl Config {
    /// Reads the configuration file that `flags` or the environment name, and lays `flags` over it.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, has an unknown key or a value out of range, or what the layers come to must
    /// not be served.
    pub fn load(flags: Settings, folders: &Folders) -> Result<Self, ConfigError> {
        Self::resolve(flags.over_file(folders)?, folders)
    }

    /// The state directory that [`Config::load`] would come to, for who looks at a gateway from the side: nothing else of
    /// the configuration needs to be servable, and if `flags` say it, the file is not even read.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, has an unknown key or a value of the wrong type, or there is no home.
    pub fn state_directory(flags: Settings, folders: &Folders) -> Result<PathBuf, ConfigError> {
        let settings = if flags.state.is_some() { flags } else { flags.over_file(folders)? };
        settings.state(folders)
    }

    /// Checks one merged layer and fills in the defaults.
    ///
    /// # Errors
    /// A value is out of range, or the sum must not be served: see [`ConfigError`].
    pub fn resolve(settings: Settings, folders: &Folders) -> Result<Self, ConfigError> {
        let drain_seconds = settings.drain_seconds.unwrap_or(DEFAULT_DRAIN_SECONDS);
        if drain_seconds > MAX_DRAIN_SECONDS {
            return Err(ConfigError::value("drain_seconds", drain_seconds, "0 to 600"));
        }
        let pending = settings.pending_per_address.unwrap_or(DEFAULT_PENDING_PER_ADDRESS);
        if pending == 0 {
            return Err(ConfigError::value("pending_per_address", pending, "1 to 65535"));
        }
        let config = Self {
            tls: settings.tls()?,
            listen: settings.listen.unwrap_or(DEFAULT_LISTEN),
            state: settings.state(folders)?,
            public_host: settings.public_host,
            allowed_origins: settings.allowed_origins.unwrap_or_default(),
            issuers: settings.issuers,
            drain: Duration::from_secs(drain_seconds),
            pending_per_address: pending,
            metrics_public: settings.metrics_public.unwrap_or(false),
            push_private: settings.push_private.unwrap_or(false),
            push_contact: contact(settings.push_contact)?,
            log: settings.log.unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            holder: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("devtail")),
        };
        config.may_be_served()
    }

    /// The configuration as a commented TOML file: every key with its meaning, unit and default.
    pub fn render(&self) -> String {
        render::render(self)
    }

    fn may_be_served(self) -> Result<Self, ConfigError> {
        if self.tls == Tls::Off && !self.listen.ip().is_loopback() {
            return Err(ConfigError::PublicWithoutTls { listen: self.listen });
        }
        Ok(self)
    }
}

fn contact(given: Option<String>) -> Result<Option<String>, ConfigError> {
    let is_url = |text: &str| text.starts_with("mailto:") || text.starts_with("https://");
    match given {
        Some(text) if !is_url(&text) || text.chars().any(|c| c.is_control() || c == ' ') => {
            Err(ConfigError::value("push_contact", text, "a mailto: or https: URL"))
        }
        given => Ok(given),
    }
}

#[cfg(test)]
mod tests;
