//! Tickets that take a person on to another device.

use crate::{Fresh, NOW, PHONE, enroll, everyday, fresh};
use devtail_control::{
    Actor, AuditEvent, Enrolled, Grant, HandedOff, Issuers, Principal, Scope, Scopes, Successor,
    Timestamp, Who,
};
use std::net::{IpAddr, Ipv4Addr};

const DRAFT: &[u8] = b"git commit -m 'not sent yet";
const DESK: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));

fn principal(fresh: &Fresh, enrolled: &Enrolled) -> Principal {
    let token = enrolled.tokens.access.token.expose();
    fresh.control.authenticate(NOW, token, PHONE, &Issuers::default()).unwrap()
}

fn ticket(fresh: &Fresh, now: Timestamp, maker: &Principal) -> String {
    let made = fresh.control.create_handoff(now, maker, DRAFT.to_vec()).unwrap();
    made.ticket.expose().to_owned()
}

fn newcomer(fresh: &Fresh, now: Timestamp, ticket: &str) -> Result<HandedOff, &'static str> {
    let by = Successor::Newcomer("Firefox on Linux");
    fresh.control.redeem_handoff(now, ticket, by, DESK).map_err(|error| error.code())
}

#[test]
fn a_newcomer_becomes_a_device_with_the_makers_grant_and_gets_what_was_carried() {
    let fresh = fresh();
    let grant = Grant { scopes: Scope::TerminalRead.into(), workspaces: "site".parse().unwrap() };
    let maker = fresh.control.enroll(NOW, "phone", grant.clone()).unwrap();
    let made = fresh.control.create_handoff(NOW, &principal(&fresh, &maker), DRAFT.to_vec());
    let made = made.unwrap();
    assert_eq!((made.ticket.expose().len(), made.expires_at), (22, NOW.plus_ms(60_000)));
    let done = newcomer(&fresh, NOW.plus_ms(59_999), made.ticket.expose()).unwrap();
    let enrolled = done.enrolled.unwrap();
    assert_eq!(done.carried, DRAFT);
    assert_eq!((enrolled.device.grant, enrolled.device.name.as_str()), (grant, "Firefox on Linux"));
    assert!(fresh.control.refresh(NOW, enrolled.tokens.refresh.expose(), DESK).is_ok());
}

#[test]
fn a_device_that_is_enrolled_goes_on_with_its_own_rights_and_no_other_device_comes_to_be() {
    let fresh = fresh();
    let maker = enroll(&fresh.control);
    let laptop = fresh.control.enroll(NOW, "laptop", Grant::everywhere(Scope::Agent.into()));
    let (maker, laptop) = (principal(&fresh, &maker), principal(&fresh, &laptop.unwrap()));
    let ticket = ticket(&fresh, NOW, &maker);
    let done = fresh.control.redeem_handoff(NOW, &ticket, Successor::Device(&laptop), DESK);
    let done = done.unwrap();
    assert!(done.enrolled.is_none() && done.carried == DRAFT);
    let devices = fresh.control.devices().unwrap();
    assert_eq!(devices.len(), 2);
    let laptop = devices.iter().find(|device| device.id == laptop.device).unwrap();
    assert_eq!(laptop.grant.scopes, Scope::Agent.into());
}

#[test]
fn a_ticket_works_once_and_for_a_minute() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let used = ticket(&fresh, NOW, &maker);
    newcomer(&fresh, NOW, &used).unwrap();
    assert_eq!(newcomer(&fresh, NOW, &used).unwrap_err(), "handoff_unknown");
    let late = ticket(&fresh, NOW, &maker);
    assert_eq!(newcomer(&fresh, NOW.plus_ms(60_000), &late).unwrap_err(), "handoff_expired");
    fresh.control.sweep(NOW.plus_ms(60_001)).unwrap();
    let after = NOW.plus_ms(60_002);
    assert_eq!(newcomer(&fresh, after, &late).unwrap_err(), "handoff_unknown");
}

#[test]
fn of_many_that_come_with_one_ticket_at_once_exactly_one_wins() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let ticket = ticket(&fresh, NOW, &maker);
    let barrier = std::sync::Barrier::new(4);
    let wins = std::thread::scope(|scope| {
        let redeem = || {
            barrier.wait();
            newcomer(&fresh, NOW, &ticket).is_ok()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(redeem)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(wins.iter().filter(|won| **won).count(), 1);
    assert_eq!(fresh.control.devices().unwrap().len(), 2);
}

#[test]
fn of_33_tickets_that_wait_the_oldest_is_void() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let tickets: Vec<_> = (0..33).map(|n| ticket(&fresh, NOW.plus_ms(n), &maker)).collect();
    let now = NOW.plus_ms(40);
    assert_eq!(newcomer(&fresh, now, &tickets[0]).unwrap_err(), "handoff_unknown");
    assert!(
        newcomer(&fresh, now, &tickets[1]).is_ok() && newcomer(&fresh, now, &tickets[32]).is_ok()
    );
}

#[test]
fn a_revoked_maker_hands_nothing_on_and_makes_nothing() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let other = principal(&fresh, &enroll(&fresh.control));
    let ticket = ticket(&fresh, NOW, &maker);
    fresh.control.revoke(NOW, maker.device, Actor::Host).unwrap();
    assert_eq!(newcomer(&fresh, NOW, &ticket).unwrap_err(), "handoff_void");
    let by = Successor::Device(&other);
    let error = fresh.control.redeem_handoff(NOW, &ticket, by, DESK).unwrap_err();
    assert_eq!(error.code(), "handoff_void");
    let error = fresh.control.create_handoff(NOW, &maker, vec![]).unwrap_err();
    assert_eq!(error.code(), "device_revoked");
}

#[test]
fn the_newcomer_never_gets_more_than_the_makers_token_was_good_for() {
    let fresh = fresh();
    let mut maker = principal(&fresh, &enroll(&fresh.control));
    maker.grant = Grant::everywhere([Scope::TerminalRead, Scope::Admin].into_iter().collect());
    let enrolled = newcomer(&fresh, NOW, &ticket(&fresh, NOW, &maker)).unwrap().enrolled.unwrap();
    assert_eq!(enrolled.device.grant.scopes, Scopes::from(Scope::TerminalRead));
    assert!(!everyday().scopes.contains(Scope::Admin), "the device held no admin");
}

#[test]
fn a_subject_of_an_outside_issuer_brings_in_no_device_but_may_go_on_on_one() {
    let fresh = fresh();
    let laptop = principal(&fresh, &enroll(&fresh.control));
    let mut subject = principal(&fresh, &enroll(&fresh.control));
    subject.who = Who::Outside { issuer: "https://id.example".into(), subject: "ann".into() };
    let ticket = ticket(&fresh, NOW, &subject);
    assert_eq!(newcomer(&fresh, NOW, &ticket).unwrap_err(), "handoff_void");
    assert!(fresh.control.redeem_handoff(NOW, &ticket, Successor::Device(&laptop), DESK).is_ok());
}

#[test]
fn guesses_are_slowed_like_those_of_pairing_codes() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let right = ticket(&fresh, NOW, &maker);
    for shape in ["", "AAAAAAAAAAAAAAAAAAAAAA", "ééééééééééé", "💣", "AAAAAAAAAAAAAAAAAAAAAB"]
    {
        assert_eq!(newcomer(&fresh, NOW, shape).unwrap_err(), "handoff_unknown", "{shape}");
    }
    assert_eq!(newcomer(&fresh, NOW, &right).unwrap_err(), "slow_down");
    assert!(newcomer(&fresh, NOW.plus_ms(12_000), &right).is_ok(), "the ticket was not spent");
}

#[test]
fn a_ticket_carries_only_so_much() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let error = fresh.control.create_handoff(NOW, &maker, vec![0; 100 * 1024 + 1]).unwrap_err();
    assert_eq!(error.code(), "handoff_too_large");
}

#[test]
fn the_audit_log_tells_who_went_where_and_nothing_of_what_was_typed() {
    let fresh = fresh();
    let maker = principal(&fresh, &enroll(&fresh.control));
    let ticket = ticket(&fresh, NOW, &maker);
    let done = newcomer(&fresh, NOW, &ticket).unwrap().enrolled.unwrap();
    let _ = newcomer(&fresh, NOW, &ticket).unwrap_err();
    let rows = fresh.control.audit(0, 1000).unwrap();
    let of = |event| rows.iter().find(|row| row.event == event).unwrap();
    let made = of(AuditEvent::HandoffMade);
    assert_eq!((made.actor, made.device), (Actor::Device(maker.device), Some(maker.device)));
    let redeemed = of(AuditEvent::HandoffRedeemed);
    assert_eq!((redeemed.device, redeemed.address), (Some(done.device.id), Some(DESK)));
    assert_eq!(redeemed.detail, "from “phone” to “Firefox on Linux”");
    assert_eq!(of(AuditEvent::HandoffRefused).detail, "handoff_unknown");
    for row in &rows {
        let row = format!("{row:?}");
        assert!(!row.contains("not sent yet") && !row.contains(&ticket), "{row}");
    }
    assert!(!format!("{:?}", fresh.control).contains("not sent yet"));
}
