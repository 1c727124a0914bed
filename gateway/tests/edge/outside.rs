//! Tokens of an outside issuer, whose keys the gateway fetches: a real HTTP server with a real key.

use crate::{
    house::{House, config, now},
    wire::exchange,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::IssuerConfig;
use devtail_gateway::{Gateway, Settings};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

struct Issuer {
    key: Ed25519KeyPair,
    url: String,
    fetches: Arc<AtomicUsize>,
}

impl Issuer {
    /// Publishes its key until the test ends.
    async fn open() -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let set = json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1",
            "x": URL_SAFE_NO_PAD.encode(key.public_key()),
        }]});
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fetches = Arc::new(AtomicUsize::new(0));
        tokio::spawn(publish(listener, set.to_string(), fetches.clone()));
        Self { key, url, fetches }
    }

    fn config(&self) -> IssuerConfig {
        serde_json::from_value(json!({
            "issuer": "https://clerk.example", "audience": "devtail", "algorithms": ["EdDSA"],
            "jwks_url": format!("{}/jwks.json", self.url), "scopes": ["terminal:read"], "subjects": ["user_ann"],
        }))
        .unwrap()
    }

    fn token(&self, subject: &str, audience: &str) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "iss": "https://clerk.example", "aud": audience, "sub": subject, "exp": now().unix_s() + 60,
        });
        let signed = format!(
            "{}.{}",
            part(json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"})),
            part(claims)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

async fn publish(listener: TcpListener, set: String, fetches: Arc<AtomicUsize>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let n = stream.read(&mut request).await.unwrap();
        assert!(request[..n].starts_with(b"GET /jwks.json HTTP/1.1\r\n"));
        fetches.fetch_add(1, SeqCst);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            set.len()
        );
        stream.write_all((head + &set).as_bytes()).await.unwrap();
    }
}

async fn status(house: &House, token: &str) -> u16 {
    let headers =
        format!("Sec-WebSocket-Protocol: devtail.v1\r\nAuthorization: Bearer {token}\r\n");
    exchange(&house.address, &house.upgrade(&headers)).await.status
}

#[tokio::test]
async fn a_listed_subject_of_a_trusted_issuer_gets_a_link_and_others_do_not() {
    let issuer = Issuer::open().await;
    let house =
        House::open(Settings { issuers: vec![issuer.config()], ..Settings::default() }).await;
    assert_eq!(status(&house, &issuer.token("user_ann", "devtail")).await, 101);
    assert_eq!(status(&house, &issuer.token("user_eve", "devtail")).await, 401);
    assert_eq!(status(&house, &issuer.token("user_ann", "other-app")).await, 401);
    let mut forged = issuer.token("user_ann", "devtail");
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    assert_eq!(status(&house, &forged).await, 401);
    assert_eq!(issuer.fetches.load(SeqCst), 1, "keys are kept");
}

#[tokio::test]
async fn an_issuer_whose_keys_cannot_be_had_lets_nobody_in_and_harms_nobody() {
    let issuer = Issuer::open().await;
    let mut silent = issuer.config();
    silent.jwks_url = "http://127.0.0.1:9/jwks.json".into();
    let house = House::open(Settings { issuers: vec![silent], ..Settings::default() }).await;
    assert_eq!(status(&house, &issuer.token("user_ann", "devtail")).await, 401);
    let own = house.pair("laptop").await;
    assert_eq!(status(&house, own["access_token"].as_str().unwrap()).await, 101);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_trusted_is_refused_at_start() {
    let mut open_line = Issuer::open().await.config();
    open_line.jwks_url = "http://clerk.example/jwks.json".into();
    let state = TempDir::new().unwrap();
    let settings = Settings { issuers: vec![open_line], ..Settings::default() };
    let error = Gateway::bind(config(&state, settings)).await.unwrap_err().to_string();
    assert!(error.contains("https://"), "{error}");
}
