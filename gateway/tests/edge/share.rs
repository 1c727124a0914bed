//! A guest's time, to its end.

use crate::{
    house::{House, PATIENCE, here, now},
    wire,
};
use devtail_control::{Issuers, Scope, Sharing};
use devtail_gateway::Settings;
use devtail_protocol::ChannelId;
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, time::timeout};

#[tokio::test]
async fn a_guests_link_ends_when_its_time_is_over_and_its_token_with_it() {
    let house = House::open(Settings::default()).await;
    let owner = house.enrol();
    let owner = house.control.authenticate(now(), &owner, here(), &Issuers::default()).unwrap();
    let sharing = Sharing {
        channel: ChannelId([1; 16]),
        name: "shell".into(),
        scope: Scope::TerminalRead,
        lasts_ms: 60_000,
    };
    // Made 57 s ago: it is over in 3 s.
    let made = now().minus_ms(57_000);
    let (share, code) = house.control.create_share(made, &owner, &sharing).unwrap();
    let ask = serde_json::json!({"code": code.expose(), "device_name": "guest"});
    let opened = house.post("/api/share/open", "", &ask).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let token = opened.json()["access_token"].as_str().unwrap().to_owned();
    let headers =
        format!("Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: devtail.v1\r\n");
    let mut stream = wire::dial(&house.address).await;
    stream.write_all(house.upgrade(&headers).as_bytes()).await.unwrap();
    assert_eq!(wire::answer(&mut stream).await.status, 101);
    let left = Duration::from_millis(share.expires.ms_since(now()));
    let began = Instant::now();
    timeout(PATIENCE, wire::closed(&mut stream)).await.unwrap();
    let lasted = began.elapsed();
    assert!(lasted + Duration::from_millis(50) >= left, "{lasted:?} of {left:?}");
    assert!(lasted < left + Duration::from_secs(1), "{lasted:?} of {left:?}");
    let again = wire::exchange(&house.address, &house.upgrade(&headers)).await;
    assert_eq!(again.status, 401);
    assert_eq!(house.post("/api/share/open", "", &ask).await.status, 401);
    let refresh = opened.json()["refresh_token"].clone();
    let ask = serde_json::json!({"refresh_token": refresh});
    assert_eq!(house.post("/api/token", "", &ask).await.status, 401);
}
