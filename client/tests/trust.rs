//! Who is let in, and whom the client lets itself be led to.

mod support;

use std::sync::Arc;
use std::time::Duration;

use devtail_client::{
    ApiError, ConnectError, Credential, DialError, Event, Fingerprint, LinkState, PairingLink,
    Store, pair,
};
use devtail_protocol::Code;
use rustls::pki_types::PrivateKeyDer;
use support::gateway::{Gateway, Weather};
use support::view::View;

#[tokio::test]
async fn a_refused_access_token_is_renewed_once_and_its_successor_kept() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::File(folder.path().join("home.json"));
    store.save(&gateway.enrolment()).unwrap();
    let mut view = View::open(gateway.config(store.clone()));
    view.live().await;
    assert_eq!(store.load().unwrap().refresh_token.expose(), "refresh-1");
    gateway.shared.access.lock().unwrap().clear();
    gateway.weather(Weather::ResetUpTo(1));
    view.live().await;
    assert_eq!(store.load().unwrap().refresh_token.expose(), "refresh-2");
    assert_eq!(*gateway.shared.made.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_device_that_is_no_longer_accepted_is_told_to_pair_again() {
    let gateway = Gateway::start();
    *gateway.shared.refresh.lock().unwrap() = None;
    let mut view = View::open(gateway.memory());
    let closed = view.until(|event, _| matches!(event, Event::State(LinkState::Closed(_)))).await;
    let Event::State(LinkState::Closed(fault)) = closed else { unreachable!() };
    assert!(fault.must_sign_in() && fault.message.contains("pair again"), "{fault}");
    assert!(view.events.next().await.is_none(), "nothing follows");
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_session_and_a_busy_gateway_does_not() {
    let gateway = Gateway::start();
    *gateway.shared.refuses.lock().unwrap() = Some((503, "soon"));
    let mut view = View::open(gateway.memory());
    let failed = view.until(|event, _| matches!(event, Event::DialFailed(_))).await;
    assert!(matches!(failed, Event::DialFailed(DialError::NotNow { status: 503 })), "{failed:?}");
    *gateway.shared.refuses.lock().unwrap() = Some((403, "not from there"));
    let closed = view.until(|event, _| matches!(event, Event::State(LinkState::Closed(_)))).await;
    let Event::State(LinkState::Closed(fault)) = closed else { unreachable!() };
    assert_eq!(fault.code, Code::Denied);
}

#[tokio::test]
async fn a_token_is_swapped_by_one_of_two_clients_at_a_time() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::File(folder.path().join("home.json"));
    store.save(&gateway.enrolment()).unwrap();
    let open = || Credential::open(store.clone()).unwrap();
    let (one, two) = (open(), open());
    let (one, two) = tokio::join!(one.access(), two.access());
    assert_ne!(one.unwrap().token, two.unwrap().token);
    assert_eq!(store.load().unwrap().refresh_token.expose(), "refresh-2");
}

#[tokio::test]
async fn a_link_pairs_once_and_says_why_when_it_does_not() {
    let gateway = Gateway::start();
    let link = |code| -> PairingLink {
        format!("http://{}/#pair={code}", gateway.address).parse().unwrap()
    };
    let enrolment = pair(&link("good"), "laptop").await.unwrap();
    assert_eq!((enrolment.host.as_str(), enrolment.device.as_str()), ("build-box", "laptop"));
    View::open(gateway.config(Store::memory(enrolment))).live().await;
    let used = pair(&link("used"), "laptop").await.unwrap_err();
    assert!(used.must_sign_in() && used.to_string().contains("devtail pair"), "{used}");
    let often = pair(&link("often"), "laptop").await.unwrap_err();
    assert!(
        matches!(often, ApiError::SlowDown { retry_after } if retry_after == Duration::from_secs(7))
    );
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted_and_another_one_is_not() {
    let made = rcgen::generate_simple_self_signed(["devtail".to_owned()]).unwrap();
    let (cert, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
    let fingerprint = Fingerprint::of(&cert);
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![cert], PrivateKeyDer::try_from(key).unwrap())
    .unwrap();
    let gateway = Gateway::start_with(Some(Arc::new(tls).into()));
    let mut enrolment = gateway.enrolment();
    enrolment.fingerprint = Some(fingerprint);
    View::open(gateway.config(Store::memory(enrolment.clone()))).live().await;
    for wrong in [Some(Fingerprint::of(b"another")), None] {
        enrolment.fingerprint = wrong;
        let error =
            Credential::open(Store::memory(enrolment.clone())).unwrap().access().await.unwrap_err();
        let text = error.to_string();
        assert!(
            matches!(
                error,
                devtail_client::CredentialError::Api(ApiError::Connect(
                    ConnectError::Untrusted { .. }
                ))
            ),
            "{text}"
        );
        assert!(text.contains("pair again"), "{text}");
    }
}
