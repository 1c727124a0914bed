//! How an Event goes into the entry it is about. What does not belong to the entry's kind changes nothing.

use prost::Message as _;

use crate::agent::limits::ENTRY_BYTES_MAX;
use crate::agent::message::{
    Answered, Asked, Block, Content, Contents, Entry, EntryKind, Event, EventKind, Message, Tool,
    block, content,
};

/// What a piece costs beyond its text.
const PIECE: usize = 16;

/// What an Event is to a Transcript.
#[derive(Debug)]
pub(in crate::agent) enum Part {
    /// It begins an entry.
    Begins(Entry),
    /// It concerns the entry of this name.
    Changes(u64, EventKind),
    /// It sets what stands beside the entries, or nothing.
    Beside(EventKind),
}

/// What the Event at this Offset is.
pub(in crate::agent) fn part(at: u64, event: Event) -> Part {
    let Event { at_ms, turn, entry, kind } = event;
    let begins = |kind| Part::Begins(Entry { at, at_ms, turn, kind, until: at + 1 });
    match (kind, entry) {
        (EventKind::Said(said), _) => begins(EntryKind::Said(said)),
        (EventKind::Notice(notice), _) => begins(EntryKind::Notice(notice)),
        (EventKind::Ended(ended), _) => begins(EntryKind::Ended(ended)),
        (EventKind::Raw(raw), _) => begins(EntryKind::Raw(raw)),
        (EventKind::Ask(ask), _) => {
            begins(EntryKind::Asked(Asked { ask: Some(ask), answered: None }))
        }
        (EventKind::Message(message), None) => begins(EntryKind::Message(message)),
        (EventKind::Tool(tool), None) => begins(EntryKind::Tool(tool)),
        (kind, Some(entry)) => Part::Changes(entry, kind),
        (kind, None) => Part::Beside(kind),
    }
}

/// Takes the Event at this Offset into the entry that it concerns, unless that knows of it.
pub(in crate::agent) fn change(entry: &mut Entry, offset: u64, event: EventKind) {
    if offset < entry.until {
        return;
    }
    entry.until = offset + 1;
    let was = &mut entry.kind;
    match event {
        EventKind::Message(new) => message(was, new),
        EventKind::More(text) => more(was, &text),
        EventKind::Tool(new) => tool(was, new),
        EventKind::MoreContent(new) => content(was, new),
        EventKind::Answered(new) => answered(was, new),
        EventKind::Said(_)
        | EventKind::Ask(_)
        | EventKind::Notice(_)
        | EventKind::Ended(_)
        | EventKind::State(_)
        | EventKind::Queue(_)
        | EventKind::Plan(_)
        | EventKind::Usage(_)
        | EventKind::Settings(_)
        | EventKind::Commands(_)
        | EventKind::Title(_)
        | EventKind::Raw(_) => {}
    }
}

/// Sets what is said.
fn message(was: &mut EntryKind, message: Message) {
    if let EntryKind::Message(old) = was {
        *old = message;
    }
}

/// Goes on behind what is said.
fn more(was: &mut EntryKind, text: &str) {
    let left = ENTRY_BYTES_MAX.saturating_sub(weight(was));
    let EntryKind::Message(message) = was else { return };
    let text = &text[..text.floor_char_boundary(left)];
    match message.blocks.last_mut() {
        Some(Block { kind: Some(block::Kind::Text(said)) }) => said.push_str(text),
        Some(_) | None => {
            message.blocks.push(Block { kind: Some(block::Kind::Text(text.to_owned())) })
        }
    }
}

/// Sets what is given of a tool call.
fn tool(was: &mut EntryKind, new: Tool) {
    let EntryKind::Tool(old) = was else { return };
    let Tool { title, kind, status, contents, places, input } = new;
    old.title = title.or(old.title.take());
    old.kind = kind.or(old.kind);
    old.status = status.or(old.status);
    old.contents = contents.or(old.contents.take());
    old.places = places.or(old.places.take());
    old.input = input.or(old.input.take());
}

/// Goes on behind what a tool brought about.
fn content(was: &mut EntryKind, new: Content) {
    let left = ENTRY_BYTES_MAX.saturating_sub(weight(was));
    let EntryKind::Tool(tool) = was else { return };
    let Contents { contents } = tool.contents.get_or_insert_default();
    match (contents.last_mut().and_then(|last| last.kind.as_mut()), new.kind) {
        (Some(content::Kind::Output(printed)), Some(content::Kind::Output(text))) => {
            printed.push_str(&text[..text.floor_char_boundary(left)]);
        }
        (_, Some(kind)) => {
            let content = Content { kind: Some(kind) };
            if of_content(&content) <= left {
                contents.push(content);
            }
        }
        (_, None) => {}
    }
}

/// Answers an Ask. The first answer counts; another one only says how far that came.
fn answered(was: &mut EntryKind, new: Answered) {
    let EntryKind::Asked(Asked { answered, .. }) = was else { return };
    match answered {
        Some(first) => first.delivery = new.delivery,
        None => *answered = Some(new),
    }
}

/// Bytes that count of an entry: what is joined to it counts for as much as it is long.
pub(super) fn weight(kind: &EntryKind) -> usize {
    PIECE
        + match kind {
            EntryKind::Said(said) => said.encoded_len(),
            EntryKind::Message(message) => message.blocks.iter().map(of_block).sum(),
            EntryKind::Tool(tool) => of_tool(tool),
            EntryKind::Asked(asked) => asked.ask.as_ref().map_or(0, prost::Message::encoded_len),
            EntryKind::Notice(notice) => notice.encoded_len(),
            EntryKind::Ended(ended) => ended.encoded_len(),
            EntryKind::Raw(raw) => raw.len(),
        }
}

fn of_tool(tool: &Tool) -> usize {
    let Tool { title, contents, places, input, .. } = tool;
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let contents = contents.iter().flat_map(|contents| &contents.contents).map(of_content);
    let places = places.as_ref().map_or(0, prost::Message::encoded_len);
    text(title) + text(input) + places + contents.sum::<usize>()
}

fn of_content(content: &Content) -> usize {
    PIECE
        + match &content.kind {
            Some(content::Kind::Output(text)) => text.len(),
            Some(content::Kind::Block(block)) => of_block(block),
            Some(content::Kind::Diff(diff)) => diff.encoded_len(),
            None => 0,
        }
}

fn of_block(block: &Block) -> usize {
    PIECE
        + match &block.kind {
            Some(block::Kind::Text(text)) => text.len(),
            Some(block::Kind::Link(_) | block::Kind::Quote(_) | block::Kind::Attachment(_))
            | None => block.encoded_len(),
        }
}
