//! One layer of the configuration: flags and environment, or the file.

use super::{ConfigError, Folders, Tls, key};
use crate::authority::{Authority, WebOrigin};
use clap::{Args, ValueEnum};
use devtail_control::IssuerConfig;
use serde::Deserialize;
use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// One layer: what it does not say is absent. Flags and `DEVTAIL_` variables fill it through clap, the file through serde.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Configuration file [default: ~/.config/devtail/config.toml]
    #[arg(long, env = "DEVTAIL_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8377]
    #[arg(long, env = "DEVTAIL_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// State directory [default: ~/.local/state/devtail]
    #[arg(long, env = "DEVTAIL_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// How the port is encrypted [default: off, or files if a certificate is given]
    #[arg(long, env = "DEVTAIL_TLS", value_name = "MODE")]
    pub tls: Option<TlsMode>,
    /// Certificate chain, PEM
    #[arg(long, env = "DEVTAIL_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, env = "DEVTAIL_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Name under which others reach the gateway, for links [default: the listening address]
    #[arg(long, env = "DEVTAIL_PUBLIC_HOST", value_name = "HOST[:PORT]")]
    pub public_host: Option<Authority>,
    /// Origins of other pages that may use the gateway, separated by commas
    #[arg(long, env = "DEVTAIL_ALLOWED_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Option<Vec<WebOrigin>>,
    /// Seconds a stopping gateway waits for its links to leave [default: 10]
    #[arg(long, env = "DEVTAIL_DRAIN_SECONDS", value_name = "SECONDS")]
    pub drain_seconds: Option<u64>,
    /// Connections an address may have open before it proves who it is [default: 16]
    #[arg(long, env = "DEVTAIL_PENDING_PER_ADDRESS", value_name = "COUNT")]
    pub pending_per_address: Option<u16>,
    /// Answer /metrics to anyone, not only to this machine [default: false]
    #[arg(long, env = "DEVTAIL_METRICS_PUBLIC", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    pub metrics_public: Option<bool>,
    /// Let push endpoints lead to this machine and its neighbours [default: false]
    #[arg(long, env = "DEVTAIL_PUSH_PRIVATE", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    pub push_private: Option<bool>,
    /// Whom operators of push services can turn to [default: the page's https URL]
    #[arg(long, env = "DEVTAIL_PUSH_CONTACT", value_name = "URL")]
    pub push_contact: Option<String>,
    /// What is logged, as tracing directives [default: info]
    #[arg(long, env = "DEVTAIL_LOG", value_name = "DIRECTIVES")]
    pub log: Option<String>,
    /// Outside issuers; only the file can name them.
    #[arg(skip)]
    pub issuers: Vec<IssuerConfig>,
}

/// The word for [`Tls`] in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// No encryption; loopback addresses only.
    Off,
    /// A certificate made at first start, pinned by links.
    SelfSigned,
    /// The certificate in tls_cert and tls_key.
    Files,
}

impl Settings {
    /// Reads a layer from a TOML file. A file that is not there is an empty layer, unless it was `named`.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or has an unknown key or a value of the wrong type.
    pub(super) fn read(path: &Path, named: bool) -> Result<Self, ConfigError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }

    /// Reads a layer from the text of the file at `path`, whose folder is where its relative paths start.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let syntax = |error: toml::de::Error| ConfigError::Syntax {
            path: path.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        };
        let table: toml::Table = text.parse().map_err(syntax)?;
        key::check(&table, path)?;
        let mut layer: Self = toml::from_str(text).map_err(syntax)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for path in
            [&mut layer.state, &mut layer.tls_cert, &mut layer.tls_key].into_iter().flatten()
        {
            *path = folder.join(&*path);
        }
        Ok(layer)
    }

    /// Lays this layer over another: what this one says, wins.
    pub fn over(self, below: Self) -> Self {
        Self {
            config: self.config.or(below.config),
            listen: self.listen.or(below.listen),
            state: self.state.or(below.state),
            tls: self.tls.or(below.tls),
            tls_cert: self.tls_cert.or(below.tls_cert),
            tls_key: self.tls_key.or(below.tls_key),
            public_host: self.public_host.or(below.public_host),
            allowed_origins: self.allowed_origins.or(below.allowed_origins),
            drain_seconds: self.drain_seconds.or(below.drain_seconds),
            pending_per_address: self.pending_per_address.or(below.pending_per_address),
            metrics_public: self.metrics_public.or(below.metrics_public),
            push_private: self.push_private.or(below.push_private),
            push_contact: self.push_contact.or(below.push_contact),
            log: self.log.or(below.log),
            issuers: if self.issuers.is_empty() { below.issuers } else { self.issuers },
        }
    }

    /// Lays this layer over that of the configuration file, which it or `folders` names.
    pub(super) fn over_file(self, folders: &Folders) -> Result<Self, ConfigError> {
        let path = self.config.clone().map_or_else(|| folders.config_file(), Ok)?;
        let file = Self::read(&path, self.config.is_some())?;
        Ok(self.over(file))
    }

    pub(super) fn state(&self, folders: &Folders) -> Result<PathBuf, ConfigError> {
        self.state.clone().map_or_else(|| folders.state(), Ok)
    }

    pub(super) fn tls(&self) -> Result<Tls, ConfigError> {
        let given = self.tls_cert.is_some() || self.tls_key.is_some();
        match self.tls.unwrap_or(if given { TlsMode::Files } else { TlsMode::Off }) {
            TlsMode::Off => Ok(Tls::Off),
            TlsMode::SelfSigned => Ok(Tls::SelfSigned),
            TlsMode::Files => match (&self.tls_cert, &self.tls_key) {
                (Some(cert), Some(key)) => Ok(Tls::Files { cert: cert.clone(), key: key.clone() }),
                _ => Err(ConfigError::TlsFiles),
            },
        }
    }
}
