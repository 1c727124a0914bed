//! One-time codes.

use crate::{NOW, PHONE, everyday, fresh};
use devtail_control::{Actor, AuthError, Control, DeviceId, Grant, Issuers, Scope, Timestamp};
use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

fn code(control: &Control, now: Timestamp) -> String {
    control.create_pairing(now, &everyday()).unwrap().code.expose().to_owned()
}

fn refused(control: &Control, now: Timestamp, code: &str, from: IpAddr) -> &'static str {
    control.redeem_pairing(now, code, "phone", from).unwrap_err().code()
}

#[test]
fn a_code_makes_a_device_with_the_scopes_it_carried() {
    let fresh = fresh();
    let grant = Grant { scopes: Scope::TerminalRead.into(), workspaces: "site".parse().unwrap() };
    let pairing = fresh.control.create_pairing(NOW, &grant).unwrap();
    assert_eq!(pairing.expires_at, NOW.plus_ms(300_000));
    assert_eq!(pairing.code.expose().len(), 22, "128 bits");
    let enrolled = fresh
        .control
        .redeem_pairing(NOW, pairing.code.expose(), " Ann's\u{7} phone", PHONE)
        .unwrap();
    assert_eq!(enrolled.device.name.as_str(), "Ann's phone");
    assert_eq!(enrolled.device.grant, grant);
    assert_eq!(fresh.control.devices().unwrap(), std::slice::from_ref(&enrolled.device));
    let token = enrolled.tokens.access.token.expose();
    let principal = fresh.control.authenticate(NOW, token, PHONE, &Issuers::default()).unwrap();
    assert_eq!(principal.device, enrolled.device.id);
    assert!(fresh.control.refresh(NOW, enrolled.tokens.refresh.expose(), PHONE).is_ok());
}

#[test]
fn a_code_works_once() {
    let fresh = fresh();
    let code = code(&fresh.control, NOW);
    fresh.control.redeem_pairing(NOW, &code, "phone", PHONE).unwrap();
    assert_eq!(refused(&fresh.control, NOW, &code, PHONE), "pairing_used");
    assert_eq!(fresh.control.devices().unwrap().len(), 1);
}

#[test]
fn a_code_dies_after_five_minutes() {
    let fresh = fresh();
    let code = code(&fresh.control, NOW);
    assert_eq!(refused(&fresh.control, NOW.plus_ms(300_000), &code, PHONE), "pairing_expired");
    fresh.control.sweep(NOW.plus_ms(300_001)).unwrap();
    assert!(fresh.control.redeem_pairing(NOW.plus_ms(299_999), &code, "phone", PHONE).is_ok());
}

#[test]
fn a_sweep_forgets_old_codes() {
    let fresh = fresh();
    let code = code(&fresh.control, NOW);
    let later = NOW.plus_ms(2 * 3_600_000);
    fresh.control.sweep(later).unwrap();
    assert_eq!(refused(&fresh.control, later, &code, PHONE), "pairing_unknown");
}

#[test]
fn a_made_up_code_is_unknown_whatever_its_shape() {
    let fresh = fresh();
    let addresses = (1..).map(|n| IpAddr::V4(Ipv4Addr::from(n)));
    let shapes = ["", "AAAAAAAAAAAAAAAAAAAAAA", "ééééééééééé", "AAAAAAAAAAAAAAAAAAAAAB", "💣"];
    for (shape, from) in shapes.into_iter().zip(addresses) {
        assert_eq!(refused(&fresh.control, NOW, shape, from), "pairing_unknown", "{shape}");
    }
}

#[test]
fn one_address_guesses_five_times_and_is_then_told_to_wait_even_with_the_right_code() {
    let fresh = fresh();
    let right = code(&fresh.control, NOW);
    for _ in 0..5 {
        assert_eq!(
            refused(&fresh.control, NOW, "AAAAAAAAAAAAAAAAAAAAAA", PHONE),
            "pairing_unknown"
        );
    }
    let error = fresh.control.redeem_pairing(NOW, &right, "phone", PHONE).unwrap_err();
    let AuthError::SlowDown { retry_after } = error else { panic!("{error}") };
    assert_eq!(retry_after, Duration::from_secs(12));
    let later = NOW.plus_ms(12_000);
    assert!(
        fresh.control.redeem_pairing(later, &right, "phone", PHONE).is_ok(),
        "the code was not spent"
    );
}

#[test]
fn of_33_codes_that_wait_the_oldest_is_void() {
    let fresh = fresh();
    let codes: Vec<String> =
        (0..33).map(|number| code(&fresh.control, NOW.plus_ms(number))).collect();
    let redeem = |code: &str| fresh.control.redeem_pairing(NOW.plus_ms(100), code, "phone", PHONE);
    assert_eq!(redeem(&codes[0]).unwrap_err().code(), "pairing_unknown");
    assert!(redeem(&codes[1]).is_ok());
    assert!(redeem(&codes[32]).is_ok());
}

#[test]
fn of_two_processes_that_redeem_one_code_at_once_exactly_one_wins() {
    for _ in 0..20 {
        let fresh = fresh();
        let code = code(&fresh.control, NOW);
        let processes: Vec<Control> = (0..4).map(|_| fresh.another_process()).collect();
        let barrier = std::sync::Barrier::new(processes.len());
        let redeem = |control: &Control| {
            barrier.wait();
            control
                .redeem_pairing(NOW, &code, "phone", PHONE)
                .map(drop)
                .map_err(|error| error.code())
        };
        let results: Vec<_> = std::thread::scope(|scope| {
            let redeem = &redeem;
            let tries: Vec<_> =
                processes.iter().map(|control| scope.spawn(move || redeem(control))).collect();
            tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert!(
            results.iter().all(|result| matches!(result, Ok(()) | Err("pairing_used"))),
            "{results:?}"
        );
        assert_eq!(fresh.control.devices().unwrap().len(), 1);
    }
}

#[test]
fn a_redemption_that_cannot_be_written_leaves_the_code_good_and_no_device_behind() {
    let fresh = fresh();
    let code = code(&fresh.control, NOW);
    let database = fresh.database();
    // The last write of a redemption fails, as on a full disk.
    let trap = "CREATE TRIGGER full BEFORE INSERT ON refresh_families BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    database.execute_batch(trap).unwrap();
    assert_eq!(refused(&fresh.control, NOW, &code, PHONE), "store");
    assert_eq!(fresh.control.devices().unwrap(), []);
    database.execute_batch("DROP TRIGGER full").unwrap();
    assert!(fresh.control.redeem_pairing(NOW, &code, "phone", PHONE).is_ok());
}

/// Fills the list of devices up to its bound with live ones.
fn fill(fresh: &crate::Fresh) {
    let filler = "WITH RECURSIVE n(i) AS (SELECT count(*) FROM devices UNION ALL SELECT i + 1 FROM n WHERE i < 1023)
         INSERT INTO devices (id, name, scopes, workspaces, created_ms, last_seen_ms)
         SELECT randomblob(16), 'filler', 'agent', '*', 1800000000000, 1800000000000 FROM n";
    fresh.database().execute_batch(filler).unwrap();
    assert_eq!(fresh.control.devices().unwrap().len(), 1024);
}

#[test]
fn the_number_of_devices_is_bounded_and_revoked_ones_make_room() {
    let fresh = fresh();
    let first = crate::enroll(&fresh.control).device.id;
    fill(&fresh);
    assert_eq!(
        fresh.control.enroll(NOW, "one more", everyday()).unwrap_err().code(),
        "too_many_devices"
    );
    fresh.control.revoke(NOW, first, Actor::Host).unwrap();
    let enrolled = fresh.control.enroll(NOW, "one more", everyday()).unwrap();
    assert_eq!(fresh.control.device(first).unwrap(), None);
    assert!(fresh.control.is_revoked(first).unwrap(), "who was forgotten stays out");
    assert!(!fresh.control.is_revoked(enrolled.device.id).unwrap());
}

/// Bob of an outside issuer, last seen at NOW.
fn bob(fresh: &crate::Fresh) -> DeviceId {
    let bob = "INSERT INTO devices (id, name, issuer, subject, scopes, workspaces, created_ms, last_seen_ms)
               VALUES (zeroblob(16), 'bob', 'https://id.example', 'bob', 'agent', '*', 1, 1800000000000)";
    fresh.database().execute_batch(bob).unwrap();
    DeviceId::from_bytes([0; 16])
}

/// How long a device may stay away.
const IDLE_MS: u64 = 90 * 24 * 60 * 60 * 1000;

#[test]
fn a_subject_of_an_outside_issuer_that_stayed_away_makes_room() {
    let fresh = fresh();
    let bob = bob(&fresh);
    fill(&fresh);
    let others_are_here = "UPDATE devices SET last_seen_ms = last_seen_ms + 1 WHERE issuer IS NULL";
    fresh.database().execute_batch(others_are_here).unwrap();
    let enroll = |later_ms| fresh.control.enroll(NOW.plus_ms(later_ms), "one more", everyday());
    assert_eq!(enroll(IDLE_MS).unwrap_err().code(), "too_many_devices");
    enroll(IDLE_MS + 1).unwrap();
    assert_eq!(fresh.control.device(bob).unwrap(), None);
}

#[test]
fn a_revoked_subject_of_an_outside_issuer_makes_no_room_because_it_would_come_back() {
    let fresh = fresh();
    let bob = bob(&fresh);
    fill(&fresh);
    fresh.control.revoke(NOW, bob, Actor::Host).unwrap();
    let later = NOW.plus_ms(IDLE_MS + 1);
    let others_are_here = "UPDATE devices SET last_seen_ms = last_seen_ms + 1 WHERE issuer IS NULL";
    fresh.database().execute_batch(others_are_here).unwrap();
    let refused = fresh.control.enroll(later, "one more", everyday()).unwrap_err();
    assert_eq!(refused.code(), "too_many_devices");
    let remedy = refused.to_string();
    assert!(remedy.contains("devtail revoke") && remedy.contains("90 days"), "{remedy}");
}
