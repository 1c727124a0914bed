//! Links by which guests look at one channel.

use crate::{Fresh, NOW, PHONE, enroll, fresh};
use devtail_control::{
    Actor, Arrival, AuditEvent, Issuers, Principal, Scope, Share, Sharing, Timestamp, Who,
};
use devtail_protocol::ChannelId;
use std::net::{IpAddr, Ipv4Addr};

const SHOWN: ChannelId = ChannelId([1; 16]);
const HOUR_MS: u64 = 3_600_000;

fn sharing() -> Sharing {
    Sharing { channel: SHOWN, name: "build".into(), scope: Scope::TerminalRead, lasts_ms: HOUR_MS }
}

fn owner(fresh: &Fresh) -> Principal {
    let token = enroll(&fresh.control).tokens.access.token;
    fresh.control.authenticate(NOW, token.expose(), PHONE, &Issuers::default()).unwrap()
}

fn shared(fresh: &Fresh) -> (Share, String) {
    let (share, code) = fresh.control.create_share(NOW, &owner(fresh), &sharing()).unwrap();
    (share, code.expose().to_owned())
}

/// Each from an address of its own, so that none is slowed by another.
fn open(fresh: &Fresh, now: Timestamp, code: &str, number: u32) -> Result<Arrival, &'static str> {
    let from = IpAddr::V4(Ipv4Addr::from(number));
    fresh.control.open_share(now, code, None, "guest", from).map_err(|error| error.code())
}

fn guest(fresh: &Fresh, code: &str, number: u32) -> (Principal, String) {
    let tokens = open(fresh, NOW, code, number).unwrap().enrolled.unwrap().tokens;
    let token = tokens.access.token.expose();
    let principal = fresh.control.authenticate(NOW, token, PHONE, &Issuers::default()).unwrap();
    (principal, tokens.refresh.expose().to_owned())
}

#[test]
fn a_guest_may_read_the_one_channel_and_nothing_that_is_not_about_it() {
    let fresh = fresh();
    let (_, code) = shared(&fresh);
    let (guest, _) = guest(&fresh, &code, 1);
    let may = |scope, channel| fresh.control.permit_in(NOW, &guest, scope, "home", channel);
    assert!(may(Scope::TerminalRead, Some(SHOWN)).is_ok());
    let code = |denied: Result<_, devtail_control::Denied>| denied.unwrap_err().code();
    assert_eq!(code(may(Scope::TerminalRead, Some(ChannelId([2; 16])))), "denied_channel");
    assert_eq!(code(may(Scope::TerminalRead, None)), "denied_channel");
    assert_eq!(
        code(fresh.control.permit(NOW, &guest, Scope::TerminalRead, "home")),
        "denied_channel"
    );
    for scope in Scope::ALL.into_iter().filter(|scope| *scope != Scope::TerminalRead) {
        assert_eq!(code(may(scope, Some(SHOWN))), "denied_scope", "{scope}");
    }
}

#[test]
fn when_the_time_is_over_nothing_of_the_guest_is_good_any_more() {
    let fresh = fresh();
    let (share, code) = shared(&fresh);
    let (guest, refresh) = guest(&fresh, &code, 1);
    let over = share.expires;
    let last = Timestamp::from_unix_ms(over.unix_ms() - 1);
    let permit =
        |now| fresh.control.permit_in(now, &guest, Scope::TerminalRead, "home", Some(SHOWN));
    assert!(permit(last).is_ok() && permit(over).is_err());
    let late = fresh.control.refresh(last.minus_ms(60_000), &refresh, PHONE).unwrap();
    assert!(late.access.expires_at <= over && late.refresh_expires_at <= over);
    let token = late.access.token.expose();
    let error = fresh.control.authenticate(over, token, PHONE, &Issuers::default()).unwrap_err();
    assert_eq!(error.code(), "share_over");
    let error = fresh.control.refresh(over, late.refresh.expose(), PHONE).unwrap_err();
    assert_eq!(error.code(), "share_over");
    assert_eq!(open(&fresh, over, &code, 9).unwrap_err(), "share_over");
}

#[test]
fn sixteen_guests_come_by_one_link_and_no_more() {
    let fresh = fresh();
    let (_, code) = shared(&fresh);
    for number in 0..16 {
        open(&fresh, NOW.plus_ms(u64::from(number) * 1000), &code, number).unwrap();
    }
    assert_eq!(open(&fresh, NOW.plus_ms(20_000), &code, 17).unwrap_err(), "too_many_guests");
    assert_eq!(fresh.control.shares().unwrap()[0].guests, 16);
}

#[test]
fn ending_a_share_revokes_its_guests_and_nobody_else() {
    let fresh = fresh();
    let (share, code) = shared(&fresh);
    let (_, other) = shared(&fresh);
    let (mine, _) = guest(&fresh, &code, 1);
    let (theirs, _) = guest(&fresh, &other, 2);
    let before = fresh.control.revocation_epoch().unwrap();
    assert!(fresh.control.end_share(NOW, share.id, Actor::Host).unwrap());
    assert!(fresh.control.is_revoked(mine.device).unwrap());
    assert!(!fresh.control.is_revoked(theirs.device).unwrap());
    assert!(fresh.control.revocation_epoch().unwrap() > before, "live links are told");
    assert!(!fresh.control.end_share(NOW, share.id, Actor::Host).unwrap(), "it was over before");
    assert_eq!(open(&fresh, NOW, &code, 3).unwrap_err(), "share_over");
}

#[test]
fn guests_and_subjects_of_outside_issuers_share_nothing_and_hand_nothing_over() {
    let fresh = fresh();
    let (_, code) = shared(&fresh);
    let (guest, _) = guest(&fresh, &code, 1);
    let mut subject = owner(&fresh);
    subject.who = Who::Outside { issuer: "https://id.example".into(), subject: "ann".into() };
    for principal in [&guest, &subject] {
        let error = fresh.control.create_share(NOW, principal, &sharing()).unwrap_err();
        assert_eq!(error.code(), "not_for_guests");
    }
    let error = fresh.control.create_handoff(NOW, &guest, vec![]).unwrap_err();
    assert_eq!(error.code(), "not_for_guests");
}

#[test]
fn a_guest_of_one_link_that_opens_another_is_another_guest() {
    let fresh = fresh();
    let ((_, one), (_, two)) = (shared(&fresh), shared(&fresh));
    let (known, _) = guest(&fresh, &one, 1);
    let open = |code: &str| fresh.control.open_share(NOW, code, Some(&known), "guest", PHONE);
    assert!(open(&one).unwrap().enrolled.is_none());
    assert!(open(&two).unwrap().enrolled.is_some());
}

#[test]
fn a_share_lasts_a_minute_to_a_week_and_there_are_64_at_most() {
    let fresh = fresh();
    let owner = owner(&fresh);
    let make = |now, lasts_ms| {
        let sharing = Sharing { lasts_ms, ..sharing() };
        fresh.control.create_share(now, &owner, &sharing).map(drop).map_err(|error| error.code())
    };
    assert_eq!(make(NOW, 59_999), Err("share_lifetime"));
    assert_eq!(make(NOW, 7 * 24 * HOUR_MS + 1), Err("share_lifetime"));
    for _ in 0..64 {
        make(NOW, 60_000).unwrap();
    }
    assert_eq!(make(NOW, 60_000), Err("too_many_shares"));
    assert_eq!(make(NOW.plus_ms(60_000), 60_000), Ok(()), "those that are over make room");
}

#[test]
fn what_is_over_is_forgotten_after_a_day() {
    let fresh = fresh();
    let (share, code) = shared(&fresh);
    guest(&fresh, &code, 1);
    let a_day_later = share.expires.plus_ms(24 * HOUR_MS);
    fresh.control.sweep(a_day_later).unwrap();
    assert_eq!(
        (fresh.control.shares().unwrap().len(), fresh.control.devices().unwrap().len()),
        (1, 2)
    );
    fresh.control.sweep(a_day_later.plus_ms(1)).unwrap();
    assert_eq!(
        (fresh.control.shares().unwrap().len(), fresh.control.devices().unwrap().len()),
        (0, 1)
    );
}

#[test]
fn wrong_codes_are_slowed_and_told_apart_in_the_log_alone() {
    let fresh = fresh();
    let (_, right) = shared(&fresh);
    for wrong in ["", "AAAAAAAAAAAAAAAAAAAAAA", "💣", "ééééééééééé", "AAAAAAAAAAAAAAAAAAAAAB"]
    {
        assert_eq!(open(&fresh, NOW, wrong, 1).unwrap_err(), "share_unknown", "{wrong}");
    }
    assert_eq!(open(&fresh, NOW, &right, 1).unwrap_err(), "slow_down");
    let rows = fresh.control.audit(0, 1000).unwrap();
    assert!(rows.iter().any(|row| row.event == AuditEvent::ShareRefused));
    assert!(rows.iter().all(|row| !format!("{row:?}").contains(&right)));
}
