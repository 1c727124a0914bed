//! What the audit log holds, and what it never does.

use crate::{NOW, PHONE, enroll, everyday, fresh};
use devtail_control::{Actor, AuditEvent, Control, Grant, Scope};

fn events(control: &Control) -> Vec<AuditEvent> {
    control.audit(0, 1000).unwrap().into_iter().map(|row| row.event).collect()
}

#[test]
fn a_pairing_is_told_from_its_code_to_its_grant() {
    let fresh = fresh();
    let pairing = fresh.control.create_pairing(NOW, &everyday()).unwrap();
    let enrolled =
        fresh.control.redeem_pairing(NOW, pairing.code.expose(), "phone", PHONE).unwrap();
    let _ = fresh.control.redeem_pairing(NOW, pairing.code.expose(), "thief", PHONE).unwrap_err();
    let expected = [
        AuditEvent::SigningKeyMade,
        AuditEvent::PairingCreated,
        AuditEvent::PairingRedeemed,
        AuditEvent::Granted,
        AuditEvent::PairingFailed,
    ];
    assert_eq!(events(&fresh.control), expected);
    let rows = fresh.control.audit(0, 1000).unwrap();
    assert_eq!((rows[2].device, rows[2].address), (Some(enrolled.device.id), Some(PHONE)));
    assert!(rows[2].detail.contains("phone"));
    assert_eq!((rows[4].actor, rows[4].detail.as_str()), (Actor::Stranger, "pairing_used"));
    for row in &rows {
        assert!(!format!("{row:?}").contains(pairing.code.expose()), "no secret in {row:?}");
    }
}

#[test]
fn the_log_is_read_in_pages() {
    let fresh = fresh();
    for _ in 0..5 {
        enroll(&fresh.control);
    }
    let first = fresh.control.audit(0, 4).unwrap();
    let second = fresh.control.audit(first[3].id, u32::MAX).unwrap();
    let ids: Vec<u64> = first.iter().chain(&second).map(|row| row.id).collect();
    assert_eq!(ids, (1..=6).collect::<Vec<u64>>());
    assert_eq!(fresh.control.audit(u64::MAX, 10).unwrap(), []);
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                INSERT INTO audit (at_ms, event, actor, detail, count) SELECT i, 'denied', 'host', '', 1 FROM n";
    fresh.database().execute_batch(many).unwrap();
    assert_eq!(fresh.control.audit(0, u32::MAX).unwrap().len(), 1000);
}

#[test]
fn a_row_is_neither_changed_nor_removed_by_anybody() {
    let fresh = fresh();
    let database = fresh.database();
    let before = fresh.control.audit(0, 1000).unwrap();
    let replace = "INSERT OR REPLACE INTO audit
                   SELECT id, at_ms, event, actor, device, address, 'changed', count FROM audit";
    for sql in ["UPDATE audit SET detail = 'changed'", "DELETE FROM audit", replace] {
        let error = database.execute(sql, []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
        assert_eq!(fresh.control.audit(0, 1000).unwrap(), before, "{sql}");
    }
}

#[test]
fn a_denial_is_written_at_once_and_its_thousand_repetitions_as_one_row() {
    let fresh = fresh();
    let enrolled =
        fresh.control.enroll(NOW, "phone", Grant::everywhere(Scope::Agent.into())).unwrap();
    let token = enrolled.tokens.access.token.expose();
    let principal = fresh.control.authenticate(NOW, token, PHONE, &Default::default()).unwrap();
    let denials = || {
        let rows = fresh.control.audit(0, 1000).unwrap().into_iter();
        rows.filter(|row| row.event == AuditEvent::Denied).collect::<Vec<_>>()
    };
    for _ in 0..1001 {
        fresh.control.permit(NOW, &principal, Scope::TerminalRead, "home").unwrap_err();
    }
    let rows = denials();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].actor, rows[0].address), (Actor::Device(enrolled.device.id), Some(PHONE)));
    assert_eq!(rows[0].detail, "denied_scope: terminal:read");
    fresh.control.sweep(NOW.plus_ms(60_000)).unwrap();
    assert_eq!(denials().iter().map(|row| row.count).collect::<Vec<_>>(), [1, 1000]);
}

#[test]
fn a_long_device_name_does_not_make_a_long_row() {
    let fresh = fresh();
    fresh.control.enroll(NOW, &"🦀".repeat(10_000), everyday()).unwrap();
    assert!(fresh.control.audit(0, 1000).unwrap().iter().all(|row| row.detail.len() <= 256));
}

#[test]
fn what_a_device_has_done_is_noted_with_who_and_from_where() {
    let fresh = fresh();
    let enrolled = fresh.control.enroll(NOW, "phone", everyday()).unwrap();
    let token = enrolled.tokens.access.token.expose();
    let principal = fresh.control.authenticate(NOW, token, PHONE, &Default::default()).unwrap();
    fresh.control.note(NOW, &principal, "record start: 07 to /home/ann/a.cast").unwrap();
    let row = fresh.control.audit(0, 1000).unwrap().pop().unwrap();
    assert_eq!((row.event, row.actor), (AuditEvent::Noted, Actor::Device(enrolled.device.id)));
    assert_eq!((row.device, row.address), (Some(enrolled.device.id), Some(PHONE)));
    assert_eq!(row.detail, "record start: 07 to /home/ann/a.cast");
}
