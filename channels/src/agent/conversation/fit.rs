//! What an agent says, in records of a bounded length: one that says more begins with the first of it, and goes on.

use prost::Message as _;

use crate::agent::limits::{EVENT_BYTES_MAX, NAME_BYTES_MAX, TITLE_CHARS_MAX};
use crate::agent::message::{
    Ask, Block, Content, Contents, Diff, Ended, EventKind, Message, Notice, Severity, Tool, block,
    content,
};

/// Bytes of text in one record.
const PIECE_BYTES: usize = 8 << 10;
/// Bytes of a title, and of what people are told.
const WORDS_BYTES: usize = 1 << 10;
/// Options of one Ask.
const OPTIONS_MAX: usize = 16;

/// Splits a text between two letters.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece;
        (piece, rest) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        Some(piece).filter(|piece| !piece.is_empty())
    })
}

/// The records of one thing an agent said. Those behind the first go on in its entry.
pub(super) fn records(kind: EventKind) -> Vec<EventKind> {
    let mut kinds = match kind {
        EventKind::Message(message) => of_message(message),
        EventKind::Tool(tool) => of_tool(tool),
        EventKind::MoreContent(content) => {
            of_content(content).map(EventKind::MoreContent).collect()
        }
        EventKind::Raw(raw) => vec![EventKind::Raw(cut(raw, PIECE_BYTES))],
        EventKind::Notice(notice) => {
            vec![EventKind::Notice(Notice { text: cut(notice.text, WORDS_BYTES), ..notice })]
        }
        EventKind::Title(title) => {
            let shown = title.chars().filter(|char| !char.is_control()).take(TITLE_CHARS_MAX);
            vec![EventKind::Title(shown.collect())]
        }
        EventKind::Ask(ask) => vec![EventKind::Ask(of_ask(ask))],
        EventKind::Plan(mut plan) => {
            plan.items.iter_mut().for_each(|item| shorten(&mut item.text, NAME_BYTES_MAX));
            plan.items.truncate(EVENT_BYTES_MAX / (NAME_BYTES_MAX + 16));
            vec![EventKind::Plan(plan)]
        }
        EventKind::Commands(mut commands) => {
            for command in &mut commands.commands {
                shorten(&mut command.name, 64);
                shorten(&mut command.description, NAME_BYTES_MAX);
            }
            while commands.encoded_len() > EVENT_BYTES_MAX / 2 {
                commands.commands.truncate(commands.commands.len() / 2);
            }
            vec![EventKind::Commands(commands)]
        }
        EventKind::Settings(mut settings) => {
            while settings.encoded_len() > EVENT_BYTES_MAX / 2 {
                let most = settings.settings.iter().map(|setting| setting.values.len()).max();
                match most.unwrap_or_default() {
                    0 | 1 => settings.settings.truncate(settings.settings.len() / 2),
                    most => {
                        settings.settings.iter_mut().for_each(|one| one.values.truncate(most / 2));
                    }
                }
            }
            vec![EventKind::Settings(settings)]
        }
        EventKind::Ended(ended) => {
            vec![EventKind::Ended(Ended { error: cut(ended.error, WORDS_BYTES), ..ended })]
        }
        EventKind::Said(_)
        | EventKind::More(_)
        | EventKind::Answered(_)
        | EventKind::State(_)
        | EventKind::Queue(_)
        | EventKind::Usage(_) => vec![kind],
    };
    for kind in &mut kinds {
        if length(kind) > EVENT_BYTES_MAX - 64 {
            let text = "The agent said something that is too long to be kept.".to_owned();
            *kind = EventKind::Notice(Notice { severity: Severity::Warning.into(), text });
        }
    }
    kinds
}

/// The first text at once, what is behind it piece by piece.
fn of_message(message: Message) -> Vec<EventKind> {
    let Message { blocks, thought } = message;
    let [Block { kind: Some(block::Kind::Text(text)) }] = &blocks[..] else {
        return vec![EventKind::Message(Message { blocks, thought })];
    };
    let mut pieces = pieces(text);
    let first = pieces.next().unwrap_or_default().to_owned();
    let first = Block { kind: Some(block::Kind::Text(first)) };
    let first = EventKind::Message(Message { blocks: vec![first], thought });
    std::iter::once(first).chain(pieces.map(|more| EventKind::More(more.to_owned()))).collect()
}

/// The call at once, what it brought about piece by piece.
fn of_tool(mut tool: Tool) -> Vec<EventKind> {
    tool.title.iter_mut().for_each(|title| shorten(title, WORDS_BYTES));
    if let Some(places) = &mut tool.places {
        places.places.iter_mut().for_each(|place| shorten(&mut place.path, NAME_BYTES_MAX));
        places.places.truncate(OPTIONS_MAX);
    }
    if tool.encoded_len() <= PIECE_BYTES {
        return vec![EventKind::Tool(tool)];
    }
    let contents = tool.contents.replace(Contents::default()).unwrap_or_default().contents;
    let more = contents.into_iter().flat_map(of_content).map(EventKind::MoreContent);
    std::iter::once(EventKind::Tool(tool)).chain(more).collect()
}

fn of_content(content: Content) -> impl Iterator<Item = Content> {
    let kinds: Vec<content::Kind> = match content.kind {
        Some(content::Kind::Output(text)) => {
            pieces(&text).map(|piece| content::Kind::Output(piece.to_owned())).collect()
        }
        Some(content::Kind::Block(Block { kind: Some(block::Kind::Text(text)) })) => {
            let of = |piece: &str| Block { kind: Some(block::Kind::Text(piece.to_owned())) };
            pieces(&text).map(|piece| content::Kind::Block(of(piece))).collect()
        }
        Some(content::Kind::Diff(diff)) if diff.patch.len() > PIECE_BYTES => {
            vec![content::Kind::Diff(Diff { patch: String::new(), ..diff })]
        }
        kind => kind.into_iter().collect(),
    };
    kinds.into_iter().map(|kind| Content { kind: Some(kind) })
}

/// A command is shown as it is, or it is said that it is not: nobody should allow what they have not seen.
fn of_ask(mut ask: Ask) -> Ask {
    shorten(&mut ask.title, WORDS_BYTES);
    shorten(&mut ask.cwd, WORDS_BYTES);
    let len = ask.command.len();
    if len > PIECE_BYTES {
        shorten(&mut ask.command, PIECE_BYTES);
        ask.command += &format!(" … ({} bytes more are not shown)", len - ask.command.len());
    }
    ask.options.retain(|option| option.name.len() <= NAME_BYTES_MAX);
    ask.options.truncate(OPTIONS_MAX);
    ask.options.iter_mut().for_each(|option| shorten(&mut option.title, 64));
    ask
}

fn cut(mut text: String, bytes: usize) -> String {
    shorten(&mut text, bytes);
    text
}

fn shorten(text: &mut String, bytes: usize) {
    text.truncate(text.floor_char_boundary(bytes));
}

fn length(kind: &EventKind) -> usize {
    crate::agent::message::Event {
        at_ms: u64::MAX,
        turn: u32::MAX,
        entry: Some(u64::MAX),
        kind: kind.clone(),
    }
    .encode()
    .len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::message::{
        Choosable, Command, Commands, Place, Places, Plan, PlanItem, SettingOf, Settings, Value,
    };

    fn long() -> String {
        "ä".repeat(40_000)
    }

    fn text(text: String) -> Block {
        Block { kind: Some(block::Kind::Text(text)) }
    }

    #[test]
    fn every_record_is_bounded_whatever_the_agent_says() {
        let contents = vec![
            Content { kind: Some(content::Kind::Output(long())) },
            Content { kind: Some(content::Kind::Block(text(long()))) },
            Content { kind: Some(content::Kind::Diff(Diff { patch: long(), ..Diff::default() })) },
        ];
        let place = Place { path: long(), line: 1 };
        let tool = Tool {
            title: Some(long()),
            contents: Some(Contents { contents: contents.clone() }),
            places: Some(Places { places: vec![place; 100] }),
            ..Tool::default()
        };
        let value = Value { name: long(), title: long() };
        let setting = SettingOf { name: long(), values: vec![value; 9], ..SettingOf::default() };
        let command = Command { name: long(), description: long() };
        let option = Choosable { name: "yes".to_owned(), title: long(), kind: 1 };
        let said = [
            EventKind::Message(Message { blocks: vec![text(long())], thought: true }),
            EventKind::Message(Message { blocks: vec![text(long()), text(long())], thought: true }),
            EventKind::Tool(tool),
            EventKind::MoreContent(contents[0].clone()),
            EventKind::Raw(long()),
            EventKind::Title(long()),
            EventKind::Ended(Ended { reason: 0, error: long() }),
            EventKind::Notice(Notice { severity: 0, text: long() }),
            EventKind::Plan(Plan { items: vec![PlanItem { text: long(), status: 0 }; 99] }),
            EventKind::Commands(Commands { commands: vec![command; 999] }),
            EventKind::Settings(Settings { settings: vec![setting; 99] }),
            EventKind::Ask(Ask {
                title: long(),
                command: long(),
                cwd: long(),
                tool: None,
                options: vec![option; 99],
            }),
        ];
        for kind in said {
            let ends = matches!(kind, EventKind::Ended(_));
            let records = records(kind);
            assert!(!records.is_empty());
            assert_eq!(matches!(records[0], EventKind::Ended(_)), ends, "an end stays one");
            for record in &records {
                assert!(length(record) <= EVENT_BYTES_MAX, "{} bytes", length(record));
            }
        }
    }

    #[test]
    fn what_is_split_is_the_same_together() {
        let records =
            records(EventKind::Message(Message { blocks: vec![text(long())], thought: false }));
        let mut all = String::new();
        for record in records {
            if let EventKind::More(text) = record {
                all += &text;
                continue;
            }
            let EventKind::Message(message) = record else { panic!("{record:?}") };
            let Some(block::Kind::Text(text)) = &message.blocks[0].kind else { panic!("no text") };
            all += text;
        }
        assert!(all == long());
    }

    #[test]
    fn a_command_that_is_cut_off_says_so() {
        let ask = of_ask(Ask { command: long(), ..Ask::default() });
        assert!(ask.command.ends_with("bytes more are not shown)"));
        let whole = of_ask(Ask { command: "cargo test".to_owned(), ..Ask::default() });
        assert_eq!(whole.command, "cargo test");
    }
}
