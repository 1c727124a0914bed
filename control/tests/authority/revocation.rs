//! Devices: listed, seen, revoked, also by another process.

use crate::{NOW, PHONE, enroll, fresh};
use devtail_control::{Actor, AuditEvent, DeviceId, Revocation, Scope};

#[test]
fn a_revoked_device_is_out_by_every_door_and_stays_in_the_list() {
    let fresh = fresh();
    let enrolled = enroll(&fresh.control);
    let access = enrolled.tokens.access.token.expose();
    let principal = fresh.control.authenticate(NOW, access, PHONE, &Default::default()).unwrap();
    let later = NOW.plus_ms(5);
    assert_eq!(
        fresh.control.revoke(later, enrolled.device.id, Actor::Host).unwrap(),
        Revocation::Done
    );
    assert_eq!(crate::refusal(&fresh.control, later, access), "device_revoked");
    let refreshed = fresh.control.refresh(later, enrolled.tokens.refresh.expose(), PHONE);
    assert_eq!(refreshed.unwrap_err().code(), "device_revoked");
    let denied = fresh.control.permit(later, &principal, Scope::TerminalRead, "home").unwrap_err();
    assert_eq!(denied.code(), "denied_revoked");
    assert_eq!(fresh.control.devices().unwrap()[0].revoked, Some(later));
    let sql = "SELECT count(*) FROM refresh_families";
    let families: u32 = fresh.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(families, 0, "nothing is left to refresh");
}

#[test]
fn revoking_twice_is_no_error_and_writes_one_row() {
    let fresh = fresh();
    let id = enroll(&fresh.control).device.id;
    assert_eq!(fresh.control.revoke(NOW, id, Actor::Host).unwrap(), Revocation::Done);
    assert_eq!(fresh.control.revoke(NOW, id, Actor::Device(id)).unwrap(), Revocation::Already);
    assert_eq!(fresh.control.revocation_epoch().unwrap(), 1);
    let rows = fresh.control.audit(0, 100).unwrap();
    assert_eq!(rows.iter().filter(|row| row.event == AuditEvent::DeviceRevoked).count(), 1);
    let unknown = DeviceId::from_bytes([1; 16]);
    assert_eq!(
        fresh.control.revoke(NOW, unknown, Actor::Host).unwrap_err().code(),
        "device_unknown"
    );
}

#[test]
fn what_the_cli_revokes_the_running_gateway_sees_at_its_next_question() {
    let fresh = fresh();
    let gateway = &fresh.control;
    let (ann, bob) = (enroll(gateway).device.id, enroll(gateway).device.id);
    assert_eq!(gateway.revocation_epoch().unwrap(), 0);
    let cli = fresh.another_process();
    cli.revoke(NOW, ann, Actor::Host).unwrap();
    assert!(gateway.is_revoked(ann).unwrap());
    assert!(!gateway.is_revoked(bob).unwrap());
    assert_eq!(gateway.revocation_epoch().unwrap(), 1);
    cli.revoke(NOW, bob, Actor::Host).unwrap();
    assert!(gateway.is_revoked(bob).unwrap());
    assert_eq!(gateway.revocation_epoch().unwrap(), 2);
    assert!(
        gateway.is_revoked(DeviceId::from_bytes([9; 16])).unwrap(),
        "an unknown device is out as well"
    );
}

#[test]
fn last_seen_is_written_once_a_minute_at_most() {
    let fresh = fresh();
    let id = enroll(&fresh.control).device.id;
    let last_seen = || fresh.control.device(id).unwrap().unwrap().last_seen;
    fresh.control.seen(NOW.plus_ms(59_999), id).unwrap();
    assert_eq!(last_seen(), NOW);
    fresh.control.seen(NOW.plus_ms(60_000), id).unwrap();
    assert_eq!(last_seen(), NOW.plus_ms(60_000));
    fresh.control.seen(NOW, DeviceId::from_bytes([9; 16])).unwrap();
}
