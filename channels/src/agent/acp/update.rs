//! What an agent tells of itself, of either version, in the words of this kind.

use serde_json::Value;

use super::Acp;
use crate::agent::conversation::Heard;
use crate::agent::message::{
    Block, Command, Commands, Content, Contents, EndReason, Link, Message, Notice, Place, Places,
    Plan, PlanItem, PlanStatus, Quote, SettingOf, Severity, Tool, ToolKind, ToolStatus, Usage,
    Value as Choice, block, content,
};

/// What the first version's modes are called among the settings.
pub(super) const MODE: &str = "\u{1}mode";
/// Bytes of a tool's input that people are shown.
const INPUT_BYTES: usize = 4 << 10;
/// Millionths of a whole.
const MICRO: f64 = 1e6;

impl Acp {
    /// Takes in one update.
    pub(super) fn update(&mut self, update: &Value) {
        let heard = match update["sessionUpdate"].as_str().unwrap_or_default() {
            "agent_message_chunk" => self.chunk(update, false),
            "agent_thought_chunk" => self.chunk(update, true),
            "agent_message" => whole(update, false),
            "agent_thought" => whole(update, true),
            // What people said is known here first.
            "user_message_chunk" | "user_message" => return,
            "tool_call" | "tool_call_update" => self.tool(update),
            "tool_call_content_chunk" => more(update),
            "plan" => Some(plan(&update["entries"])),
            "plan_update" => Some(plan(&update["plan"]["entries"])),
            "usage_update" => Some(usage(update)),
            "available_commands_update" => Some(commands(update)),
            "config_option_update" => return self.set_options(update),
            "current_mode_update" => return self.set_mode(&update["currentModeId"]),
            "session_info_update" => match update["title"].as_str() {
                Some(title) => Some(Heard::Title(title.to_owned())),
                None => return,
            },
            "notice" => Some(notice(update)),
            "terminal_output_chunk" => self.printed(update, update),
            "terminal_update" => self.printed(update, &update["output"]),
            "state_update" => return self.state(update),
            _ => None,
        };
        // Nothing is thrown away because nobody here knows it.
        self.heard.push_back(heard.unwrap_or_else(|| Heard::Raw(update.to_string())));
    }

    fn chunk(&self, update: &Value, thought: bool) -> Option<Heard> {
        let message = update["messageId"].as_str().map(str::to_owned);
        let text = update["content"]["text"].as_str()?.to_owned();
        Some(Heard::Text { message, thought, text })
    }

    fn tool(&mut self, update: &Value) -> Option<Heard> {
        let id = update["toolCallId"].as_str()?;
        for content in update["content"].as_array().into_iter().flatten() {
            if let Some(terminal) = content["terminalId"].as_str() {
                self.terminals.insert(terminal.to_owned(), id.to_owned());
            }
        }
        tool(update)
    }

    /// What a command printed belongs to the tool call that shows its terminal.
    fn printed(&self, update: &Value, output: &Value) -> Option<Heard> {
        let tool = self.terminals.get(update["terminalId"].as_str()?)?.clone();
        let bytes = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            output["data"].as_str()?,
        );
        let text = String::from_utf8_lossy(&bytes.ok()?).into_owned();
        let content = Content { kind: Some(content::Kind::Output(text)) };
        if std::ptr::eq(update, output) {
            return Some(Heard::Content(tool, content));
        }
        let contents = Some(Contents { contents: vec![content] });
        Some(Heard::Tool(tool, Tool { contents, ..Tool::default() }))
    }

    /// The second version's turns.
    fn state(&mut self, update: &Value) {
        if self.version >= 2 && update["state"] == "idle" {
            let error = update["error"]["message"].as_str().unwrap_or_default();
            self.over(reason(&update["stopReason"]), error.to_owned());
        }
    }

    /// The settings, whole: the first version's modes are one of them.
    pub(super) fn set_options(&mut self, answer: &Value) {
        let options = answer["configOptions"].as_array();
        let modes = answer["modes"].as_object();
        if options.is_none() && modes.is_none() {
            return;
        }
        let options = options.into_iter().flatten().filter_map(option);
        let modes = modes.map(|_| SettingOf {
            name: MODE.to_owned(),
            title: "Mode".to_owned(),
            value: text(&answer["modes"]["currentModeId"]),
            values: choices(&answer["modes"]["availableModes"], "id"),
        });
        self.settings.settings = options.chain(modes).collect();
        self.heard.push_back(Heard::Settings(self.settings.clone()));
    }

    fn set_mode(&mut self, mode: &Value) {
        for setting in self.settings.settings.iter_mut().filter(|setting| setting.name == MODE) {
            setting.value = text(mode);
        }
        self.heard.push_back(Heard::Settings(self.settings.clone()));
    }
}

/// Why a turn is over.
pub(super) fn reason(reason: &Value) -> EndReason {
    match reason.as_str().unwrap_or_default() {
        "cancelled" => EndReason::EndCancelled,
        "refusal" => EndReason::EndRefused,
        "max_tokens" | "max_turn_requests" => EndReason::EndLimit,
        "error" => EndReason::EndFailed,
        _ => EndReason::EndDone,
    }
}

/// What is given of a tool call; `None` if it has no name.
pub(super) fn tool(update: &Value) -> Option<Heard> {
    let id = update["toolCallId"].as_str()?.to_owned();
    let list =
        |name: &str| update.get(name).map(|list| list.as_array().map_or(&[][..], Vec::as_slice));
    let title = update["title"].as_str().map(str::to_owned);
    let kind = update["kind"].as_str().map(|kind| tool_kind(kind).into());
    let status = update["status"].as_str().and_then(tool_status).map(Into::into);
    // A terminal stands for what is printed in it, and that came by itself.
    let is_terminals =
        |list: &&[Value]| !list.is_empty() && list.iter().all(|item| item["type"] == "terminal");
    let contents = list("content")
        .filter(|list| !is_terminals(list))
        .map(|contents| Contents { contents: contents.iter().filter_map(content).collect() });
    let places =
        list("locations").map(|places| Places { places: places.iter().map(place).collect() });
    let input = update.get("rawInput").filter(|input| !input.is_null()).map(|input| {
        let mut input = input.to_string();
        if input.len() > INPUT_BYTES {
            input.truncate(input.floor_char_boundary(INPUT_BYTES));
            input.push('…');
        }
        input
    });
    Some(Heard::Tool(id, Tool { title, kind, status, contents, places, input }))
}

fn tool_kind(kind: &str) -> ToolKind {
    match kind {
        "read" => ToolKind::ToolRead,
        "edit" => ToolKind::ToolEdit,
        "delete" => ToolKind::ToolDelete,
        "move" => ToolKind::ToolMove,
        "search" => ToolKind::ToolSearch,
        "execute" => ToolKind::ToolExecute,
        "think" => ToolKind::ToolThink,
        "fetch" => ToolKind::ToolFetch,
        _ => ToolKind::ToolOther,
    }
}

fn tool_status(status: &str) -> Option<ToolStatus> {
    Some(match status {
        "pending" => ToolStatus::ToolPending,
        "in_progress" => ToolStatus::ToolRunning,
        "completed" => ToolStatus::ToolCompleted,
        "failed" => ToolStatus::ToolFailed,
        "cancelled" => ToolStatus::ToolCancelled,
        _ => return None,
    })
}

fn place(place: &Value) -> Place {
    let line = place["line"].as_u64().and_then(|line| u32::try_from(line).ok());
    Place { path: text(&place["path"]), line: line.unwrap_or_default() }
}

fn content(item: &Value) -> Option<Content> {
    let kind = match item["type"].as_str()? {
        "content" => content::Kind::Block(block(&item["content"])?),
        "diff" => content::Kind::Diff(super::diff::read(item)),
        _ => return None,
    };
    Some(Content { kind: Some(kind) })
}

fn more(update: &Value) -> Option<Heard> {
    let id = update["toolCallId"].as_str()?.to_owned();
    Some(Heard::Content(id, content(&update["content"])?))
}

/// A piece of what is said. Pictures and sounds are not taken yet.
fn block(block: &Value) -> Option<Block> {
    let kind = match block["type"].as_str()? {
        "text" => block::Kind::Text(text(&block["text"])),
        "resource_link" => {
            block::Kind::Link(Link { uri: text(&block["uri"]), name: text(&block["name"]) })
        }
        "resource" => {
            let resource = &block["resource"];
            let quoted = resource["text"].as_str()?;
            block::Kind::Quote(Quote { uri: text(&resource["uri"]), text: quoted.to_owned() })
        }
        _ => return None,
    };
    Some(Block { kind: Some(kind) })
}

fn whole(update: &Value, thought: bool) -> Option<Heard> {
    let id = update["messageId"].as_str()?.to_owned();
    let blocks = update["content"].as_array()?.iter().filter_map(block).collect();
    Some(Heard::Message(id, Message { blocks, thought }))
}

fn plan(entries: &Value) -> Heard {
    let item = |entry: &Value| {
        let status = match entry["status"].as_str().unwrap_or_default() {
            "in_progress" => PlanStatus::PlanRunning,
            "completed" => PlanStatus::PlanCompleted,
            _ => PlanStatus::PlanPending,
        };
        PlanItem { text: text(&entry["content"]), status: status.into() }
    };
    Heard::Plan(Plan { items: entries.as_array().into_iter().flatten().map(item).collect() })
}

fn usage(update: &Value) -> Heard {
    let count = |name: &str| update[name].as_u64().unwrap_or_default();
    let cost = update["cost"]["amount"].as_f64().unwrap_or_default().clamp(0.0, MICRO);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and at most a million dollars"
    )]
    let cost_micro = (cost * MICRO) as u64;
    Heard::Usage(Usage { context_used: count("used"), context_size: count("size"), cost_micro })
}

fn commands(update: &Value) -> Heard {
    let command = |command: &Value| Command {
        name: text(&command["name"]),
        description: text(&command["description"]),
    };
    let all = update["availableCommands"].as_array().into_iter().flatten().map(command);
    Heard::Commands(Commands { commands: all.collect() })
}

fn notice(update: &Value) -> Heard {
    let severity = match update["severity"].as_str().unwrap_or_default() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    };
    let title = text(&update["title"]);
    let said = match update["description"].as_str() {
        Some(more) => format!("{title}: {more}"),
        None => title,
    };
    Heard::Notice(Notice { severity: severity.into(), text: said })
}

fn option(option: &Value) -> Option<SettingOf> {
    let name = option["id"].as_str()?;
    Some(SettingOf {
        name: name.to_owned(),
        title: option["name"].as_str().unwrap_or(name).to_owned(),
        value: text(&option["currentValue"]),
        values: choices(&option["options"], "value"),
    })
}

/// What can be chosen, in groups or not.
fn choices(list: &Value, name: &str) -> Vec<Choice> {
    let one = |choice: &Value| {
        let id = choice[name].as_str()?;
        let title = choice["name"].as_str().unwrap_or(id).to_owned();
        Some(Choice { name: id.to_owned(), title })
    };
    let groups = list.as_array().into_iter().flatten();
    let flat = groups.flat_map(|item| match item["options"].as_array() {
        Some(group) => group.iter().collect::<Vec<_>>(),
        None => vec![item],
    });
    flat.filter_map(one).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
