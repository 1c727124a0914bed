//! The certificate a gateway makes for itself at first start and keeps, because links pin it.

use super::TlsError;
use devtail_control::StateDir;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

const CERT: &str = "cert.pem";
const KEY: &str = "key.pem";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Long, because every device that pinned it must be paired again when it changes.
const VALIDITY: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The paths of certificate and key in the state directory's `tls`, mode 0600; made for `names` if one is missing.
pub(super) fn find_or_make(
    state: &StateDir,
    names: &[String],
) -> Result<(PathBuf, PathBuf), TlsError> {
    let tls = StateDir::open(&state.directory("tls")?)?;
    let paths = (tls.path().join(CERT), tls.path().join(KEY));
    if tls.read(CERT)?.is_some() && tls.read(KEY)?.is_some() {
        return Ok(paths);
    }
    let (cert, key) = make(names, SystemTime::now())?;
    tls.write(KEY, key.as_bytes())?;
    tls.write(CERT, cert.as_bytes())?;
    Ok(paths)
}

fn make(names: &[String], now: SystemTime) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "devtail");
    // A day back, for clients whose clock is behind.
    params.not_before = (now - DAY).into();
    params.not_after = (now + VALIDITY).into();
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}
