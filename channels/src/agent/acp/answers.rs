//! What the agent's answers bring about, from the first to the one that ends a turn.

use serde_json::{Value, json};

use super::{Acp, Asked};
use crate::agent::conversation::Heard;
use crate::agent::message::{EndReason, Notice, Setting, Severity};

use super::update;

impl Acp {
    pub(super) fn answered(&mut self, asked: Asked, outcome: Result<Value, String>) {
        match (asked, outcome) {
            (Asked::Initialize, Ok(answer)) => self.initialized(&answer),
            (Asked::New, Ok(answer)) => self.opened(&answer),
            (Asked::Resume | Asked::Load, Ok(answer)) => {
                self.session = self.resumes.take();
                self.opened(&answer);
            }
            // It has forgotten the session: another one begins.
            (Asked::Resume | Asked::Load, Err(_)) => self.begin(),
            (Asked::Initialize | Asked::New, Err(why)) => {
                self.heard.push_back(Heard::Gone(format!("The agent begins no session: {why}.")));
            }
            (Asked::Mode, Ok(_)) => self.heard.push_back(Heard::Ready),
            (Asked::Mode, Err(why)) => {
                let words = "The agent cannot be told to ask before it acts";
                self.heard.push_back(Heard::Gone(format!("{words}: {why}.")));
            }
            (Asked::Prompt, Ok(answer)) => self.prompted(&answer),
            (Asked::Prompt, Err(why)) => self.over(EndReason::EndFailed, why),
            (Asked::Set, Ok(answer)) => self.set_options(&answer),
            (Asked::Set, Err(why)) => {
                let text = format!("The agent does not take the setting: {why}.");
                let notice = Notice { severity: Severity::Warning.into(), text };
                self.heard.push_back(Heard::Notice(notice));
            }
        }
    }

    fn initialized(&mut self, answer: &Value) {
        self.version = answer["protocolVersion"].as_u64().unwrap_or(1);
        let capabilities = &answer["agentCapabilities"];
        let can_resume =
            self.version >= 2 || !capabilities["sessionCapabilities"]["resume"].is_null();
        match &self.resumes {
            Some(session) if can_resume => {
                let params = self.place(json!({ "sessionId": session }));
                self.send(Asked::Resume, "session/resume", &params);
            }
            Some(session) if capabilities["loadSession"] == true => {
                let params = self.place(json!({ "sessionId": session }));
                self.is_loading = true;
                self.send(Asked::Load, "session/load", &params);
            }
            Some(_) | None => self.begin(),
        }
    }

    fn begin(&mut self) {
        self.resumes = None;
        self.is_loading = false;
        let params = self.place(json!({}));
        self.send(Asked::New, "session/new", &params);
    }

    fn place(&self, mut params: Value) -> Value {
        params["cwd"] = json!(self.cwd);
        params["mcpServers"] = json!([]);
        params
    }

    /// A session is there.
    fn opened(&mut self, answer: &Value) {
        self.is_loading = false;
        if let Some(session) = answer["sessionId"].as_str() {
            self.session = Some(session.to_owned());
        }
        if self.session.is_none() {
            let words = "The agent begins no session: it gives no name for it.";
            return self.heard.push_back(Heard::Gone(words.to_owned()));
        }
        self.set_options(answer);
        for update in std::mem::take(&mut self.early) {
            self.update(&update);
        }
        match self.mode.clone() {
            Some(mode) => {
                let setting = Setting { name: self.mode_name(), value: mode };
                self.set(Asked::Mode, &setting);
            }
            None => self.heard.push_back(Heard::Ready),
        }
    }

    /// What the agent calls its modes: settings like others, or modes.
    fn mode_name(&self) -> String {
        let is_mode = |name: &str| name == "mode" || name == update::MODE;
        let setting = self.settings.settings.iter().find(|setting| is_mode(&setting.name));
        setting.map_or(update::MODE, |setting| &setting.name).to_owned()
    }

    /// The first version's answer ends the turn; the second's says that it has begun.
    fn prompted(&mut self, answer: &Value) {
        if self.version < 2 || answer["stopReason"].is_string() {
            self.over(update::reason(&answer["stopReason"]), String::new());
        }
    }
}
