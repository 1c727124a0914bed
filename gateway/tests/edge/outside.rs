//! Tokens of an outside issuer, whose keys the gateway fetches: a real HTTP server with a real key.

use crate::{
    house::{House, PATIENCE, config, now},
    wire::{dial, exchange},
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
    runtime::Builder,
    sync::Semaphore,
    task::{spawn_blocking, yield_now},
    time::timeout,
};

struct Issuer {
    key: Ed25519KeyPair,
    url: String,
    fetches: Arc<AtomicUsize>,
}

impl Issuer {
    /// Publishes its key until the test ends.
    async fn open() -> Self {
        Self::open_slow(Arc::new(Semaphore::new(Semaphore::MAX_PERMITS))).await
    }

    /// Answers each question only when it gets a permit.
    async fn open_slow(answers: Arc<Semaphore>) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let set = json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1",
            "x": URL_SAFE_NO_PAD.encode(key.public_key()),
        }]});
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fetches = Arc::new(AtomicUsize::new(0));
        tokio::spawn(publish(listener, set.to_string(), fetches.clone(), answers));
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

async fn publish(
    listener: TcpListener,
    set: String,
    fetches: Arc<AtomicUsize>,
    answers: Arc<Semaphore>,
) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let n = stream.read(&mut request).await.unwrap();
        assert!(request[..n].starts_with(b"GET /jwks.json HTTP/1.1\r\n"));
        fetches.fetch_add(1, SeqCst);
        answers.acquire().await.unwrap().forget();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            set.len()
        );
        // Who asked may be gone, which must not end this for the others.
        let _ = stream.write_all((head + &set).as_bytes()).await;
    }
}

fn knock(house: &House, token: &str) -> String {
    let headers =
        format!("Sec-WebSocket-Protocol: devtail.v1\r\nAuthorization: Bearer {token}\r\n");
    house.upgrade(&headers)
}

async fn status(house: &House, token: &str) -> u16 {
    exchange(&house.address, &knock(house, token)).await.status
}

/// One blocking thread, which serves one after the other: the gateway's own first fetch waits behind its sweep, so that
/// the one that hangs up is the one that asked for the keys.
#[test]
fn who_hangs_up_while_the_keys_are_fetched_does_not_stop_the_fetch() {
    let mut one_by_one = Builder::new_current_thread();
    let runtime = one_by_one.enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(hang_up_while_the_keys_are_fetched());
}

async fn hang_up_while_the_keys_are_fetched() {
    let answers = Arc::new(Semaphore::new(0));
    let issuer = Issuer::open_slow(answers.clone()).await;
    let settings = Settings { issuers: vec![issuer.config()], ..Settings::default() };
    let house = House::open(settings).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let holding = spawn_blocking(move || held.recv());
    let token = issuer.token("user_ann", "devtail");
    let mut impatient = dial(&house.address).await;
    impatient.write_all(knock(&house, &token).as_bytes()).await.unwrap();
    // Whoever came first was heard first.
    assert_eq!(house.get("/healthz").await.status, 200);
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    let asked = async {
        while issuer.fetches.load(SeqCst) == 0 {
            yield_now().await
        }
    };
    timeout(PATIENCE, asked).await.expect("the gateway asks for the keys");
    drop(impatient);
    // The one that asks for the metric is pending too.
    let is_alone = async { while house.metric("devtail_pending_connections").await > 1.5 {} };
    timeout(PATIENCE, is_alone).await.expect("the gateway saw that it hung up");
    answers.add_permits(1);
    assert_eq!(status(&house, &token).await, 101);
    assert_eq!(issuer.fetches.load(SeqCst), 1, "the fetch that was under way did for both");
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
