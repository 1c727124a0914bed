//! Refresh tokens through the door; the machine that decides has its own tests beside it.

use crate::{NOW, PHONE, enroll, fresh};
use devtail_control::{AuditEvent, Control, Issuers, Timestamp};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn swap(control: &Control, now: Timestamp, token: &str) -> Result<String, &'static str> {
    let tokens = control.refresh(now, token, PHONE).map_err(|error| error.code())?;
    Ok(tokens.refresh.expose().to_owned())
}

#[test]
fn each_refresh_gives_a_good_access_token_and_another_refresh_token() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    let mut token = enrolled.tokens.refresh.expose().to_owned();
    for day in 1..200 {
        let now = NOW.plus_ms(day * DAY_MS);
        let tokens = fresh.control.refresh(now, &token, PHONE).unwrap();
        assert_ne!(tokens.refresh.expose(), token);
        assert_eq!(tokens.refresh_expires_at, now.plus_ms(90 * DAY_MS));
        let access = tokens.access.token.expose();
        assert!(fresh.control.authenticate(now, access, PHONE, &Issuers::default()).is_ok());
        token = tokens.refresh.expose().to_owned();
    }
    let rows = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        fresh.database().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(rows("refresh_families"), 1, "a year of refreshes leaves one row");
    assert!(rows("audit") < 10);
}

#[test]
fn a_phone_that_loses_the_answer_in_a_tunnel_gets_the_same_one_again() {
    let fresh = fresh();
    let first = enroll(&fresh.control).tokens.refresh;
    let lost = swap(&fresh.control, NOW, first.expose()).unwrap();
    assert_eq!(swap(&fresh.control, NOW.plus_ms(60_000), first.expose()), Ok(lost.clone()));
    let later = swap(&fresh.control, NOW.plus_ms(DAY_MS), first.expose()).unwrap();
    assert_ne!(later, lost);
    assert!(swap(&fresh.control, NOW.plus_ms(DAY_MS), &later).is_ok());
}

#[test]
fn a_spent_token_revokes_the_device_and_says_so_in_the_audit_log() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    let first = enrolled.tokens.refresh.expose();
    let second = swap(&fresh.control, NOW, first).unwrap();
    let third = swap(&fresh.control, NOW, &second).unwrap();
    assert_eq!(swap(&fresh.control, NOW, first), Err("refresh_reused"));
    assert_eq!(
        swap(&fresh.control, NOW, &third),
        Err("device_revoked"),
        "the newest token is dead as well"
    );
    let access = enrolled.tokens.access.token.expose();
    assert_eq!(crate::refusal(&fresh.control, NOW, access), "device_revoked");
    assert!(fresh.control.is_revoked(enrolled.device.id).unwrap());
    assert_eq!(fresh.control.revocation_epoch().unwrap(), 1, "its links are told to look");
    let events: Vec<_> = fresh
        .control
        .audit(0, 100)
        .unwrap()
        .into_iter()
        .map(|row| (row.event, row.device))
        .collect();
    for event in [AuditEvent::RefreshReused, AuditEvent::DeviceRevoked] {
        assert!(events.contains(&(event, Some(enrolled.device.id))), "{event:?} in {events:?}");
    }
}

#[test]
fn a_token_spent_a_hundred_rotations_ago_is_still_known_as_stolen() {
    let fresh = fresh();
    let first = enroll(&fresh.control).tokens.refresh.expose().to_owned();
    let mut newest = first.clone();
    for _ in 0..100 {
        newest = swap(&fresh.control, NOW, &newest).unwrap();
    }
    assert_eq!(swap(&fresh.control, NOW, &first), Err("refresh_reused"));
    assert_eq!(swap(&fresh.control, NOW, &newest), Err("device_revoked"));
}

#[test]
fn ninety_days_of_silence_end_it_without_a_revocation() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    let token = enrolled.tokens.refresh.expose();
    let later = NOW.plus_ms(90 * DAY_MS + 1);
    assert_eq!(swap(&fresh.control, later, token), Err("refresh_expired"));
    assert_eq!(swap(&fresh.control, NOW, token), Err("refresh_expired"), "for good");
    assert!(!fresh.control.is_revoked(enrolled.device.id).unwrap());
}

#[test]
fn a_token_of_another_gateway_or_of_nobody_is_unknown_and_revokes_nothing() {
    let (here, elsewhere) = (fresh(), fresh());
    let enrolled = enroll(&here.control);
    let foreign = enroll(&elsewhere.control).tokens.refresh;
    for bad in [foreign.expose(), "", "AAAA", enrolled.tokens.access.token.expose()] {
        assert_eq!(swap(&here.control, NOW, bad), Err("refresh_unknown"));
    }
    assert!(swap(&here.control, NOW, enrolled.tokens.refresh.expose()).is_ok());
}

#[test]
fn processes_that_refresh_one_token_at_once_get_one_and_the_same_successor() {
    for _ in 0..10 {
        let fresh = fresh();
        let token = enroll(&fresh.control).tokens.refresh.expose().to_owned();
        let processes: Vec<Control> = (0..4).map(|_| fresh.another_process()).collect();
        let barrier = std::sync::Barrier::new(processes.len());
        let refresh = |control: &Control| {
            barrier.wait();
            swap(control, NOW, &token).unwrap()
        };
        let successors: Vec<String> = std::thread::scope(|scope| {
            let refresh = &refresh;
            let tries: Vec<_> =
                processes.iter().map(|control| scope.spawn(move || refresh(control))).collect();
            tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
        });
        assert!(successors.iter().all(|successor| *successor == successors[0]));
        assert!(swap(&fresh.control, NOW, &successors[0]).is_ok());
    }
}

#[test]
fn a_rotation_that_cannot_be_written_leaves_the_presented_token_good() {
    let fresh = fresh();
    let token = enroll(&fresh.control).tokens.refresh.expose().to_owned();
    let database = fresh.database();
    let trap =
        "CREATE TRIGGER full BEFORE UPDATE ON devices BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    database.execute_batch(trap).unwrap();
    assert_eq!(swap(&fresh.control, NOW, &token), Err("store"));
    database.execute_batch("DROP TRIGGER full").unwrap();
    // Were the family already rotated, this would be a repetition and not the start of a minute.
    let later = NOW.plus_ms(DAY_MS);
    let next = swap(&fresh.control, later, &token).unwrap();
    assert_eq!(swap(&fresh.control, later.plus_ms(1), &token), Ok(next));
}
