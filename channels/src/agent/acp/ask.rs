//! A request for a permission.

use serde_json::Value;

use super::update;
use crate::agent::conversation::Heard;
use crate::agent::message::{Ask, Choosable, OptionKind};

/// What a request says: its tool call, for it may be the first word of that; then the request.
pub(super) fn heard(request: u64, params: &Value) -> Vec<Heard> {
    let subject = &params["subject"];
    let call =
        if subject["toolCall"].is_object() { &subject["toolCall"] } else { &params["toolCall"] };
    let tool = call["toolCallId"].as_str().or_else(|| subject["toolCallId"].as_str());
    let title = params["title"].as_str().or_else(|| call["title"].as_str());
    let command =
        shell_words(&subject["command"]).or_else(|| shell_words(&call["rawInput"]["command"]));
    let cwd = subject["cwd"].as_str().or_else(|| call["rawInput"]["cwd"].as_str());
    let options = params["options"].as_array().into_iter().flatten().filter_map(option).collect();
    let ask = Ask {
        title: title.unwrap_or("The agent asks for a permission").to_owned(),
        command: command.unwrap_or_default(),
        cwd: cwd.unwrap_or_default().to_owned(),
        tool: None,
        options,
    };
    let mut heard: Vec<Heard> = update::tool(call).into_iter().collect();
    heard.push(Heard::Permission { request, tool: tool.map(str::to_owned), ask });
    heard
}

/// Agents name their options as they like; what they mean stands in the kind.
fn option(option: &Value) -> Option<Choosable> {
    let name = option["optionId"].as_str()?;
    let kind = match option["kind"].as_str().unwrap_or_default() {
        "allow_once" => OptionKind::OptionAllowOnce,
        "allow_always" => OptionKind::OptionAllowAlways,
        "reject_once" => OptionKind::OptionRejectOnce,
        "reject_always" => OptionKind::OptionRejectAlways,
        _ => OptionKind::OptionOther,
    };
    let title = option["name"].as_str().unwrap_or(name);
    Some(Choosable { name: name.to_owned(), title: title.to_owned(), kind: kind.into() })
}

/// A command as people read it: one text, or words of which those that need it are quoted.
fn shell_words(command: &Value) -> Option<String> {
    if let Some(text) = command.as_str() {
        return Some(text.to_owned());
    }
    let words = command.as_array()?.iter().map(|word| match word.as_str() {
        Some(word) => quoted(word),
        None => quoted(&word.to_string()),
    });
    Some(words.collect::<Vec<_>>().join(" "))
}

fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=@%+,".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
