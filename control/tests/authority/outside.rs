//! Tokens of an outside issuer that looks like Clerk: RS256, `azp` and `sid`, no `aud`, keys that are rotated.

use crate::{NOW, PHONE, forge, fresh};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::{
    Actor, BadIssuer, Control, IssuerConfig, Issuers, JwksRefused, Origin, Scope, Timestamp, Who,
};
use jsonwebtoken::{Algorithm, EncodingKey};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey, rand_core::OsRng, traits::PublicKeyParts};
use serde_json::{Value, json};
use std::sync::LazyLock;

const ISSUER: &str = "https://calm-cat-7.clerk.accounts.dev";
const KEYS_URL: &str = "https://calm-cat-7.clerk.accounts.dev/.well-known/jwks.json";
const APP: &str = "https://app.example.com";

/// An RSA key of the issuer's with its id.
struct Key {
    kid: &'static str,
    private: RsaPrivateKey,
}

static OLD: LazyLock<Key> = LazyLock::new(|| Key::new("ins_old"));
static NEW: LazyLock<Key> = LazyLock::new(|| Key::new("ins_new"));

impl Key {
    fn new(kid: &'static str) -> Self {
        Self { kid, private: RsaPrivateKey::new(&mut OsRng, 2048).unwrap() }
    }

    fn public(&self) -> Value {
        let encode = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        json!({"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256",
               "n": encode(self.private.n()), "e": encode(self.private.e())})
    }

    fn encoding(&self) -> EncodingKey {
        EncodingKey::from_rsa_der(self.private.to_pkcs1_der().unwrap().as_bytes())
    }

    fn sign(&self, claims: &Value) -> String {
        let header =
            json!({"alg": "RS256", "typ": "JWT", "kid": self.kid, "cat": "cl_B7d4PD111AAA"});
        forge::forge(&header, claims, Algorithm::RS256, &self.encoding())
    }
}

fn key_set(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

/// What a Clerk session token of a minute says.
fn claims(subject: &str, now: Timestamp) -> Value {
    json!({"azp": APP, "exp": now.unix_s() + 60, "fva": [2, -1], "iat": now.unix_s(), "iss": ISSUER,
           "nbf": now.unix_s() - 10, "sid": "sess_2abc", "sts": "active", "sub": subject, "v": 2})
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn config() -> IssuerConfig {
    serde_json::from_value(json!({
        "issuer": ISSUER, "authorized_parties": [APP], "algorithms": ["RS256"], "jwks_url": KEYS_URL,
        "scopes": ["terminal:read"], "workspaces": "site", "subjects": ["user_ann"]
    }))
    .unwrap()
}

/// The issuer with its old key fetched.
fn trusting(config: IssuerConfig) -> Issuers {
    let issuers = Issuers::new(vec![config]).unwrap();
    assert_eq!(issuers.take_due(NOW), [KEYS_URL]);
    issuers.fetched(NOW, KEYS_URL, &key_set(&[OLD.public()])).unwrap();
    issuers
}

fn code(control: &Control, now: Timestamp, token: &str, issuers: &Issuers) -> &'static str {
    control.authenticate(now, token, PHONE, issuers).unwrap_err().code()
}

#[test]
fn a_subject_the_issuer_vouches_for_gets_what_the_configuration_grants() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let token = OLD.sign(&claims("user_ann", NOW));
    let ann = fresh.control.authenticate(NOW, &token, PHONE, &issuers).unwrap();
    assert_eq!(ann.who, Who::Outside { issuer: ISSUER.into(), subject: "user_ann".into() });
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "site").is_ok());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalWrite, "site").is_err());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "bank").is_err());
    let devices = fresh.control.devices().unwrap();
    let again = fresh.control.authenticate(NOW, &token, PHONE, &issuers).unwrap();
    assert_eq!((devices.len(), again.device), (1, devices[0].id), "one device a subject");
    assert!(matches!(&devices[0].origin, Origin::Outside { subject, .. } if subject == "user_ann"));
}

#[test]
fn each_way_an_outside_token_can_be_wrong_has_its_own_code() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let good = claims("user_ann", NOW);
    let refused = |token: &str| code(&fresh.control, NOW, token, &issuers);
    let signed = |name: &str, value: Value| refused(&OLD.sign(&with(&good, name, value)));
    assert_eq!(signed("azp", json!("https://evil.example")), "token_audience");
    assert_eq!(signed("azp", Value::Null), "token_audience");
    assert_eq!(signed("iss", json!("https://other.clerk.accounts.dev")), "token_issuer");
    assert_eq!(signed("exp", json!(NOW.unix_s() - 30)), "token_expired");
    assert_eq!(signed("exp", Value::Null), "token_malformed");
    assert_eq!(signed("nbf", json!(NOW.unix_s() + 31)), "token_not_yet");
    assert_eq!(signed("sub", json!("user_bob")), "subject_refused");
    assert_eq!(signed("sub", json!("")), "token_malformed");
    let header = |alg: &str| json!({"alg": alg, "kid": OLD.kid});
    assert_eq!(refused(&forge::with_signature(&header("none"), &good, "")), "token_alg_none");
    let modulus = EncodingKey::from_secret(OLD.public()["n"].as_str().unwrap().as_bytes());
    assert_eq!(
        refused(&forge::forge(&header("HS256"), &good, Algorithm::HS256, &modulus)),
        "token_alg_symmetric"
    );
    let longer = forge::forge(&header("RS512"), &good, Algorithm::RS512, &OLD.encoding());
    assert_eq!(refused(&longer), "token_alg", "RSA as well, but not the pinned one");
    assert_eq!(refused(&NEW.sign(&good)), "token_key");
    let foreign = forge::forge(&header("RS256"), &good, Algorithm::RS256, &NEW.encoding());
    assert_eq!(refused(&foreign), "token_signature");
    assert_eq!(fresh.control.devices().unwrap(), [], "nobody came in");
}

#[test]
fn an_audience_is_held_to_when_one_is_configured() {
    let fresh = fresh();
    let issuers = trusting(IssuerConfig { audience: Some("devtail".into()), ..config() });
    let token = |aud: Value| OLD.sign(&with(&claims("user_ann", NOW), "aud", aud));
    for good in [json!("devtail"), json!(["other", "devtail"])] {
        assert!(fresh.control.authenticate(NOW, &token(good), PHONE, &issuers).is_ok());
    }
    for bad in [json!("other"), json!([]), json!("devtail2")] {
        assert_eq!(code(&fresh.control, NOW, &token(bad), &issuers), "token_audience");
    }
    assert_eq!(
        code(&fresh.control, NOW, &OLD.sign(&claims("user_ann", NOW)), &issuers),
        "token_audience"
    );
}

#[test]
fn a_rotated_key_is_fetched_when_first_seen_and_the_removed_one_is_refused() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let later = NOW.plus_ms(10 * 60_000);
    let token = NEW.sign(&claims("user_ann", later));
    assert_eq!(issuers.take_due(later), [""; 0], "fresh enough");
    assert_eq!(code(&fresh.control, later, &token, &issuers), "token_key");
    assert_eq!(issuers.take_due(later), [KEYS_URL], "an unknown key id asks for a fetch");
    issuers.fetched(later, KEYS_URL, &key_set(&[NEW.public()])).unwrap();
    assert!(fresh.control.authenticate(later, &token, PHONE, &issuers).is_ok());
    assert_eq!(
        code(&fresh.control, later, &OLD.sign(&claims("user_ann", later)), &issuers),
        "token_key"
    );
}

#[test]
fn a_flood_of_made_up_key_ids_costs_the_issuer_one_request_a_minute() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let mut fetches = 0;
    for second in 0..600 {
        let now = NOW.plus_ms(second * 1000);
        assert_eq!(
            code(&fresh.control, now, &NEW.sign(&claims("user_ann", now)), &issuers),
            "token_key"
        );
        fetches += issuers.take_due(now).len();
    }
    assert_eq!(fetches, 9);
}

#[test]
fn old_keys_serve_for_a_day_while_the_issuer_cannot_be_reached() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let hour_ms = 3_600_000;
    assert_eq!(issuers.take_due(NOW.plus_ms(hour_ms - 1)).len(), 0);
    assert_eq!(issuers.take_due(NOW.plus_ms(hour_ms)).len(), 1, "an hour old: fetch");
    assert_eq!(issuers.take_due(NOW.plus_ms(hour_ms + 59_999)).len(), 0);
    assert_eq!(
        issuers.take_due(NOW.plus_ms(hour_ms + 60_000)).len(),
        1,
        "it failed: try again in a minute"
    );
    let day = NOW.plus_ms(24 * hour_ms);
    assert!(
        fresh
            .control
            .authenticate(day, &OLD.sign(&claims("user_ann", day)), PHONE, &issuers)
            .is_ok()
    );
    let beyond = day.plus_ms(1000);
    assert_eq!(
        code(&fresh.control, beyond, &OLD.sign(&claims("user_ann", beyond)), &issuers),
        "issuer_keys_missing"
    );
}

#[test]
fn keys_that_were_never_fetched_prove_nothing() {
    let (fresh, issuers) = (fresh(), Issuers::new(vec![config()]).unwrap());
    let token = OLD.sign(&claims("user_ann", NOW));
    assert_eq!(code(&fresh.control, NOW, &token, &issuers), "issuer_keys_missing");
    assert_eq!(code(&fresh.control, NOW, &token, &Issuers::default()), "token_issuer");
}

#[test]
fn a_key_set_that_is_too_large_broken_or_useless_leaves_the_old_keys_in_use() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let refused = |body: &[u8]| issuers.fetched(NOW, KEYS_URL, body).unwrap_err();
    assert_eq!(refused(&vec![b' '; 64 * 1024 + 1]), JwksRefused::TooLarge);
    assert_eq!(refused(&key_set(&vec![OLD.public(); 33])), JwksRefused::TooManyKeys);
    assert_eq!(refused(b"<html>"), JwksRefused::Malformed);
    let weak = with(&OLD.public(), "n", json!(URL_SAFE_NO_PAD.encode([0xff; 128])));
    let useless = [
        with(&OLD.public(), "use", json!("enc")),
        with(&OLD.public(), "kid", Value::Null),
        weak,
        json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}),
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "short", "x": "AAAA"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "short", "x": "AAAA", "y": "AAAA"}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "AAAA", "y": "AAAA"}),
        json!("no key at all"),
    ];
    for key in useless {
        assert_eq!(
            refused(&key_set(std::slice::from_ref(&key))),
            JwksRefused::NoUsableKey,
            "{key}"
        );
    }
    assert_eq!(
        issuers.fetched(NOW, "https://elsewhere.example", b"{}"),
        Err(JwksRefused::UnknownUrl)
    );
    assert!(
        fresh
            .control
            .authenticate(NOW, &OLD.sign(&claims("user_ann", NOW)), PHONE, &issuers)
            .is_ok()
    );
}

#[test]
fn an_ed25519_issuer_works_as_well_and_its_key_is_no_rsa_key() {
    let fresh = fresh();
    let mut both = config();
    both.algorithms = serde_json::from_value(json!(["EdDSA", "RS256"])).unwrap();
    let issuers = Issuers::new(vec![both]).unwrap();
    let key = forge::ed25519(&[5; 32]);
    let mut public = serde_json::to_value(
        jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::EdDSA).unwrap(),
    )
    .unwrap();
    public["kid"] = json!("ed");
    issuers.fetched(NOW, KEYS_URL, &key_set(&[public])).unwrap();
    let good = claims("user_ann", NOW);
    let token = forge::forge(&json!({"alg": "EdDSA", "kid": "ed"}), &good, Algorithm::EdDSA, &key);
    assert!(fresh.control.authenticate(NOW, &token, PHONE, &issuers).is_ok());
    let mixed = forge::forge(
        &json!({"alg": "RS256", "kid": "ed"}),
        &good,
        Algorithm::RS256,
        &OLD.encoding(),
    );
    assert_eq!(code(&fresh.control, NOW, &mixed, &issuers), "token_alg");
}

#[test]
fn a_revoked_subject_stays_out_however_good_its_next_token_is() {
    let (fresh, issuers) = (fresh(), trusting(config()));
    let ann = fresh
        .control
        .authenticate(NOW, &OLD.sign(&claims("user_ann", NOW)), PHONE, &issuers)
        .unwrap();
    fresh.control.revoke(NOW, ann.device, Actor::Host).unwrap();
    let later = NOW.plus_ms(1000);
    assert_eq!(
        code(&fresh.control, later, &OLD.sign(&claims("user_ann", later)), &issuers),
        "device_revoked"
    );
}

#[test]
fn a_changed_configuration_changes_what_a_known_subject_may_do() {
    let (fresh, before) = (fresh(), trusting(config()));
    let token = OLD.sign(&claims("user_ann", NOW));
    fresh.control.authenticate(NOW, &token, PHONE, &before).unwrap();
    let after = trusting(IssuerConfig { scopes: Scope::Agent.into(), ..config() });
    let ann = fresh.control.authenticate(NOW, &token, PHONE, &after).unwrap();
    assert!(fresh.control.permit(NOW, &ann, Scope::Agent, "site").is_ok());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "site").is_err());
}

#[test]
fn a_configuration_that_would_let_strangers_in_is_refused_with_the_remedy() {
    let refused = |change: &dyn Fn(&mut IssuerConfig)| {
        let mut config = config();
        change(&mut config);
        Issuers::new(vec![config]).unwrap_err()
    };
    assert!(matches!(refused(&|c| c.subjects.clear()), BadIssuer::NoSubject(_)));
    assert!(matches!(refused(&|c| c.authorized_parties.clear()), BadIssuer::NoAudience(_)));
    assert!(matches!(refused(&|c| c.algorithms.clear()), BadIssuer::NoAlgorithm(_)));
    assert!(matches!(refused(&|c| c.scopes = Default::default()), BadIssuer::NoScope(_)));
    for url in [
        "http://keys.example",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example",
        "ftp://x",
        "",
    ] {
        assert!(matches!(refused(&|c| c.jwks_url = url.into()), BadIssuer::KeysUrl(_)), "{url}");
    }
    for url in [
        "https://keys.example/jwks",
        "http://127.0.0.1:9/jwks",
        "http://[::1]/",
        "http://localhost",
    ] {
        assert!(
            Issuers::new(vec![IssuerConfig { jwks_url: url.into(), ..config() }]).is_ok(),
            "{url}"
        );
    }
    assert_eq!(
        Issuers::new(vec![config(), config()]).unwrap_err(),
        BadIssuer::Twice(ISSUER.into())
    );
    for symmetric in ["HS256", "none"] {
        let value =
            with(&serde_json::to_value(config()).unwrap(), "algorithms", json!([symmetric]));
        assert!(
            serde_json::from_value::<IssuerConfig>(value).is_err(),
            "{symmetric} cannot even be written"
        );
    }
}
