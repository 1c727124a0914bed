//! The port's encryption: TLS 1.3 and nothing older, HTTP/1.1 within it.

mod self_signed;

use crate::{
    config::Tls,
    limits::{TLS_BUFFER_BYTES, TLS_RECORD_BYTES},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::{StateDir, StateError};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::TLS13,
};
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A certificate, its key, and how both are used.
#[derive(Clone)]
pub(crate) struct Encryption {
    acceptor: TlsAcceptor,
    fingerprint: Option<String>,
}

/// Why the port cannot be encrypted.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A PEM file cannot be read or holds nothing that fits.
    #[error("cannot take {what} from {path}: {reason}", path = path.display())]
    Pem {
        /// `the certificate` or `the private key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not belong together, or are of an unknown sort.
    #[error("the certificate and its key cannot be used: {0}")]
    Pair(#[from] rustls::Error),
    /// Making a self-signed certificate failed.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The state directory failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Encryption {
    /// Reads, or at first start makes, what `tls` asks for; nothing for [`Tls::Off`]. `names` are the hosts a
    /// certificate made here is for.
    pub(crate) fn load(
        tls: &Tls,
        state: &StateDir,
        names: &[String],
    ) -> Result<Option<Self>, TlsError> {
        match tls {
            Tls::Off => Ok(None),
            Tls::Files { cert, key } => Self::from_files(cert, key, None).map(Some),
            Tls::SelfSigned => {
                let (cert, key) = self_signed::find_or_make(state, names)?;
                let own = chain(&cert)?.swap_remove(0);
                let fingerprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&own));
                Self::from_files(&cert, &key, Some(fingerprint)).map(Some)
            }
        }
    }

    /// The SHA-256 of a self-signed certificate, base64url, for clients to pin. Absent for a given one: that is
    /// renewed, and an authority vouches for it.
    pub(crate) fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor
            .accept_with(stream, |session| session.set_buffer_limit(Some(TLS_BUFFER_BYTES)))
            .await
    }

    fn from_files(cert: &Path, key: &Path, fingerprint: Option<String>) -> Result<Self, TlsError> {
        let chain = chain(cert)?;
        let secret = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| pem("the private key", key, &error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, secret)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.max_fragment_size = Some(TLS_RECORD_BYTES);
        // A ticket saves a signature but no round trip, and costs bytes at every handshake and memory in every session.
        config.send_tls13_tickets = 0;
        Ok(Self { acceptor: Arc::new(config).into(), fingerprint })
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.map_err(|error| pem("the certificate", path, &error))?;
    if all.is_empty() {
        return Err(pem("the certificate", path, &"it holds no certificate in PEM form"));
    }
    Ok(all)
}

fn pem(what: &'static str, path: &Path, reason: &impl ToString) -> TlsError {
    TlsError::Pem { what, path: path.to_owned(), reason: reason.to_string() }
}
