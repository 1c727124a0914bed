//! An agent that does what its prompt says, and plays every trap that real ones were seen to set: for tests, and for a first
//! look at the app without a model. It speaks the Agent Client Protocol on its standard streams.
//!
//! The first word of a prompt says what it does; `help` lists the words.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// What a prompt's first word may be, and what happens then.
const HELP: &str = "say WORDS · think WORDS · edit FILE · unannounced · wait · stuck · die · orphan · fail · odd · flood N";

/// How it behaves from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Habits {
    /// It speaks version 2 of the protocol, and not 1.
    pub newer: bool,
    /// It tells something before it has named its session.
    pub early: bool,
    /// It forgets its sessions.
    pub forgets: bool,
    /// It writes files without asking until it is told another mode.
    pub bold: bool,
}

/// The agent.
#[derive(Debug)]
pub struct Fake<W> {
    habits: Habits,
    out: W,
    cwd: PathBuf,
    session: String,
    /// The number of the prompt that is not answered.
    prompt: Option<Value>,
    turns: u64,
    asks: u64,
    doing: Doing,
    bold: bool,
}

#[derive(Debug, Default)]
enum Doing {
    #[default]
    Nothing,
    /// Waits for the answer to this request, to edit this file.
    Asking(u64, String),
    /// Waits for the answers to so many requests.
    Odd(u32),
    /// Waits to be cancelled.
    Waiting,
    /// Does not listen.
    Stuck,
}

impl<W: Write> Fake<W> {
    /// An agent with these habits.
    pub fn new(habits: Habits, out: W) -> Self {
        Self {
            habits,
            out,
            cwd: PathBuf::new(),
            session: String::new(),
            prompt: None,
            turns: 0,
            asks: 0,
            doing: Doing::Nothing,
            bold: habits.bold,
        }
    }

    /// Serves until its input ends.
    ///
    /// # Errors
    /// A pipe is closed, or it was told to die.
    pub fn run(&mut self, input: impl BufRead) -> io::Result<()> {
        for line in input.lines() {
            let message: Value = serde_json::from_str(&line?)?;
            self.handle(&message)?;
        }
        Ok(())
    }

    fn handle(&mut self, message: &Value) -> io::Result<()> {
        let (id, params) = (&message["id"], &message["params"]);
        match message["method"].as_str() {
            Some("initialize") => {
                let version = if self.habits.newer { 2 } else { 1 };
                let capabilities = json!({ "loadSession": true });
                let answer = json!({
                    "protocolVersion": version,
                    "agentCapabilities": capabilities,
                    "agentInfo": { "name": "fake", "version": env!("CARGO_PKG_VERSION") },
                });
                self.answer(id, &answer)
            }
            Some("session/new") => self.begin(id, params),
            Some("session/load" | "session/resume") => self.take_up(id, params),
            Some("session/set_mode") => {
                self.bold = params["modeId"] == "bold";
                self.answer(id, &json!({}))
            }
            Some("session/prompt") => self.prompted(id, params),
            Some("session/cancel") => self.cancel(),
            Some(method) if !id.is_null() => {
                let error = json!({ "code": -32601, "message": format!("no {method}") });
                self.say(&json!({ "jsonrpc": "2.0", "id": id, "error": error }))
            }
            Some(_) => Ok(()),
            None => self.answered(message),
        }
    }

    fn begin(&mut self, id: &Value, params: &Value) -> io::Result<()> {
        self.session = format!("fake-{}", std::process::id());
        self.cwd = params["cwd"].as_str().unwrap_or_default().into();
        if self.habits.early {
            self.update(&json!({ "sessionUpdate": "session_info_update", "title": "Early bird" }))?;
        }
        let modes = json!({
            "currentModeId": if self.bold { "bold" } else { "ask" },
            "availableModes": [{ "id": "ask", "name": "Ask" }, { "id": "bold", "name": "Bold" }],
        });
        self.answer(id, &json!({ "sessionId": self.session, "modes": modes }))
    }

    fn take_up(&mut self, id: &Value, params: &Value) -> io::Result<()> {
        if self.habits.forgets {
            let error = json!({ "code": -32002, "message": "Invalid session identifier" });
            return self.say(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
        }
        self.session = params["sessionId"].as_str().unwrap_or_default().to_owned();
        self.cwd = params["cwd"].as_str().unwrap_or_default().into();
        if !self.habits.newer {
            self.chunk("agent_message_chunk", "This was said before.")?;
        }
        self.answer(id, &json!({}))
    }

    fn prompted(&mut self, id: &Value, params: &Value) -> io::Result<()> {
        self.turns += 1;
        self.prompt = Some(id.clone());
        if self.habits.newer {
            self.answer(id, &json!({ "messageId": format!("user-{}", self.turns) }))?;
            self.update(&json!({ "sessionUpdate": "state_update", "state": "running" }))?;
        }
        let text = params["prompt"][0]["text"].as_str().unwrap_or_default().to_owned();
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        match word {
            "say" => self.chunks("agent_message_chunk", rest)?,
            "think" => self.chunks("agent_thought_chunk", rest)?,
            "flood" => {
                for number in 0..rest.parse().unwrap_or(0_u32) {
                    self.chunk("agent_message_chunk", &format!("{number} "))?;
                }
            }
            "edit" if self.bold => self.edit(rest)?,
            "edit" => return self.ask(rest, true),
            "unannounced" => return self.ask("unannounced.txt", false),
            "odd" => return self.be_odd(),
            "wait" => return self.hold(Doing::Waiting),
            "stuck" => return self.hold(Doing::Stuck),
            "fail" => return self.fail(),
            "die" => return Err(io::Error::other("it was told to die")),
            "orphan" => {
                std::process::Command::new("setsid").args(["sleep", "1000"]).spawn()?;
                return Err(io::Error::other("it left somebody behind"));
            }
            _ => self.chunks("agent_message_chunk", HELP)?,
        }
        self.over("end_turn")
    }

    fn hold(&mut self, doing: Doing) -> io::Result<()> {
        self.doing = doing;
        Ok(())
    }

    fn fail(&mut self) -> io::Result<()> {
        if self.habits.newer {
            let error = json!({ "message": "the model says no" });
            let state = json!({
                "sessionUpdate": "state_update", "state": "idle", "stopReason": "error", "error": error,
            });
            return self.update(&state);
        }
        let error = json!({ "code": 429, "message": "the model says no" });
        let id = self.prompt.take();
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "error": error }))
    }

    /// Asks for a permission; the tool call may not have been heard of.
    fn ask(&mut self, file: &str, announced: bool) -> io::Result<()> {
        let call = json!({
            "toolCallId": self.call(), "title": format!("Edit {file}"), "kind": "edit",
            "status": "pending", "rawInput": { "path": file },
        });
        if announced {
            let mut update = call.clone();
            update["sessionUpdate"] = json!("tool_call");
            self.update(&update)?;
        }
        let options = json!([
            { "optionId": "proceed_once", "name": "Yes", "kind": "allow_once" },
            { "optionId": "no", "name": "No", "kind": "reject_once" },
        ]);
        let mut params = json!({ "sessionId": self.session, "options": options });
        if self.habits.newer {
            params["title"] = json!(format!("Edit {file}?"));
            params["subject"] = json!({ "type": "tool_call", "toolCall": call });
        } else {
            params["toolCall"] = call;
        }
        let id = self.request("session/request_permission", &params)?;
        self.hold(Doing::Asking(id, file.to_owned()))
    }

    /// Calls what is not offered, tells what nobody knows, and goes on only when it has its answers.
    fn be_odd(&mut self) -> io::Result<()> {
        self.update(&json!({ "sessionUpdate": "_odd", "number": 1 }))?;
        self.say(&json!({ "jsonrpc": "2.0", "method": "_odd/status", "params": [1] }))?;
        let file = json!({ "sessionId": self.session, "path": "/odd", "content": "" });
        self.request("fs/write_text_file", &file)?;
        self.request("odd/private", &json!({}))?;
        self.hold(Doing::Odd(2))
    }

    fn answered(&mut self, message: &Value) -> io::Result<()> {
        match std::mem::take(&mut self.doing) {
            Doing::Asking(id, file) if message["id"] == id => {
                let outcome = &message["result"]["outcome"];
                match outcome["optionId"].as_str() {
                    Some("proceed_once") => {
                        self.edit(&file)?;
                        self.over("end_turn")
                    }
                    Some(_) => {
                        self.finish_call("failed")?;
                        self.chunks("agent_message_chunk", "I was not let.")?;
                        self.over("end_turn")
                    }
                    // The turn is being cancelled: that comes next.
                    None => {
                        self.finish_call("failed")?;
                        self.hold(Doing::Waiting)
                    }
                }
            }
            Doing::Odd(1) => {
                self.chunks("agent_message_chunk", "Both were answered.")?;
                self.over("end_turn")
            }
            Doing::Odd(left) => self.hold(Doing::Odd(left - 1)),
            other @ (Doing::Nothing | Doing::Asking(..) | Doing::Waiting | Doing::Stuck) => {
                self.hold(other)
            }
        }
    }

    fn cancel(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.doing) {
            Doing::Stuck => self.hold(Doing::Stuck),
            Doing::Waiting | Doing::Asking(..) | Doing::Odd(_) => self.over("cancelled"),
            Doing::Nothing => Ok(()),
        }
    }

    fn edit(&mut self, file: &str) -> io::Result<()> {
        let path = self.cwd.join(Path::new(file));
        let old = std::fs::read_to_string(&path).ok();
        let new = format!("{}edited\n", old.clone().unwrap_or_default());
        std::fs::write(&path, &new)?;
        let diff = json!({ "type": "diff", "path": file, "oldText": old, "newText": new });
        let mut update =
            json!({ "toolCallId": self.call(), "status": "completed", "content": [diff] });
        update["title"] = json!(format!("Edit {file}"));
        update["sessionUpdate"] = json!("tool_call_update");
        self.update(&update)?;
        self.chunks("agent_message_chunk", "It is edited.")
    }

    fn finish_call(&mut self, status: &str) -> io::Result<()> {
        let call = self.call();
        self.update(&json!({
            "sessionUpdate": "tool_call_update", "toolCallId": call, "status": status,
        }))
    }

    fn call(&self) -> String {
        format!("call-{}", self.turns)
    }

    /// Ends the turn, as its version does.
    fn over(&mut self, reason: &str) -> io::Result<()> {
        self.doing = Doing::Nothing;
        let id = self.prompt.take();
        if self.habits.newer {
            let state =
                json!({ "sessionUpdate": "state_update", "state": "idle", "stopReason": reason });
            return self.update(&state);
        }
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "result": { "stopReason": reason } }))
    }

    /// Word by word.
    fn chunks(&mut self, kind: &str, text: &str) -> io::Result<()> {
        text.split_inclusive(' ').try_for_each(|word| self.chunk(kind, word))
    }

    fn chunk(&mut self, kind: &str, text: &str) -> io::Result<()> {
        let mut update =
            json!({ "sessionUpdate": kind, "content": { "type": "text", "text": text } });
        if self.habits.newer {
            update["messageId"] = json!(format!("{kind}-{}", self.turns));
        }
        self.update(&update)
    }

    fn update(&mut self, update: &Value) -> io::Result<()> {
        let params = json!({ "sessionId": self.session, "update": update });
        self.say(&json!({ "jsonrpc": "2.0", "method": "session/update", "params": params }))
    }

    fn request(&mut self, method: &str, params: &Value) -> io::Result<u64> {
        self.asks += 1;
        let id = self.asks;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        Ok(id)
    }

    fn answer(&mut self, id: &Value, result: &Value) -> io::Result<()> {
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))
    }

    fn say(&mut self, message: &Value) -> io::Result<()> {
        writeln!(self.out, "{message}")?;
        self.out.flush()
    }
}
