//! Access tokens at the door, and grants at each open.

use crate::{NOW, PHONE, enroll, everyday, forge, fresh, refusal};
use devtail_control::{
    Actor, Answer, Control, Denied, Grant, Issuers, Scope, Scopes, Who, Workspaces,
};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use std::fs;

/// A gateway, a good token taken apart, and the key that signed it.
struct Signed {
    fresh: crate::Fresh,
    token: String,
    header: Value,
    claims: Value,
    key: EncodingKey,
    public: Vec<u8>,
}

fn signed() -> Signed {
    let fresh = fresh();
    let token = enroll(&fresh.control).tokens.access.token.expose().to_owned();
    let (header, claims) = forge::take_apart(&token);
    let kid = header["kid"].as_str().unwrap();
    let seed = fs::read(fresh.state.path().join(format!("{kid}.signing.key"))).unwrap();
    let sql = "SELECT public_key FROM signing_keys";
    let public = fresh.database().query_row(sql, [], |row| row.get(0)).unwrap();
    Signed { key: forge::ed25519(&seed), fresh, token, header, claims, public }
}

impl Signed {
    /// The code for a token signed by the gateway's own key with one claim changed.
    fn with_claim(&self, name: &str, value: Value) -> &'static str {
        let mut claims = self.claims.clone();
        claims[name] = value;
        let token = forge::forge(&self.header, &claims, Algorithm::EdDSA, &self.key);
        refusal(&self.fresh.control, NOW, &token)
    }
}

#[test]
fn a_good_token_proves_the_owners_device_and_its_grant() {
    let fresh = fresh();
    let grant = Grant { scopes: Scope::TerminalRead.into(), workspaces: "site".parse().unwrap() };
    let enrolled = fresh.control.enroll(NOW, "phone", grant.clone()).unwrap();
    let access = &enrolled.tokens.access;
    assert!(access.expires_at.ms_since(NOW) <= 15 * 60 * 1000);
    let principal =
        fresh.control.authenticate(NOW, access.token.expose(), PHONE, &Issuers::default()).unwrap();
    assert_eq!(
        (principal.who, principal.device, principal.grant),
        (Who::Owner, enrolled.device.id, grant)
    );
}

#[test]
fn a_token_is_good_until_half_a_minute_after_its_expiry_and_from_half_a_minute_before_its_birth() {
    let Signed { fresh, token, .. } = signed();
    let control = &fresh.control;
    let good = |now| control.authenticate(now, &token, PHONE, &Issuers::default()).is_ok();
    assert!(good(NOW.plus_ms(929_999)));
    assert_eq!(refusal(control, NOW.plus_ms(930_000), &token), "token_expired");
    assert!(good(NOW.minus_ms(30_000)));
    assert_eq!(refusal(control, NOW.minus_ms(31_000), &token), "token_not_yet");
}

#[test]
fn each_way_a_token_can_be_wrong_has_its_own_code() {
    let signed = signed();
    let control = &signed.fresh.control;
    let header = |name: &str, value: Value| {
        let mut header = signed.header.clone();
        header[name] = value;
        header
    };
    let refused = |header: &Value, algorithm, key: &EncodingKey| {
        refusal(control, NOW, &forge::forge(header, &signed.claims, algorithm, key))
    };
    for none in ["none", "None", "NONE"] {
        let unsigned = forge::with_signature(&header("alg", json!(none)), &signed.claims, "");
        assert_eq!(refusal(control, NOW, &unsigned), "token_alg_none");
    }
    let public_as_secret = EncodingKey::from_secret(&signed.public);
    assert_eq!(
        refused(&header("alg", json!("HS256")), Algorithm::HS256, &public_as_secret),
        "token_alg_symmetric"
    );
    assert_eq!(refused(&signed.header, Algorithm::HS256, &public_as_secret), "token_signature");
    assert_eq!(refused(&header("alg", json!("RS256")), Algorithm::EdDSA, &signed.key), "token_alg");
    assert_eq!(refused(&header("alg", json!("XX9")), Algorithm::EdDSA, &signed.key), "token_alg");
    let foreign = forge::ed25519(&[9; 32]);
    assert_eq!(refused(&signed.header, Algorithm::EdDSA, &foreign), "token_signature");
    assert_eq!(
        refused(&header("kid", json!("0123456789abcdef")), Algorithm::EdDSA, &foreign),
        "token_key"
    );
    assert_eq!(
        refused(&header("crit", json!(["b64"])), Algorithm::EdDSA, &signed.key),
        "token_malformed"
    );
    assert_eq!(signed.with_claim("aud", json!("elsewhere")), "token_audience");
    assert_eq!(signed.with_claim("iss", json!("https://elsewhere.example")), "token_issuer");
    assert_eq!(signed.with_claim("exp", json!(1_799_999_000)), "token_expired");
    assert_eq!(signed.with_claim("nbf", json!(1_800_000_031)), "token_not_yet");
    assert_eq!(signed.with_claim("iat", json!(1_800_000_031)), "token_not_yet");
    assert_eq!(signed.with_claim("exp", json!("never")), "token_malformed");
    assert_eq!(signed.with_claim("scopes", json!(["everything"])), "token_malformed");
    assert_eq!(
        signed.with_claim("sub", json!("00000000000000000000000000000000")),
        "device_unknown"
    );
}

#[test]
fn whatever_is_wrong_a_stranger_hears_the_same() {
    let signed = signed();
    let control = &signed.fresh.control;
    let device = signed.claims["sub"].as_str().unwrap().parse().unwrap();
    control.revoke(NOW, device, Actor::Host).unwrap();
    for bad in [signed.token.as_str(), "", "a.b.c"] {
        let error = control.authenticate(NOW, bad, PHONE, &Issuers::default()).unwrap_err();
        assert_eq!(error.answer(), Answer::SignInRequired, "{}", error.code());
        assert!(
            bad.is_empty() || !error.to_string().contains(bad),
            "the log does not repeat the token"
        );
    }
}

#[test]
fn any_cut_or_changed_token_is_refused_without_a_panic() {
    let Signed { fresh, token, .. } = signed();
    for end in 0..token.len() {
        assert!(
            fresh.control.authenticate(NOW, &token[..end], PHONE, &Issuers::default()).is_err()
        );
    }
    for at in 0..token.len() {
        let mut other = token.clone();
        other.replace_range(at..=at, if token.as_bytes()[at] == b'A' { "B" } else { "A" });
        assert!(
            fresh.control.authenticate(NOW, &other, PHONE, &Issuers::default()).is_err(),
            "character {at}"
        );
    }
    for bad in ["..", "...", "é.é.é", &"A".repeat(8 * 1024 + 1), &".".repeat(8000)] {
        assert_eq!(refusal(&fresh.control, NOW, bad), "token_malformed");
    }
}

fn principal(control: &Control, grant: Grant) -> devtail_control::Principal {
    let enrolled = control.enroll(NOW, "phone", grant).unwrap();
    control
        .authenticate(NOW, enrolled.tokens.access.token.expose(), PHONE, &Issuers::default())
        .unwrap()
}

#[test]
fn a_principal_may_do_what_its_grant_says_and_nothing_beside() {
    let fresh = fresh();
    let scopes: Scopes = [Scope::TerminalRead, Scope::FilesRead].into_iter().collect();
    let ann = principal(&fresh.control, Grant { scopes, workspaces: "site".parse().unwrap() });
    let ask = |scope, workspace: &str| fresh.control.permit(NOW, &ann, scope, workspace);
    let granted = ask(Scope::TerminalRead, "site").unwrap();
    assert_eq!(
        granted,
        Grant { scopes: Scope::TerminalRead.into(), workspaces: Workspaces::Named("site".into()) }
    );
    assert!(matches!(
        ask(Scope::TerminalWrite, "site"),
        Err(Denied::Scope { scope: Scope::TerminalWrite })
    ));
    assert!(matches!(ask(Scope::TerminalRead, "bank"), Err(Denied::Workspace { .. })));
    for unnameable in ["*", "", "a\nb"] {
        assert!(
            matches!(ask(Scope::TerminalRead, unnameable), Err(Denied::Workspace { .. })),
            "{unnameable:?}"
        );
    }
}

#[test]
fn admin_alone_opens_no_terminal() {
    let fresh = fresh();
    let admin = principal(&fresh.control, Grant::everywhere(Scope::Admin.into()));
    for scope in Scope::ALL {
        assert_eq!(
            fresh.control.permit(NOW, &admin, scope, "home").is_ok(),
            scope == Scope::Admin,
            "{scope}"
        );
    }
}

#[test]
fn a_token_made_with_fewer_scopes_than_its_device_holds_stays_so() {
    let fresh = fresh();
    let mut ann = principal(&fresh.control, everyday());
    ann.grant.scopes = Scope::TerminalRead.into();
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "home").is_ok());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalWrite, "home").is_err());
    ann.grant = Grant { scopes: Scopes::everyday(), workspaces: "site".parse().unwrap() };
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalWrite, "site").is_ok());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalWrite, "bank").is_err());
    ann.grant = Grant::everywhere(Scope::Admin.into());
    assert!(fresh.control.permit(NOW, &ann, Scope::Admin, "home").is_err(), "nor does it get more");
}

#[test]
fn a_token_that_claims_more_than_its_device_holds_gets_no_more() {
    let fresh = fresh();
    let grant = Grant { scopes: Scope::TerminalRead.into(), workspaces: "site".parse().unwrap() };
    let mut ann = principal(&fresh.control, grant);
    ann.grant = everyday();
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "site").is_ok());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalRead, "bank").is_err());
    assert!(fresh.control.permit(NOW, &ann, Scope::TerminalWrite, "site").is_err());
}

#[test]
fn a_token_longer_than_8_kib_is_not_looked_at_however_good_it_is() {
    let signed = signed();
    let padded = |length| signed.with_claim("pad", json!("x".repeat(length)));
    assert_eq!(padded(8 * 1024), "token_malformed");
    let mut claims = signed.claims.clone();
    claims["pad"] = json!("x".repeat(5000));
    let token = forge::forge(&signed.header, &claims, Algorithm::EdDSA, &signed.key);
    let control = &signed.fresh.control;
    assert!(control.authenticate(NOW, &token, PHONE, &Issuers::default()).is_ok());
}

#[test]
fn a_device_that_may_do_nothing_is_not_enrolled() {
    let fresh = fresh();
    let nothing = Grant::everywhere(Scopes::NONE);
    assert_eq!(fresh.control.enroll(NOW, "phone", nothing.clone()).unwrap_err().code(), "no_scope");
    assert_eq!(fresh.control.create_pairing(NOW, &nothing).unwrap_err().code(), "no_scope");
}
