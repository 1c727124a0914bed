use super::*;
use crate::agent::conversation::{Conversation, Effect, Heard, Moment};
use crate::agent::message::{
    Ask, Block, Busy, Choosable, EndReason, Ended, Input, Message, Prompt, Wish, block,
};
use devtail_protocol::Time;

const NOW: Moment = Moment { time: Time::ZERO, at_ms: 1_700_000_000_000 };

/// A conversation whose records go to a file, and a copy that never left the memory.
struct Desk {
    folder: tempfile::TempDir,
    journal: Journal,
    conversation: Conversation,
    wishes: u8,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(&folder);
        let Restored { transcript, head, .. } = journal.restore().unwrap();
        Self {
            conversation: Conversation::new(transcript, head, Vec::new()),
            folder,
            journal,
            wishes: 0,
        }
    }

    fn prompt(&mut self, text: &str) -> WishId {
        self.wishes += 1;
        let id = WishId([self.wishes; 16]);
        let blocks = vec![Block { kind: Some(block::Kind::Text(text.to_owned())) }];
        let wish = Wish::Prompt(Prompt { blocks, busy: Busy::Queue.into() });
        self.conversation.handle_wish(NOW, "phone", Input { id, wish }).unwrap();
        self.settle(Some(id));
        id
    }

    fn hear(&mut self, heard: Heard) {
        self.conversation.handle_agent(NOW, heard);
        self.settle(None);
    }

    fn turn(&mut self, text: &str) {
        self.prompt("go on");
        self.hear(Heard::Ready);
        self.hear(Heard::Text { message: None, thought: false, text: text.to_owned() });
        let ended = Ended { reason: EndReason::EndDone.into(), error: String::new() };
        self.hear(Heard::TurnOver(ended));
    }

    fn ask(&mut self) {
        let yes = Choosable { name: "yes".to_owned(), ..Choosable::default() };
        let ask = Ask { title: "run it?".to_owned(), options: vec![yes], ..Ask::default() };
        self.hear(Heard::Permission { request: 1, tool: None, ask });
    }

    fn settle(&mut self, wish: Option<WishId>) {
        let mut batch = Batch { wish, ..Batch::default() };
        while let Some(effect) = self.conversation.poll_effect() {
            match effect {
                Effect::Record(event) => batch.records.push(event.encode()),
                Effect::Queue(queue) => batch.queue = Some(queue),
                Effect::Order(_) => {}
            }
        }
        self.journal.write(&batch, Sync::Process).unwrap();
    }

    /// The process dies, and another one opens the file.
    fn die(&mut self) -> Restored {
        self.journal = open(&self.folder);
        self.journal.restore().unwrap()
    }
}

fn open(folder: &tempfile::TempDir) -> Journal {
    let spec = Spec { agent: Some("fake".to_owned()), ..Spec::default() };
    Journal::open(&folder.path().join("conversation.db"), Epoch(u64::MAX - 1), &spec).unwrap()
}

#[test]
fn whoever_takes_a_conversation_up_again_reads_what_was_there_folded_or_not() {
    let mut desk = Desk::new();
    for n in 0..20 {
        desk.turn(&"word ".repeat(n * 7));
        let restored = desk.die();
        assert!(restored.transcript == *desk.conversation.transcript(), "turn {n}");
        assert_eq!(restored.head, desk.conversation.head());
        if n % 3 == 0 {
            desk.journal.fold().unwrap();
            let restored = desk.die();
            assert!(restored.transcript == *desk.conversation.transcript(), "turn {n}, folded");
        }
    }
    let restored = desk.die();
    assert_eq!(
        (restored.epoch, restored.spec.agent.as_deref()),
        (Epoch(u64::MAX - 1), Some("fake"))
    );
}

#[test]
fn a_fold_leaves_one_row_an_entry_and_no_record() {
    let mut desk = Desk::new();
    desk.prompt("count");
    desk.hear(Heard::Ready);
    for _ in 0..50 {
        desk.hear(Heard::Text { message: None, thought: false, text: "1".repeat(1 << 10) });
    }
    let count = |desk: &Desk, table: &str| -> u64 {
        let sql = format!("SELECT count(*) FROM {table}");
        desk.journal.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert!(count(&desk, "record") > 50);
    desk.journal.fold().unwrap();
    assert_eq!((count(&desk, "record"), count(&desk, "entry")), (0, 3));
    desk.journal.fold().unwrap();
    assert_eq!(count(&desk, "entry"), 3, "again is nothing");
}

#[test]
fn pages_go_back_to_the_beginning_and_a_request_that_waits_is_always_at_hand() {
    let mut desk = Desk::new();
    desk.prompt("begin");
    desk.hear(Heard::Ready);
    desk.ask();
    for number in 0..150 {
        let text = Block { kind: Some(block::Kind::Text("w".repeat(9000))) };
        let message = Message { blocks: vec![text], thought: false };
        desk.hear(Heard::Message(number.to_string(), message));
        desk.journal.fold().unwrap();
    }
    let mut transcript = desk.die().transcript;
    assert!(transcript.whole_from() > 0);
    assert_eq!(transcript.waiting().count(), 1);
    let mut pages = 0;
    while transcript.whole_from() > 0 {
        let page = desk.journal.page(transcript.whole_from()).unwrap();
        assert!(page.from < transcript.whole_from());
        transcript.prepend(page);
        pages += 1;
    }
    assert!(pages > 10);
    assert_eq!(transcript.entries().count(), 2 + 150);
}

#[test]
fn a_wish_is_known_once_it_is_written_and_a_batch_is_written_whole_or_not_at_all() {
    let mut desk = Desk::new();
    let wish = desk.prompt("once");
    assert!(desk.journal.knows(wish).unwrap());
    let head = desk.journal.head;
    let again = Batch {
        records: vec![Bytes::from_static(b"never")],
        wish: Some(wish),
        applied: Some((ClientId([7; 16]), 3)),
        queue: None,
    };
    desk.journal.write(&again, Sync::Power).unwrap_err();
    assert_eq!(desk.journal.head, head);
    assert!(desk.die().inbox.is_empty());
    let other = Batch { wish: Some(WishId([99; 16])), records: vec![], ..again };
    desk.journal.write(&other, Sync::Power).unwrap();
    assert_eq!(desk.die().inbox, [(ClientId([7; 16]), 3)]);
}

#[test]
fn prompts_that_wait_are_kept_whole_and_in_their_order() {
    let mut desk = Desk::new();
    for text in ["first", "second", "third"] {
        desk.prompt(text);
    }
    let waiting = |restored: Restored| -> Vec<String> {
        let text = |said: Said| match said.blocks[0].kind.clone() {
            Some(block::Kind::Text(text)) => text,
            Some(block::Kind::Link(_) | block::Kind::Quote(_) | block::Kind::Attachment(_))
            | None => panic!("no text"),
        };
        restored.queue.into_iter().map(text).collect()
    };
    assert_eq!(waiting(desk.die()), ["second", "third"]);
    desk.hear(Heard::Ready);
    let ended = Ended { reason: EndReason::EndDone.into(), error: String::new() };
    desk.hear(Heard::TurnOver(ended));
    assert_eq!(waiting(desk.die()), ["third"]);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let desk = Desk::new();
    desk.journal.connection.pragma_update(None, "user_version", 99).unwrap();
    let path = desk.folder.path().join("conversation.db");
    let error = Journal::open(&path, Epoch(1), &Spec::default()).unwrap_err();
    assert!(matches!(error, JournalError::Newer { found: 99, known: 1 }), "{error}");
}
