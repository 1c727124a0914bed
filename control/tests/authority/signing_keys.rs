//! Rotation of the keys that sign access tokens.

use crate::{Fresh, NOW, PHONE, enroll, forge, fresh, refusal};
use devtail_control::{Control, Issuers, Timestamp};

fn good(control: &Control, now: Timestamp, token: &str) -> bool {
    control.authenticate(now, token, PHONE, &Issuers::default()).is_ok()
}

fn key_files(fresh: &Fresh) -> usize {
    let names =
        std::fs::read_dir(fresh.state.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".signing.key")).count()
}

#[test]
fn a_rotated_key_still_proves_the_tokens_it_signed_until_they_expire() {
    let fresh = fresh();
    let old = enroll(&fresh.control).tokens.access.token;
    fresh.control.rotate_signing_key(NOW.plus_ms(1000)).unwrap();
    let new = enroll(&fresh.control).tokens.access.token;
    assert_ne!(forge::take_apart(old.expose()).0["kid"], forge::take_apart(new.expose()).0["kid"]);
    assert!(good(&fresh.control, NOW.plus_ms(929_000), old.expose()));
    assert!(good(&fresh.control, NOW.plus_ms(929_000), new.expose()));
    assert_eq!(refusal(&fresh.control, NOW.plus_ms(930_000), old.expose()), "token_expired");
    assert_eq!(refusal(&fresh.control, NOW.plus_ms(931_000), old.expose()), "token_key");
    fresh.control.sweep(NOW.plus_ms(931_000)).unwrap();
    assert_eq!(
        refusal(&fresh.control, NOW, old.expose()),
        "token_key",
        "its public half is forgotten"
    );
    assert_eq!(key_files(&fresh), 1, "its private half was removed at once");
}

#[test]
fn a_key_rotated_by_another_process_is_used_by_this_one_at_once() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    fresh.another_process().rotate_signing_key(NOW).unwrap();
    let tokens = fresh.control.refresh(NOW, enrolled.tokens.refresh.expose(), PHONE).unwrap();
    assert!(good(&fresh.control, NOW, tokens.access.token.expose()));
    assert!(good(&fresh.control, NOW, enrolled.tokens.access.token.expose()));
}

#[test]
fn a_sweep_replaces_a_key_after_thirty_days_and_not_before() {
    let fresh = fresh();
    let keys = |now| {
        fresh.control.sweep(now).unwrap();
        let sql = "SELECT kid FROM signing_keys WHERE retired_ms IS NULL";
        fresh.database().query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let month_ms = 30 * 24 * 60 * 60 * 1000;
    let first = keys(NOW);
    assert_eq!(keys(NOW.plus_ms(month_ms - 1)), first);
    assert_ne!(keys(NOW.plus_ms(month_ms)), first);
}

#[test]
fn a_private_key_that_a_crash_left_behind_is_removed_at_the_next_start() {
    let fresh = fresh();
    std::fs::write(fresh.state.path().join("0000000000000000.signing.key"), [1; 32]).unwrap();
    assert_eq!(key_files(&fresh), 2);
    fresh.another_process();
    assert_eq!(key_files(&fresh), 1);
}
