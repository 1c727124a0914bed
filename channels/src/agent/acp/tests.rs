use super::*;
use crate::agent::message::{ToolStatus, block};

/// An agent's other end, played by hand.
struct Played(Acp);

impl Played {
    fn new() -> Self {
        let mut acp = Acp::new("/src".to_owned(), None, None);
        acp.handle_order(Order::Start);
        Self(acp)
    }

    /// A session of a version, with a prompt under way if it is the agent's turn.
    fn ready(version: u64) -> Self {
        let mut played = Self::new();
        played.answer(&json!({ "protocolVersion": version }));
        played.answer(&json!({ "sessionId": "s1" }));
        assert_eq!(played.heard(), [Heard::Ready]);
        played
    }

    fn prompted(version: u64) -> Self {
        let mut played = Self::ready(version);
        let text = Block { kind: Some(block::Kind::Text("hello".to_owned())) };
        played.0.handle_order(Order::Prompt(vec![text]));
        played
    }

    /// The next line that we write.
    fn line(&mut self) -> Value {
        serde_json::from_str(&self.0.poll_line().expect("a line")).unwrap()
    }

    /// The agent answers the next line.
    fn answer(&mut self, result: &Value) -> Value {
        let asked = self.line();
        self.says(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }));
        asked
    }

    fn refuse(&mut self, message: &str) -> Value {
        let asked = self.line();
        let error = json!({ "code": -32000, "message": message });
        self.says(&json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error }));
        asked
    }

    fn says(&mut self, message: &Value) {
        self.0.handle_line(&message.to_string());
    }

    fn updates(&mut self, update: &Value) {
        let params = json!({ "sessionId": "s1", "update": update });
        self.says(&json!({ "jsonrpc": "2.0", "method": "session/update", "params": params }));
    }

    fn heard(&mut self) -> Vec<Heard> {
        std::iter::from_fn(|| self.0.poll_heard()).collect()
    }
}

fn over(reason: EndReason, error: &str) -> Heard {
    Heard::TurnOver(Ended { reason: reason.into(), error: error.to_owned() })
}

fn chunk(text: &str) -> Value {
    json!({ "sessionUpdate": "agent_message_chunk", "content": { "type": "text", "text": text } })
}

fn says(text: &str) -> Heard {
    Heard::Text { message: None, thought: false, text: text.to_owned() }
}

#[test]
fn a_turn_of_the_first_version_ends_with_the_prompts_answer() {
    let mut agent = Played::new();
    let hello = agent.answer(&json!({ "protocolVersion": 1, "agentCapabilities": {} }));
    assert_eq!(hello["method"], "initialize");
    assert_eq!(hello["params"]["clientCapabilities"]["fs"]["writeTextFile"], false);
    let new = agent.answer(&json!({ "sessionId": "s1" }));
    assert_eq!((&new["method"], &new["params"]["cwd"]), (&json!("session/new"), &json!("/src")));
    assert_eq!(agent.heard(), [Heard::Ready]);
    assert_eq!(agent.0.session(), Some("s1"));
    let text = Block { kind: Some(block::Kind::Text("hello".to_owned())) };
    agent.0.handle_order(Order::Prompt(vec![text]));
    agent.updates(&chunk("Hi. "));
    let prompt = agent.answer(&json!({ "stopReason": "end_turn" }));
    assert_eq!(prompt["params"]["prompt"], json!([{ "type": "text", "text": "hello" }]));
    assert_eq!(agent.heard(), [says("Hi. "), over(EndReason::EndDone, "")]);
}

#[test]
fn a_turn_of_the_second_version_ends_when_the_agent_is_idle() {
    let mut agent = Played::prompted(2);
    agent.answer(&json!({ "messageId": "m1" }));
    agent.updates(&json!({ "sessionUpdate": "state_update", "state": "running" }));
    assert_eq!(agent.heard(), []);
    agent.updates(
        &json!({ "sessionUpdate": "state_update", "state": "idle", "stopReason": "refusal" }),
    );
    assert_eq!(agent.heard(), [over(EndReason::EndRefused, "")]);
}

#[test]
fn an_update_before_the_sessions_name_is_not_lost() {
    let mut agent = Played::new();
    agent.answer(&json!({ "protocolVersion": 1 }));
    agent.updates(&json!({ "sessionUpdate": "session_info_update", "title": "Early" }));
    assert_eq!(agent.heard(), []);
    agent.answer(&json!({ "sessionId": "s1" }));
    assert_eq!(agent.heard(), [Heard::Title("Early".to_owned()), Heard::Ready]);
}

#[test]
fn a_permission_may_be_the_first_word_of_its_tool_call_and_is_answered_by_its_number() {
    let mut agent = Played::prompted(1);
    agent.line();
    agent.says(&json!({
        "jsonrpc": "2.0", "id": "perm-9", "method": "session/request_permission",
        "params": {
            "sessionId": "s1",
            "toolCall": {
                "toolCallId": "t1", "title": "Run it", "status": "pending",
                "rawInput": { "command": ["bash", "-lc", "rm -r 'a b'"], "cwd": "/tmp" },
            },
            "options": [
                { "optionId": "proceed_once", "name": "Yes", "kind": "allow_once" },
                { "optionId": "no", "name": "No", "kind": "reject_once" },
                { "optionId": "odd", "name": "Odd", "kind": "_other" },
            ],
        },
    }));
    let heard = agent.heard();
    let [Heard::Tool(id, tool), Heard::Permission { request, tool: on, ask }] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!((id.as_str(), on.as_deref()), ("t1", Some("t1")));
    assert_eq!(tool.status(), ToolStatus::ToolPending);
    assert_eq!(ask.command, r"bash -lc 'rm -r '\''a b'\'''");
    assert_eq!((ask.title.as_str(), ask.cwd.as_str(), ask.options.len()), ("Run it", "/tmp", 3));
    let option = Some("proceed_once".to_owned());
    agent.0.handle_order(Order::Answer { ask: 0, request: *request, option });
    let answer = agent.line();
    assert_eq!(answer["id"], "perm-9");
    let outcome = json!({ "outcome": "selected", "optionId": "proceed_once" });
    assert_eq!(answer["result"]["outcome"], outcome);
    agent.0.handle_order(Order::Answer { ask: 0, request: *request, option: None });
    assert_eq!(agent.0.poll_line(), None, "once");
}

#[test]
fn a_permission_of_the_second_version_says_what_it_is_about() {
    let mut agent = Played::prompted(2);
    agent.says(&json!({
        "jsonrpc": "2.0", "id": 5, "method": "session/request_permission",
        "params": {
            "sessionId": "s1", "title": "Run the tests?",
            "subject": { "type": "command", "command": "cargo test", "cwd": "/src", "toolCallId": "t1" },
            "options": [{ "optionId": "yes", "name": "Yes", "kind": "allow_once" }],
        },
    }));
    let heard = agent.heard();
    let [Heard::Permission { tool, ask, .. }] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(tool.as_deref(), Some("t1"));
    assert_eq!((ask.title.as_str(), ask.command.as_str()), ("Run the tests?", "cargo test"));
}

#[test]
fn what_is_not_known_is_refused_kept_or_passed_over_but_never_left_waiting() {
    let mut agent = Played::prompted(1);
    agent.line();
    for method in ["fs/write_text_file", "craft/drainMidTurnQueue"] {
        agent.says(&json!({ "jsonrpc": "2.0", "id": 3, "method": method, "params": {} }));
        let answer = agent.line();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(3), &json!(-32601)));
    }
    agent.says(&json!({ "jsonrpc": "2.0", "method": "_auth/status_update", "params": {} }));
    agent.0.handle_line("npm warn: something");
    agent.0.handle_line("");
    agent.0.handle_line("[1, 2]");
    agent.0.handle_line("\"method\"");
    for params in [json!([1]), json!("update"), json!(7), Value::Null] {
        agent.says(&json!({ "jsonrpc": "2.0", "method": "session/update", "params": params }));
    }
    agent.says(&json!({ "jsonrpc": "2.0", "id": 999, "result": {} }));
    assert_eq!(agent.heard(), []);
    let odd = json!({ "sessionUpdate": "_vendor", "n": 1 });
    agent.updates(&odd);
    let picture = json!({
        "sessionUpdate": "agent_message_chunk",
        "content": { "type": "image", "mimeType": "image/png", "data": "" },
    });
    agent.updates(&picture);
    assert_eq!(agent.heard(), [Heard::Raw(odd.to_string()), Heard::Raw(picture.to_string())]);
}

#[test]
fn a_prompt_that_fails_ends_its_turn_with_the_agents_words() {
    let mut agent = Played::prompted(1);
    agent.refuse("429 Too Many Requests");
    assert_eq!(agent.heard(), [over(EndReason::EndFailed, "429 Too Many Requests")]);
}

#[test]
fn an_agent_that_begins_no_session_is_gone_with_its_reason() {
    let mut agent = Played::new();
    agent.answer(&json!({ "protocolVersion": 1 }));
    agent.refuse("not signed in");
    let heard = agent.heard();
    let [Heard::Gone(why)] = &heard[..] else { panic!("{heard:?}") };
    assert!(why.contains("not signed in"), "{why}");
}

#[test]
fn a_session_is_taken_up_again_and_its_past_is_not_heard_twice() {
    let session = || Some("old".to_owned());
    let mut agent = Played(Acp::new("/src".to_owned(), session(), None));
    agent.0.handle_order(Order::Start);
    agent.answer(&json!({ "protocolVersion": 1, "agentCapabilities": { "loadSession": true } }));
    agent.updates(&chunk("said long ago"));
    let load = agent.answer(&json!({}));
    assert_eq!(
        (&load["method"], &load["params"]["sessionId"]),
        (&json!("session/load"), &json!("old"))
    );
    assert_eq!((agent.heard(), agent.0.session()), (vec![Heard::Ready], Some("old")));

    let mut agent = Played(Acp::new("/src".to_owned(), session(), None));
    agent.0.handle_order(Order::Start);
    agent.answer(&json!({ "protocolVersion": 2 }));
    let resume = agent.refuse("Invalid session identifier");
    assert_eq!(resume["method"], "session/resume");
    let new = agent.answer(&json!({ "sessionId": "another" }));
    assert_eq!(new["method"], "session/new");
    assert_eq!((agent.heard(), agent.0.session()), (vec![Heard::Ready], Some("another")));
}

#[test]
fn an_agent_is_told_to_ask_before_it_is_ready_and_is_not_used_if_it_will_not() {
    let begun = |modes: Value| {
        let mut agent = Played(Acp::new("/src".to_owned(), None, Some("read-only".to_owned())));
        agent.0.handle_order(Order::Start);
        agent.answer(&json!({ "protocolVersion": 1 }));
        agent.answer(&modes);
        assert!(!agent.heard().contains(&Heard::Ready));
        agent
    };
    let modes = json!({
        "currentModeId": "auto", "availableModes": [{ "id": "read-only", "name": "Ask" }],
    });
    let mut agent = begun(json!({ "sessionId": "s1", "modes": modes }));
    let mode = agent.answer(&json!({}));
    assert_eq!(
        (&mode["method"], &mode["params"]["modeId"]),
        (&json!("session/set_mode"), &json!("read-only"))
    );
    assert_eq!(agent.heard(), [Heard::Ready]);

    let options = json!([{
        "id": "mode", "name": "Mode", "currentValue": "auto",
        "options": [{ "value": "read-only", "name": "Ask" }],
    }]);
    let mut agent = begun(json!({ "sessionId": "s1", "configOptions": options }));
    let mode = agent.refuse("no such mode");
    assert_eq!(
        (&mode["method"], &mode["params"]["configId"]),
        (&json!("session/set_config_option"), &json!("mode"))
    );
    let heard = agent.heard();
    assert!(matches!(&heard[..], [Heard::Gone(why)] if why.contains("no such mode")), "{heard:?}");
}

#[test]
fn what_a_tool_call_shows_comes_in_the_words_of_both_versions() {
    let mut agent = Played::prompted(2);
    agent.updates(&json!({
        "sessionUpdate": "tool_call", "toolCallId": "t1", "title": "Edit", "kind": "edit",
        "content": [
            { "type": "content", "content": { "type": "text", "text": "so" } },
            { "type": "diff", "path": "a", "oldText": null, "newText": "1\n" },
            { "type": "terminal", "terminalId": "x" },
            { "type": "hologram" },
        ],
        "locations": [{ "path": "/src/a", "line": 3 }, { "path": "/src/b", "line": null }],
    }));
    let heard = agent.heard();
    let [Heard::Tool(_, tool)] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(tool.contents.as_ref().unwrap().contents.len(), 2);
    let lines: Vec<u32> =
        tool.places.iter().flat_map(|places| &places.places).map(|place| place.line).collect();
    assert_eq!((lines, tool.status), (vec![3, 0], None));
    agent.updates(&json!({
        "sessionUpdate": "terminal_output_chunk", "terminalId": "x", "data": "aGkK",
    }));
    agent.updates(
        &json!({ "sessionUpdate": "tool_call_update", "toolCallId": "t1", "content": null }),
    );
    let heard = agent.heard();
    let [Heard::Content(id, printed), Heard::Tool(_, cleared)] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(id, "t1");
    let expected = crate::agent::message::content::Kind::Output("hi\n".to_owned());
    assert_eq!(printed.kind, Some(expected));
    assert!(cleared.contents.as_ref().unwrap().contents.is_empty(), "null clears");
    assert_eq!(cleared.title, None, "what is left out stays");
}

#[test]
fn modes_and_options_are_settings_and_tell_what_they_have_become() {
    let mut agent = Played::new();
    agent.answer(&json!({ "protocolVersion": 1 }));
    agent.answer(&json!({
        "sessionId": "s1",
        "modes": { "currentModeId": "ask", "availableModes": [{ "id": "ask", "name": "Ask" }] },
        "configOptions": [{
            "id": "model", "name": "Model", "currentValue": "small",
            "options": [{ "group": "g", "options": [{ "value": "small", "name": "Small" }] }],
        }],
    }));
    let heard = agent.heard();
    let Some(Heard::Settings(settings)) = heard.first() else { panic!("{heard:?}") };
    let [model, mode] = &settings.settings[..] else { panic!("{settings:?}") };
    assert_eq!((model.value.as_str(), model.values[0].title.as_str()), ("small", "Small"));
    assert_eq!(mode.value, "ask");
    agent.updates(&json!({ "sessionUpdate": "current_mode_update", "currentModeId": "code" }));
    let heard = agent.heard();
    let Some(Heard::Settings(settings)) = heard.last() else { panic!("{heard:?}") };
    assert_eq!(settings.settings[1].value, "code");
    let setting = Setting { name: "model".to_owned(), value: "large".to_owned() };
    agent.0.handle_order(Order::Set(setting));
    let set = agent.refuse("too dear");
    assert_eq!(set["params"]["configId"], "model");
    assert!(matches!(&agent.heard()[..], [Heard::Notice(_)]));
}
