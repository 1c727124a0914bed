//! Who is told of things while nobody looks.

use crate::{Fresh, NOW, enroll, fresh};
use devtail_control::{Actor, DeviceId, Subscription};

fn subscription(endpoint: &str, wants: &[&str]) -> Subscription {
    let wants = wants.iter().map(|word| (*word).to_owned()).collect();
    Subscription { endpoint: endpoint.to_owned(), p256dh: [4; 65], auth: [7; 16], wants }
}

fn told(fresh: &Fresh, want: &str) -> Vec<(DeviceId, String)> {
    let subscribers = fresh.control.subscribers(want).unwrap();
    subscribers.into_iter().map(|who| (who.device.id, who.subscription.endpoint)).collect()
}

#[test]
fn a_subscription_is_told_what_it_wants_and_nothing_else() {
    let fresh = fresh();
    let device = enroll(&fresh.control).device.id;
    let wanted = subscription("https://push.example/a", &["bell", "finished"]);
    fresh.control.subscribe(NOW, device, &wanted).unwrap();
    fresh
        .control
        .subscribe(NOW, device, &subscription("https://push.example/b", &["bell"]))
        .unwrap();
    assert_eq!(told(&fresh, "bell").len(), 2);
    assert_eq!(told(&fresh, "finished"), [(device, "https://push.example/a".to_owned())]);
    assert!(told(&fresh, "be").is_empty());
    let kept = fresh.control.subscribers("finished").unwrap().remove(0).subscription;
    assert!(kept == wanted);
    assert!(!format!("{kept:?}").contains("push.example"), "an endpoint is not for logs");
}

#[test]
fn of_five_subscriptions_of_a_device_the_oldest_is_forgotten() {
    let fresh = fresh();
    let device = enroll(&fresh.control).device.id;
    for n in 0..5 {
        let endpoint = format!("https://push.example/{n}");
        fresh
            .control
            .subscribe(NOW.plus_ms(n), device, &subscription(&endpoint, &["bell"]))
            .unwrap();
    }
    let endpoints: Vec<_> =
        told(&fresh, "bell").into_iter().map(|(_, endpoint)| endpoint).collect();
    assert_eq!(endpoints, ["1", "2", "3", "4"].map(|n| format!("https://push.example/{n}")));
}

#[test]
fn an_endpoint_belongs_to_the_device_that_showed_it_last() {
    let fresh = fresh();
    let (old, new) = (enroll(&fresh.control).device.id, enroll(&fresh.control).device.id);
    for device in [old, new] {
        fresh
            .control
            .subscribe(NOW, device, &subscription("https://push.example/a", &["bell"]))
            .unwrap();
    }
    assert_eq!(told(&fresh, "bell"), [(new, "https://push.example/a".to_owned())]);
    fresh.control.unsubscribe(old, Some("https://push.example/a")).unwrap();
    assert_eq!(told(&fresh, "bell").len(), 1, "another's subscription is not touched");
    fresh.control.unsubscribe(new, None).unwrap();
    assert!(told(&fresh, "bell").is_empty());
}

#[test]
fn a_device_that_is_revoked_is_told_nothing_more_and_subscribes_to_nothing() {
    let fresh = fresh();
    let device = enroll(&fresh.control).device.id;
    let wanted = subscription("https://push.example/a", &["bell"]);
    fresh.control.subscribe(NOW, device, &wanted).unwrap();
    fresh.control.revoke(NOW, device, Actor::Host).unwrap();
    let rows = || {
        let count = "SELECT count(*) FROM push_subscriptions";
        fresh.database().query_row(count, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    assert_eq!((told(&fresh, "bell").len(), rows()), (0, 0));
    fresh.control.subscribe(NOW, device, &wanted).unwrap();
    fresh.control.subscribe(NOW, DeviceId::from_bytes([9; 16]), &wanted).unwrap();
    assert_eq!(rows(), 0);
}

#[test]
fn what_its_push_service_knows_no_more_is_forgotten() {
    let fresh = fresh();
    let device = enroll(&fresh.control).device.id;
    fresh
        .control
        .subscribe(NOW, device, &subscription("https://push.example/a", &["bell"]))
        .unwrap();
    fresh.control.forget_subscription("https://push.example/a").unwrap();
    assert!(told(&fresh, "bell").is_empty());
}
