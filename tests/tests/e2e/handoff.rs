//! Hand-off, from the ticket to the other device, over the real port.

use anyhow::{Context as _, Result, ensure};
use devtail_tests::gateway::Gateway;
use serde_json::{Value, json};

use crate::support::{Answer, JSON, Person, get, pair, post, refused, text, upgrade};

/// A gateway with one terminal, and a device that may read it.
struct Stage {
    gateway: Gateway,
    person: Person,
    channel: String,
    token: String,
}

fn stage() -> Result<Stage> {
    let gateway = Gateway::start()?;
    let token = text(&pair(&gateway)?, "access_token")?.to_owned();
    let person = Person::new()?;
    person.output(&["new", &gateway.pair()?, "--name", "mine"])?;
    let listed: Value = serde_json::from_str(&person.output(&["ls", "--json"])?)?;
    let channel = text(&listed[0], "id")?.to_owned();
    Ok(Stage { gateway, person, channel, token })
}

impl Stage {
    fn place(&self, draft: &str) -> Value {
        json!({"channel": self.channel, "epoch": "18446744073709551615", "offset": "7", "scroll_row": "3", "draft": draft})
    }

    fn make(&self, token: &str, place: &Value) -> Result<Answer> {
        let headers = format!("{JSON}Authorization: Bearer {token}\r\n");
        post(self.gateway.listen(), "/api/handoff", &headers, place)
    }

    fn ticket(&self, draft: &str) -> Result<String> {
        let made = self.make(&self.token, &self.place(draft))?;
        ensure!(made.status == 200, "{}", made.body);
        Ok(text(&made.json()?, "ticket")?.to_owned())
    }

    fn redeem(&self, ticket: &str, token: Option<&str>) -> Result<Answer> {
        let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let headers = format!("{JSON}{}", bearer.unwrap_or_default());
        let ask = json!({"ticket": ticket, "device_name": "desk"});
        post(self.gateway.listen(), "/api/handoff/redeem", &headers, &ask)
    }

    /// The access token of a device that holds these scopes alone.
    fn device_with(&self, scopes: &str) -> Result<String> {
        let state = self.gateway.state().to_str().context("a path in UTF-8")?;
        let said = self.person.output(&["pair", "--json", "--scopes", scopes, "--state", state])?;
        let link: Value = serde_json::from_str(&said)?;
        let paired = crate::support::pair_with(self.gateway.listen(), text(&link, "link")?)?;
        Ok(text(&paired.json()?, "access_token")?.to_owned())
    }
}

#[tokio::test]
async fn a_newcomer_is_in_the_same_place_with_the_draft_and_a_link_of_its_own() -> Result<()> {
    let stage = stage()?;
    let made = stage.make(&stage.token, &stage.place("echo half"))?.json()?;
    let (ticket, link) = (text(&made, "ticket")?, text(&made, "link")?);
    assert_eq!(made["expires_in"], 60);
    assert_eq!(link, format!("http://{}/#handoff={ticket}", stage.gateway.listen()));
    let rows = made["qr"].as_array().context("a QR code")?;
    ensure!(
        rows.len() >= 21
            && rows.iter().all(|row| row.as_str().is_some_and(|row| row.len() == rows.len()))
    );
    let redeemed = stage.redeem(ticket, None)?;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    let redeemed = redeemed.json()?;
    let mut place = stage.place("echo half");
    place["kind"] = "terminal".into();
    assert_eq!(redeemed["place"], place);
    assert_eq!(redeemed["device"], "desk");
    ensure!(redeemed["refresh_token"].is_string());
    upgrade(stage.gateway.listen(), Some(text(&redeemed, "access_token")?), None).await?;
    Ok(())
}

#[test]
fn an_enrolled_device_goes_on_as_itself_and_gets_no_new_tokens() -> Result<()> {
    let stage = stage()?;
    let other = stage.device_with("terminal:read")?;
    let redeemed = stage.redeem(&stage.ticket("x")?, Some(&other))?;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    let redeemed = redeemed.json()?;
    assert_eq!(redeemed["place"]["draft"], "x");
    ensure!(redeemed.get("access_token").is_none() && redeemed.get("refresh_token").is_none());
    Ok(())
}

#[test]
fn a_ticket_is_good_once_and_a_wrong_one_never() -> Result<()> {
    let stage = stage()?;
    let ticket = stage.ticket("")?;
    assert_eq!(stage.redeem(&ticket, None)?.status, 200);
    let again = stage.redeem(&ticket, None)?;
    let wrong = stage.redeem("AAAAAAAAAAAAAAAAAAAAAA", None)?;
    assert_eq!((again.status, wrong.status), (401, 401));
    assert_eq!(again.body, wrong.body, "a stranger learns nothing");
    Ok(())
}

#[test]
fn who_may_not_read_the_channel_neither_makes_a_ticket_nor_learns_what_one_carries() -> Result<()> {
    let stage = stage()?;
    let agent = stage.device_with("agent")?;
    assert_eq!(stage.make(&agent, &stage.place(""))?.status, 403);
    let redeemed = stage.redeem(&stage.ticket("secret words")?, Some(&agent))?;
    assert_eq!(redeemed.status, 403);
    ensure!(!redeemed.body.contains("secret words"), "{}", redeemed.body);
    Ok(())
}

#[tokio::test]
async fn a_maker_that_was_revoked_brings_nobody_in() -> Result<()> {
    let stage = stage()?;
    let ticket = stage.ticket("")?;
    let state = stage.gateway.state().to_str().context("a path in UTF-8")?;
    stage.person.output(&["revoke", "a stranger", "--state", state])?;
    assert_eq!(stage.redeem(&ticket, None)?.status, 401);
    assert_eq!(stage.make(&stage.token, &stage.place(""))?.status, 401);
    assert_eq!(refused(upgrade(stage.gateway.listen(), Some(&stage.token), None).await)?.0, 401);
    Ok(())
}

#[test]
fn what_is_no_place_is_refused_before_a_ticket_is_made() -> Result<()> {
    let stage = stage()?;
    let with = |field: &str, value: Value| {
        let mut place = stage.place("");
        place[field] = value;
        stage.make(&stage.token, &place).map(|answer| answer.status)
    };
    for (field, value) in [
        ("channel", json!("7")),
        ("channel", json!(7)),
        ("epoch", json!("-1")),
        ("offset", json!("18446744073709551616")),
        ("scroll_row", json!("newest")),
        ("draft", json!("x".repeat(16 * 1024 + 1))),
    ] {
        assert_eq!(with(field, value.clone())?, 400, "{field} {value}");
    }
    assert_eq!(with("channel", json!("ab".repeat(16)))?, 404);
    assert_eq!(with("draft", json!("x".repeat(100_000)))?, 413);
    assert_eq!(with("draft", json!("\u{1}".repeat(16 * 1024)))?, 200, "the longest there is");
    assert_eq!(with("scroll_row", Value::Null)?, 200);
    Ok(())
}

#[test]
fn a_ticket_is_for_devices_and_for_pages_of_this_gateway() -> Result<()> {
    let stage = stage()?;
    let listen = stage.gateway.listen();
    assert_eq!(post(listen, "/api/handoff", JSON, &stage.place(""))?.status, 401);
    assert_eq!(stage.make("a.b.c", &stage.place(""))?.status, 401);
    let evil =
        format!("{JSON}Authorization: Bearer {}\r\nOrigin: https://evil.example\r\n", stage.token);
    assert_eq!(post(listen, "/api/handoff", &evil, &stage.place(""))?.status, 403);
    let ticket = stage.ticket("")?;
    let ask = json!({"ticket": ticket, "device_name": "x"});
    let evil = format!("{JSON}Origin: https://evil.example\r\n");
    assert_eq!(post(listen, "/api/handoff/redeem", &evil, &ask)?.status, 403);
    let in_the_url = format!("/api/handoff/redeem?ticket={ticket}");
    assert_eq!(post(listen, &in_the_url, JSON, &ask)?.status, 400);
    for path in ["/api/handoff", "/api/handoff/redeem"] {
        assert_eq!(get(listen, path)?.status, 405, "{path}");
    }
    assert_eq!(stage.redeem(&ticket, None)?.status, 200, "none of that spent it");
    Ok(())
}

#[test]
fn the_command_line_hands_over_and_takes_up() -> Result<()> {
    let stage = stage()?;
    let said: Value = serde_json::from_str(&stage.person.output(&["handoff", "mine", "--json"])?)?;
    assert_eq!(said["expires_in"], 60);
    let link = text(&said, "link")?;
    let other = Person::new()?;
    // Any command takes the link in; `ls` shows that the device it made may see the terminal.
    ensure!(other.output(&["ls", link])?.contains("mine"));
    let output = Person::new()?.devtail(&["ls", link])?.output()?;
    assert_eq!(output.status.code(), Some(77), "a link is good once");
    let unknown = stage.person.devtail(&["handoff", "nothing-of-this-name"])?.output()?;
    assert_eq!(unknown.status.code(), Some(2));
    Ok(())
}
