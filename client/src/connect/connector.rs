//! The one who connects to one gateway, and why it may fail.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error as Tls};
use thiserror::Error;
use tokio::net::lookup_host;
use tokio_rustls::TlsConnector;

use super::happy;
use super::socket;
use super::stream::Stream;
use super::trust;
use crate::endpoint::{Endpoint, Fingerprint};

/// Opens streams to one gateway. It opens the sockets itself, so that a path can be chosen here.
#[derive(Clone)]
pub(crate) struct Connector {
    endpoint: Endpoint,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why no stream came about.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The name has no address.
    #[error("cannot find {host}: {source}; check the name and the network")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nothing answers there.
    #[error("cannot reach {authority}: {source}; is the gateway running there?")]
    Connect {
        /// Host and port.
        authority: String,
        /// What the system said.
        source: io::Error,
    },
    /// The gateway is not the one the link was made by, or its certificate is not trusted.
    #[error(
        "{authority} is not trusted ({reason}); if its certificate was renewed, pair again with a new link"
    )]
    Untrusted {
        /// Host and port.
        authority: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The handshake broke off.
    #[error("the TLS handshake with {authority} failed: {source}")]
    Handshake {
        /// Host and port.
        authority: String,
        /// What went wrong.
        source: io::Error,
    },
    /// TLS needs a name it can check.
    #[error("{host} is no host name that a certificate can be for")]
    Name {
        /// The host.
        host: String,
    },
}

impl Connector {
    /// A connector to this gateway, which is known by its fingerprint or else by the public authorities.
    ///
    /// # Errors
    /// [`ConnectError::Name`] if TLS is wanted and the host is no name a certificate can be for.
    pub(crate) fn new(
        endpoint: Endpoint,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Self, ConnectError> {
        if !endpoint.is_secure() {
            return Ok(Self { endpoint, tls: None });
        }
        let host = endpoint.host().to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| ConnectError::Name { host })?;
        let tls = TlsConnector::from(Arc::new(trust::config(fingerprint)));
        Ok(Self { endpoint, tls: Some((tls, name)) })
    }

    /// Where it leads.
    pub(crate) const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// See [`ConnectError`]; no time limit of its own.
    pub(crate) async fn connect(&self) -> Result<Stream, ConnectError> {
        let host = self.endpoint.host();
        let addresses = lookup_host((host, self.endpoint.port()))
            .await
            .map_err(|source| ConnectError::Resolve { host: host.to_owned(), source })?;
        let stream = happy::connect(addresses.collect()).await.map_err(|source| {
            ConnectError::Connect { authority: self.endpoint.authority(), source }
        })?;
        socket::tune(&stream);
        let Some((tls, name)) = &self.tls else { return Ok(Stream::Plain(stream)) };
        let stream =
            tls.connect(name.clone(), stream).await.map_err(|error| self.refused(error))?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    fn refused(&self, source: io::Error) -> ConnectError {
        let authority = self.endpoint.authority();
        let tls = source.get_ref().and_then(|inner| inner.downcast_ref::<Tls>());
        match tls {
            Some(Tls::InvalidCertificate(CertificateError::ApplicationVerificationFailure)) => {
                let reason = "its certificate is not the one in the link".to_owned();
                ConnectError::Untrusted { authority, reason }
            }
            Some(Tls::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                let reason = "no authority known here vouches for its certificate".to_owned();
                ConnectError::Untrusted { authority, reason }
            }
            Some(Tls::InvalidCertificate(reason)) => {
                ConnectError::Untrusted { authority, reason: reason.to_string() }
            }
            Some(_) | None => ConnectError::Handshake { authority, source },
        }
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
