//! The Agent Client Protocol (<https://agentclientprotocol.com>), versions 1 and 2, from the client's side: one machine, without
//! a process. Lines in, lines out.
//!
//! Agents send what no schema allows, so nothing here fails on what it does not know: unknown requests are refused, unknown
//! notifications passed over, unknown updates kept as they came.

mod answers;
mod ask;
mod diff;
mod rpc;
mod update;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use self::rpc::{Incoming, taken};
use super::conversation::{Heard, Order};
use super::message::{Block, EndReason, Ended, Setting, Settings, block};

/// The protocol's versions that are spoken.
const NEWEST: u64 = 2;
/// JSON-RPC: the method is not there.
const NO_METHOD: i64 = -32601;
/// Updates that are kept for a session whose name the agent has not told yet.
const EARLY_MAX: usize = 256;

/// One agent's life, as the protocol has it.
#[derive(Debug)]
pub struct Acp {
    cwd: String,
    /// The session that the agent had in another life.
    resumes: Option<String>,
    /// The mode in which it asks a person; told before anything else.
    mode: Option<String>,
    version: u64,
    session: Option<String>,
    /// Updates are the past, which is known.
    is_loading: bool,
    /// Updates that came before the session's name.
    early: Vec<Value>,
    settings: Settings,
    /// A prompt is not over.
    prompting: bool,
    next: u64,
    asked: BTreeMap<u64, Asked>,
    /// The agent's requests that wait, by our numbers for them: the agent's own.
    requests: BTreeMap<u64, Value>,
    /// The tool calls that terminals belong to.
    terminals: BTreeMap<String, String>,
    lines: VecDeque<String>,
    heard: VecDeque<Heard>,
}

/// What an answer is due for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Initialize,
    New,
    /// Takes up a session without its past.
    Resume,
    /// Takes up a session, and tells its past.
    Load,
    /// Tells the mode that must be.
    Mode,
    Prompt,
    Set,
}

impl Acp {
    /// Of an agent that is about to start in this directory. `resumes` is the session that it had before, `mode` the one in
    /// which it asks a person, where it has others.
    pub fn new(cwd: String, resumes: Option<String>, mode: Option<String>) -> Self {
        Self {
            cwd,
            resumes,
            mode,
            version: NEWEST,
            session: None,
            is_loading: false,
            early: Vec::new(),
            settings: Settings::default(),
            prompting: false,
            next: 1,
            asked: BTreeMap::new(),
            requests: BTreeMap::new(),
            terminals: BTreeMap::new(),
            lines: VecDeque::new(),
            heard: VecDeque::new(),
        }
    }

    /// The agent's name for its session, to take it up in another life.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The conversation wants something. `Kill` is the driver's.
    pub fn handle_order(&mut self, order: Order) {
        match order {
            Order::Start => self.initialize(),
            Order::Prompt(blocks) => {
                self.prompting = true;
                let prompt: Vec<Value> = blocks.iter().filter_map(to_json).collect();
                self.request(Asked::Prompt, "session/prompt", json!({ "prompt": prompt }));
            }
            Order::Cancel => {
                let session = &self.session;
                self.say(&json!({
                    "jsonrpc": "2.0",
                    "method": "session/cancel",
                    "params": { "sessionId": session },
                }));
            }
            Order::Answer { request, option, .. } => {
                let outcome = match option {
                    Some(option) => json!({ "outcome": "selected", "optionId": option }),
                    None => json!({ "outcome": "cancelled" }),
                };
                if let Some(id) = self.requests.remove(&request) {
                    self.say(&json!({
                        "jsonrpc": "2.0",
                        "id": id,
                        "result": { "outcome": outcome },
                    }));
                }
            }
            Order::Set(setting) => self.set(Asked::Set, &setting),
            Order::Kill => {}
        }
    }

    /// The agent wrote a line.
    pub fn handle_line(&mut self, line: &str) {
        match Incoming::read(line) {
            Some(Incoming::Request { id, method, params }) => self.requested(id, &method, &params),
            Some(Incoming::Notice { method, params }) if method == "session/update" => {
                self.updated(params);
            }
            Some(Incoming::Answer { id, outcome }) => {
                if let Some(asked) = self.asked.remove(&id) {
                    self.answered(asked, outcome);
                }
            }
            // Programs print what they like; a line that is no JSON-RPC is none of ours.
            Some(Incoming::Notice { .. }) | None => {}
        }
    }

    /// What to write to the agent, without its line end.
    pub fn poll_line(&mut self) -> Option<String> {
        self.lines.pop_front()
    }

    /// What the agent said.
    pub fn poll_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    /// Both versions' words: each passes over the other's.
    fn initialize(&mut self) {
        let info = json!({ "name": "devtail", "version": env!("CARGO_PKG_VERSION") });
        let session = json!({ "notices": {}, "compaction": {}, "configOptions": {} });
        let params = json!({
            "protocolVersion": NEWEST,
            "clientInfo": info,
            "info": info,
            "clientCapabilities": {
                "fs": { "readTextFile": false, "writeTextFile": false },
                "terminal": false,
                "session": session,
            },
            "capabilities": { "session": session },
        });
        self.send(Asked::Initialize, "initialize", &params);
    }

    fn set(&mut self, asked: Asked, setting: &Setting) {
        let Setting { name, value } = setting;
        if name == update::MODE {
            self.request(asked, "session/set_mode", json!({ "modeId": value }));
        } else {
            let params = json!({ "configId": name, "value": value });
            self.request(asked, "session/set_config_option", params);
        }
    }

    /// Asks something about the session.
    fn request(&mut self, asked: Asked, method: &str, mut params: Value) {
        params["sessionId"] = json!(self.session);
        self.send(asked, method, &params);
    }

    fn send(&mut self, asked: Asked, method: &str, params: &Value) {
        let id = self.next;
        self.next += 1;
        self.asked.insert(id, asked);
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    fn say(&mut self, message: &Value) {
        self.lines.push_back(message.to_string());
    }

    /// No request is left without an answer: agents wait for ever.
    fn requested(&mut self, id: Value, method: &str, params: &Value) {
        if method == "session/request_permission" && !self.is_loading {
            let request = self.next;
            self.next += 1;
            self.requests.insert(request, id);
            self.heard.extend(ask::heard(request, params));
            return;
        }
        let message = format!("{method} is not offered");
        self.say(&json!({
            "jsonrpc": "2.0",
            "id": id,
            "error": { "code": NO_METHOD, "message": message },
        }));
    }

    /// An update may come before the answer that names its session.
    fn updated(&mut self, mut params: Value) {
        if self.is_loading {
            return;
        }
        let update = taken(&mut params, "update");
        if update.is_null() {
            return;
        }
        if self.session.is_none() {
            if self.early.len() < EARLY_MAX {
                self.early.push(update);
            }
            return;
        }
        self.update(&update);
    }

    /// A turn ends once, whatever else the agent says of its end.
    fn over(&mut self, reason: EndReason, error: String) {
        if !std::mem::take(&mut self.prompting) {
            return;
        }
        self.heard.push_back(Heard::TurnOver(Ended { reason: reason.into(), error }));
    }
}

fn to_json(block: &Block) -> Option<Value> {
    Some(match block.kind.as_ref()? {
        block::Kind::Text(text) => json!({ "type": "text", "text": text }),
        block::Kind::Link(link) => {
            json!({ "type": "resource_link", "uri": link.uri, "name": link.name })
        }
        // Not every agent takes a resource; every one takes text.
        block::Kind::Quote(quote) => {
            json!({ "type": "text", "text": format!("{}\n```\n{}\n```", quote.uri, quote.text) })
        }
        block::Kind::Attachment(_) => return None,
    })
}

#[cfg(test)]
mod tests;
