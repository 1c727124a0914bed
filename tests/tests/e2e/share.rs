//! A guest looks at one terminal, and tries everything else.

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::{Input, KIND, Query, Spec};
use devtail_client::{
    ChannelEvent, Client, Config, Credential, Enrolment, Event, Events, LinkState, Secret, Store,
};
use devtail_protocol::wire::Priority;
use devtail_protocol::{ChannelId, Code, Fault};
use devtail_tests::gateway::Gateway;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Answer, JSON, PATIENCE, Person, get, post, refused, text, upgrade};

/// A gateway with two terminals, their owner, and a link to the first.
struct Stage {
    gateway: Gateway,
    owner: Person,
    shared: ChannelId,
    other: ChannelId,
    link: Value,
}

fn stage() -> Result<Stage> {
    let gateway = Gateway::start()?;
    let owner = Person::new()?;
    owner.output(&["new", gateway.link(), "--name", "shown"])?;
    owner.output(&["new", "--name", "hidden"])?;
    let listed: Value = serde_json::from_str(&owner.output(&["ls", "--json"])?)?;
    let id = |name: &str| -> Result<ChannelId> {
        let all = listed.as_array().context("a list")?;
        let one = all.iter().find(|one| one["name"] == name).context("it was made")?;
        ChannelId::parse(text(one, "id")?).context("an id")
    };
    let (shared, other) = (id("shown")?, id("hidden")?);
    let link = serde_json::from_str(&owner.output(&["share", "shown", "--for", "15m", "--json"])?)?;
    Ok(Stage { gateway, owner, shared, other, link })
}

impl Stage {
    fn code(&self) -> Result<&str> {
        let (_, code) = text(&self.link, "link")?.split_once("#share=").context("a code")?;
        Ok(code)
    }

    fn open(&self, token: Option<&str>) -> Result<Answer> {
        let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let headers = format!("{JSON}{}", bearer.unwrap_or_default());
        let ask = json!({"code": self.code()?, "device_name": "a guest"});
        post(self.gateway.listen(), "/api/share/open", &headers, &ask)
    }

    fn guest(&self) -> Result<Guest> {
        let opened = self.open(None)?;
        ensure!(opened.status == 200, "{}", opened.body);
        Guest::new(self, &opened.json()?)
    }

    fn on_the_host(&self, arguments: &[&str]) -> Result<String> {
        let state = self.gateway.state().to_str().context("a path in UTF-8")?;
        self.owner.output(&[arguments, &["--state", state]].concat())
    }
}

/// A guest with a link of its own.
struct Guest {
    token: String,
    client: Client,
    events: Events,
}

impl Guest {
    fn new(stage: &Stage, opened: &Value) -> Result<Self> {
        let enrolment = Enrolment {
            endpoint: format!("http://{}", stage.gateway.listen()).parse()?,
            fingerprint: None,
            gateway_id: text(opened, "gateway_id")?.to_owned(),
            host: String::new(),
            device_id: text(opened, "device_id")?.to_owned(),
            device: String::new(),
            scopes: vec![],
            refresh_token: Secret::new(text(opened, "refresh_token")?),
        };
        let credential = Credential::open(Store::memory(enrolment))?;
        let (client, events) = Client::start(Config { credential, agent: "guest".into() });
        Ok(Self { token: text(opened, "access_token")?.to_owned(), client, events })
    }

    async fn until<T>(&mut self, mut what: impl FnMut(Event) -> Option<T>) -> Result<T> {
        let wait = async {
            while let Some(event) = self.events.next().await {
                if let Some(found) = what(event) {
                    return Ok(found);
                }
            }
            bail!("the session ended")
        };
        timeout(PATIENCE, wait).await.context("it never came")?
    }

    /// Opens a channel; the Fault if it is refused.
    async fn open(&mut self, id: ChannelId, spec: Option<&Spec>) -> Result<Result<(), Fault>> {
        let ch = self.client.open(id, KIND, spec.map(Spec::encode), None, Priority::Focused)?;
        self.until(|event| match event {
            Event::Channel(of, ChannelEvent::Opened(_)) if of == ch => Some(Ok(())),
            Event::Channel(of, ChannelEvent::Refused(fault)) if of == ch => Some(Err(fault)),
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        })
        .await
    }

    async fn is_closed_with(&mut self) -> Result<Fault> {
        self.until(|event| match event {
            Event::State(LinkState::Closed(fault)) => Some(fault),
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        })
        .await
    }
}

#[tokio::test]
async fn a_guest_reads_the_shared_terminal_and_types_nothing() -> Result<()> {
    let stage = stage()?;
    let mut guest = stage.guest()?;
    let ch = guest.client.open(stage.shared, KIND, None, None, Priority::Focused)?;
    guest
        .until(|event| {
            matches!(event, Event::Channel(of, ChannelEvent::Snapshot { .. }) if of == ch)
                .then_some(())
        })
        .await?;
    for input in [
        Input::Keys("touch /tmp/a-guest-typed\r".into()),
        Input::Resize(devtail_channels::terminal::Size::new(10, 10)?),
        Input::Rename("mine".into()),
        Input::Drive,
        Input::Kill,
    ] {
        let seq = guest.client.send(ch, input.encode()).context("the Outbox has room")?;
        let reason = guest
            .until(|event| match event {
                Event::Channel(_, ChannelEvent::InputRefused { seq: of, reason }) if of == seq => {
                    Some(reason)
                }
                Event::Channel(_, ChannelEvent::Applied(upto)) if upto >= seq => {
                    Some("applied".into())
                }
                Event::State(_)
                | Event::DialFailed(_)
                | Event::Channel(..)
                | Event::Fetched { .. } => None,
            })
            .await?;
        ensure!(reason.contains("look, not type"), "{input:?}: {reason}");
    }
    ensure!(stage.owner.output(&["ls"])?.contains("shown"), "it was neither renamed nor killed");
    Ok(())
}

#[tokio::test]
async fn a_guest_opens_lists_and_makes_nothing_else() -> Result<()> {
    let stage = stage()?;
    let mut guest = stage.guest()?;
    let fault = guest.open(stage.other, None).await?.expect_err("another's terminal");
    assert_eq!(fault.code, Code::Denied, "{}", fault.message);
    let fault =
        guest.open(ChannelId([7; 16]), Some(&Spec::default())).await?.expect_err("a new one");
    assert_eq!(fault.code, Code::Denied, "{}", fault.message);
    let fault = guest.open(ChannelId([7; 16]), None).await?.expect_err("none at all");
    assert_eq!(fault.code, Code::Denied, "whether it exists is not told either");
    let req = guest.client.fetch(KIND, Query::List.encode())?;
    let answer = guest
        .until(|event| match event {
            Event::Fetched { req: of, answer } if of == req => Some(answer),
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        })
        .await?;
    assert_eq!(answer.expect_err("no list").code, Code::Denied);
    let made_over = guest.open(stage.shared, Some(&Spec::default())).await?;
    assert_eq!(made_over.expect_err("a spec asks for more than to look").code, Code::Denied);
    Ok(())
}

#[tokio::test]
async fn a_guest_has_no_business_with_the_rest_of_the_interface() -> Result<()> {
    let stage = stage()?;
    let guest = stage.guest()?;
    let listen = stage.gateway.listen();
    let bearer = format!("{JSON}Authorization: Bearer {}\r\n", guest.token);
    let place = json!({"channel": stage.shared.to_string(), "epoch": "0", "offset": "0"});
    let lasting = json!({"channel": stage.shared.to_string(), "lasts_s": 3600});
    let keys = json!({"p256dh": "", "auth": ""});
    let subscription =
        json!({"endpoint": "https://push.example/x", "keys": keys, "wants": ["bell"]});
    for (path, ask) in [
        ("/api/handoff", &place),
        ("/api/handoff/redeem", &json!({"ticket": "AAAAAAAAAAAAAAAAAAAAAA"})),
        ("/api/share", &lasting),
        ("/api/push/subscribe", &subscription),
    ] {
        let answer = post(listen, path, &bearer, ask)?;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
    let pair = json!({"code": stage.code()?, "device": "x"});
    assert_eq!(post(listen, "/api/pair", JSON, &pair)?.status, 401, "the code pairs nothing");
    let redeem = json!({"ticket": stage.code()?, "device_name": "x"});
    assert_eq!(post(listen, "/api/handoff/redeem", JSON, &redeem)?.status, 401);
    let in_the_url = format!("/api/share/open?code={}", stage.code()?);
    assert_eq!(post(listen, &in_the_url, JSON, &json!({}))?.status, 400);
    let evil = format!("{JSON}Origin: https://evil.example\r\n");
    let ask = json!({"code": stage.code()?});
    assert_eq!(post(listen, "/api/share/open", &evil, &ask)?.status, 403);
    assert_eq!(get(listen, "/api/share/open")?.status, 405);
    Ok(())
}

#[tokio::test]
async fn ending_a_share_ends_its_guests_links_at_once_and_nobody_comes_again() -> Result<()> {
    let stage = stage()?;
    let mut guest = stage.guest()?;
    guest.open(stage.shared, None).await?.map_err(|fault| anyhow::anyhow!(fault.message))?;
    let listed = stage.on_the_host(&["devices"])?;
    ensure!(listed.contains("a guest") && listed.contains("share "), "{listed}");
    let shares: Value = serde_json::from_str(&stage.on_the_host(&["shares", "--json"])?)?;
    assert_eq!((&shares[0]["guests"], &shares[0]["name"]), (&json!(1), &json!("shown")));
    stage.on_the_host(&["unshare", text(&stage.link, "id")?])?;
    let began = std::time::Instant::now();
    let fault = guest.is_closed_with().await?;
    ensure!(began.elapsed().as_millis() < 1000, "{:?}", began.elapsed());
    ensure!(fault.code == Code::Revoked || fault.code == Code::Unauthenticated, "{fault:?}");
    assert_eq!(refused(upgrade(stage.gateway.listen(), Some(&guest.token), None).await)?.0, 401);
    assert_eq!(stage.open(None)?.status, 401);
    ensure!(stage.on_the_host(&["unshare", text(&stage.link, "id")?])?.contains("before"));
    Ok(())
}

#[tokio::test]
async fn a_guest_that_comes_again_is_the_same_guest_and_an_owner_stays_one() -> Result<()> {
    let stage = stage()?;
    let guest = stage.guest()?;
    let again = stage.open(Some(&guest.token))?;
    assert_eq!(again.status, 200, "{}", again.body);
    ensure!(again.json()?.get("access_token").is_none(), "no second device");
    let owner = stage.owner.output(&["token"])?;
    let as_owner = stage.open(Some(owner.trim()))?.json()?;
    ensure!(as_owner.get("access_token").is_none());
    assert_eq!(as_owner["share"]["channel"], stage.shared.to_string());
    let shares: Value = serde_json::from_str(&stage.on_the_host(&["shares", "--json"])?)?;
    assert_eq!(shares[0]["guests"], 1);
    Ok(())
}

#[test]
fn who_may_not_read_a_terminal_cannot_share_it_and_no_time_is_too_long() -> Result<()> {
    let stage = stage()?;
    let said = stage.on_the_host(&["pair", "--json", "--scopes", "agent"])?;
    let link: Value = serde_json::from_str(&said)?;
    let paired = crate::support::pair_with(stage.gateway.listen(), text(&link, "link")?)?.json()?;
    let make = |token: &str, lasts_s: u64| -> Result<u16> {
        let headers = format!("{JSON}Authorization: Bearer {token}\r\n");
        let ask = json!({"channel": stage.shared.to_string(), "lasts_s": lasts_s});
        Ok(post(stage.gateway.listen(), "/api/share", &headers, &ask)?.status)
    };
    assert_eq!(make(text(&paired, "access_token")?, 3600)?, 403);
    let owner = stage.owner.output(&["token"])?;
    assert_eq!(make(owner.trim(), 59)?, 400);
    assert_eq!(make(owner.trim(), 8 * 24 * 3600)?, 400);
    assert_eq!(make(owner.trim(), u64::MAX)?, 400);
    assert_eq!(make(owner.trim(), 60)?, 200);
    assert_eq!(post(stage.gateway.listen(), "/api/share", JSON, &json!({}))?.status, 401);
    Ok(())
}
