//! TLS 1.3, a certificate of our own or a given one, and never an open port in the clear.

use crate::{
    house::{House, PATIENCE, config, now},
    wire::{answer, closed, dial},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::{Grant, Scopes};
use devtail_gateway::{Gateway, Settings, config::TlsMode};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

fn certificate(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

async fn connect(
    house: &House,
    trusted: &Path,
    version: &'static SupportedProtocolVersion,
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(trusted)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
        .connect("localhost".try_into().unwrap(), dial(&house.address).await)
        .await
}

fn self_signed() -> Settings {
    Settings { tls: Some(TlsMode::SelfSigned), ..Settings::default() }
}

#[tokio::test]
async fn a_certificate_is_made_once_kept_private_and_pinned_by_the_link() {
    let house = House::open(self_signed()).await;
    let tls = house.state.path().join("tls");
    for name in ["cert.pem", "key.pem"] {
        assert_eq!(fs::metadata(tls.join(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let fingerprint = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate(&tls.join("cert.pem"))));
    assert_eq!(house.address.fingerprint.as_ref(), Some(&fingerprint));
    let code =
        house.control.create_pairing(now(), &Grant::everywhere(Scopes::everyday())).unwrap().code;
    let link = house.address.pairing_link(&code);
    let port = house.address.listen.port();
    assert_eq!(link, format!("https://127.0.0.1:{port}/#pair={}&fp={fingerprint}", code.expose()));

    let (mut house, kept) = (house, TempDir::new().unwrap());
    fs::create_dir(kept.path().join("tls")).unwrap();
    for name in ["cert.pem", "key.pem"] {
        fs::copy(tls.join(name), kept.path().join("tls").join(name)).unwrap();
    }
    house.ask_to_stop();
    house.closed().await;
    assert_eq!(
        House::open_in(kept, self_signed()).await.address.fingerprint,
        Some(fingerprint),
        "it is kept"
    );
}

#[tokio::test]
async fn tls_1_3_is_spoken_and_1_2_is_not() {
    let house = House::open(self_signed()).await;
    let trusted = house.state.path().join("tls/cert.pem");
    assert!(connect(&house, &trusted, &TLS12).await.is_err());
    let mut stream = connect(&house, &trusted, &TLS13).await.unwrap();
    let body =
        json!({"code": house.code(Scopes::everyday()), "device": "x", "cookie": true}).to_string();
    let head = "POST /api/pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nOrigin: https://localhost\r\n";
    stream
        .write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
        .await
        .unwrap();
    let said = answer(&mut stream).await;
    assert_eq!(said.status, 200, "{}", said.body);
    assert!(said.header("set-cookie").unwrap().contains("; Secure"));
}

#[tokio::test]
async fn a_link_lives_over_tls() {
    let house = House::open(self_signed()).await;
    let token = house.enrol();
    let mut link = connect(&house, &house.state.path().join("tls/cert.pem"), &TLS13).await.unwrap();
    let headers =
        format!("Sec-WebSocket-Protocol: devtail.v1\r\nAuthorization: Bearer {token}\r\n");
    // The first frame, a ping, comes right behind the request, as a hurried client may send it.
    let request = [house.upgrade(&headers).as_bytes(), &[0x89, 0x80, 0, 0, 0, 0]].concat();
    link.write_all(&request).await.unwrap();
    assert_eq!(answer(&mut link).await.status, 101);
    let mut pong = [0; 2];
    timeout(PATIENCE, link.read_exact(&mut pong)).await.unwrap().unwrap();
    assert_eq!(pong, [0x8a, 0]);
}

#[tokio::test]
async fn a_given_certificate_is_used_and_not_pinned() {
    let files = TempDir::new().unwrap();
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    fs::write(&cert, pair.cert.pem()).unwrap();
    fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
    let given =
        Settings { tls_cert: Some(cert.clone()), tls_key: Some(key), ..Settings::default() };
    let house = House::open(given).await;
    assert_eq!(house.address.fingerprint, None);
    connect(&house, &cert, &TLS13).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named() {
    let state = TempDir::new().unwrap();
    let empty = state.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let given = Settings {
        tls_cert: Some(empty.clone()),
        tls_key: Some(empty.clone()),
        ..Settings::default()
    };
    let error = Gateway::bind(config(&state, given)).await.unwrap_err().to_string();
    assert!(error.contains(empty.to_str().unwrap()) && error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn plain_http_on_an_encrypted_port_is_closed() {
    let house = House::open(self_signed()).await;
    let mut stream = dial(&house.address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    closed(&mut stream).await;
}
