//! The first start, the second, and the ways a state directory can be wrong.

use crate::{NOW, enroll, fresh, refusal};
use devtail_control::Control;
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
};

#[test]
fn the_state_directory_is_0700_and_every_file_in_it_0600() {
    let fresh = fresh();
    enroll(&fresh.control);
    assert_eq!(fs::metadata(fresh.state.path()).unwrap().mode() & 0o777, 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(fresh.state.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    for expected in ["control.db", "control.db-wal", "refresh.key", "control.lock"] {
        assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
    }
    assert_eq!(names.iter().filter(|name| name.ends_with(".signing.key")).count(), 1);
}

#[test]
fn who_only_looks_makes_nothing_where_no_gateway_ever_ran() {
    let temp = tempfile::tempdir().unwrap();
    let state = temp.path().join("state");
    assert!(Control::find(NOW, &state).unwrap().is_none());
    assert!(!state.exists());
    fs::create_dir(&state).unwrap();
    assert!(Control::find(NOW, &state).unwrap().is_none());
    assert_eq!(fs::read_dir(&state).unwrap().count(), 0);
    let opened = Control::open(NOW, &state).unwrap();
    let found = Control::find(NOW, &state).unwrap().expect("one ran there");
    assert_eq!(found.gateway_id(), opened.gateway_id());
}

#[test]
fn a_second_start_knows_the_same_gateway_and_the_same_tokens() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    let again = fresh.another_process();
    assert_eq!(again.gateway_id(), fresh.control.gateway_id());
    let refreshed = again.refresh(NOW, enrolled.tokens.refresh.expose(), crate::PHONE).unwrap();
    assert_eq!(refreshed.device, enrolled.device.id);
    let token = enrolled.tokens.access.token.expose();
    assert!(again.authenticate(NOW, token, crate::PHONE, &Default::default()).is_ok());
}

#[test]
fn many_first_starts_at_once_make_one_gateway() {
    let state = tempfile::tempdir().unwrap();
    let ids: Vec<String> = std::thread::scope(|scope| {
        let open = || Control::open(NOW, state.path()).unwrap().gateway_id().to_owned();
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let keys = fs::read_dir(state.path()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".signing.key")
    });
    assert_eq!(keys.count(), 1);
}

#[test]
fn a_key_file_that_others_could_read_is_tightened_at_the_next_start() {
    let fresh = fresh();
    let key = fresh.state.path().join("refresh.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    fresh.another_process();
    assert_eq!(fs::metadata(&key).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_damaged_key_is_an_error_that_names_the_file_and_the_remedy() {
    let fresh = fresh();
    fs::write(fresh.state.path().join("refresh.key"), b"short").unwrap();
    let error = Control::open(NOW, fresh.state.path()).unwrap_err();
    assert_eq!(error.code(), "state");
    let text = error.to_string();
    assert!(text.contains("refresh.key") && text.contains("backup"), "{text}");
}

#[test]
fn a_lost_signing_key_is_replaced_and_only_the_access_tokens_in_flight_are_lost() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    for entry in fs::read_dir(fresh.state.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".signing.key") {
            fs::remove_file(path).unwrap();
        }
    }
    let again = fresh.another_process();
    let refreshed = again.refresh(NOW, enrolled.tokens.refresh.expose(), crate::PHONE).unwrap();
    let token = refreshed.access.token.expose();
    assert!(again.authenticate(NOW, token, crate::PHONE, &Default::default()).is_ok());
}

#[test]
fn a_database_of_a_newer_devtail_is_refused_and_left_alone() {
    let fresh = fresh();
    fresh.database().pragma_update(None, "user_version", 99).unwrap();
    let error = Control::open(NOW, fresh.state.path()).unwrap_err();
    assert!(error.to_string().contains("newer devtail"), "{error}");
    let version: i64 =
        fresh.database().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn no_secret_is_kept_in_the_database_in_the_clear() {
    let fresh = fresh();
    let pairing = fresh.control.create_pairing(NOW, &crate::everyday()).unwrap();
    let enrolled = enroll(&fresh.control);
    let mut kept = fs::read(fresh.state.path().join("control.db")).unwrap();
    kept.extend(fs::read(fresh.state.path().join("control.db-wal")).unwrap());
    let holds = |needle: &[u8]| kept.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"phone"), "the search finds what is there");
    for secret in [&pairing.code, &enrolled.tokens.refresh, &enrolled.tokens.access.token] {
        assert!(!holds(secret.expose().as_bytes()));
        assert!(!format!("{pairing:?} {enrolled:?} {:?}", fresh.control).contains(secret.expose()));
    }
    assert_eq!(refusal(&fresh.control, NOW, pairing.code.expose()), "token_malformed");
}
