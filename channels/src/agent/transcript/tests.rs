use super::*;
use crate::agent::message::{
    Answered, Answerer, Ask, Block, Content, Contents, Delivery, Message, Tool, ToolStatus, block,
    content,
};

fn event(entry: Option<u64>, kind: EventKind) -> Event {
    Event { at_ms: 1_700_000_000_000, turn: 1, entry, kind }
}

fn text(text: &str) -> Block {
    Block { kind: Some(block::Kind::Text(text.to_owned())) }
}

fn says(text_: &str) -> EventKind {
    EventKind::Message(Message { blocks: vec![text(text_)], thought: false })
}

fn asks(title: &str) -> EventKind {
    EventKind::Ask(Ask { title: title.to_owned(), ..Ask::default() })
}

fn answer(option: &str, delivery: Delivery) -> EventKind {
    EventKind::Answered(Answered {
        option: option.to_owned(),
        by: Answerer::Person.into(),
        who: "phone".to_owned(),
        delivery: delivery.into(),
    })
}

fn printed(text: &str) -> Content {
    Content { kind: Some(content::Kind::Output(text.to_owned())) }
}

fn folded(events: &[EventKind]) -> Transcript {
    let mut transcript = Transcript::default();
    for (offset, kind) in (0..).zip(events) {
        transcript.apply(offset, event(None, kind.clone()));
    }
    transcript
}

/// The text of a message.
fn said(transcript: &Transcript, at: u64) -> &str {
    let EntryKind::Message(message) = &transcript.entry(at).unwrap().kind else { panic!("none") };
    let Some(block::Kind::Text(text)) = &message.blocks[0].kind else { panic!("no text") };
    text
}

/// What a busy conversation brings, whatever the seed.
fn conversation(seed: u64, len: u64) -> Vec<Event> {
    let mut random = seed | 1;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let (mut messages, mut tools, mut open) = (Vec::new(), Vec::new(), Vec::new());
    (0..len)
        .map(|offset| {
            let words = "word ".repeat(1 + next(200) as usize);
            let pick = |from: &[u64], nth: u64| from.get(nth as usize % from.len().max(1)).copied();
            match (next(9), pick(&messages, next(99)), pick(&tools, next(99))) {
                (0, ..) => {
                    messages.push(offset);
                    event(None, says(&words))
                }
                (1..=3, Some(message), _) => event(Some(message), EventKind::More(words)),
                (4, Some(message), _) => event(Some(message), says(&words)),
                (5, ..) => {
                    tools.push(offset);
                    let tool = Tool { title: Some(words), ..Tool::default() };
                    event(None, EventKind::Tool(tool))
                }
                (6, _, Some(tool)) => event(Some(tool), EventKind::MoreContent(printed(&words))),
                (7, _, Some(tool)) => {
                    let status = Some(ToolStatus::ToolCompleted.into());
                    event(Some(tool), EventKind::Tool(Tool { status, ..Tool::default() }))
                }
                (8, ..) if open.len() > 2 => {
                    let ask = open.swap_remove(next(open.len() as u64) as usize);
                    event(Some(ask), answer("yes", Delivery::Done))
                }
                _ => {
                    open.push(offset);
                    event(None, asks(&words))
                }
            }
        })
        .collect()
}

#[test]
fn whoever_comes_back_at_any_record_reads_the_same_as_who_never_left() {
    for seed in 1..=40 {
        let events = conversation(seed * 7919, 400);
        let mut whole = Transcript::default();
        let mut away = Vec::new();
        for (offset, event) in (0..).zip(&events) {
            whole.apply(offset, event.clone());
            let snapshot = Snapshot::decode(&whole.snapshot().encode()).unwrap();
            let bytes: usize = snapshot.entries.iter().map(Entry::bytes).sum();
            let asks: usize = whole.waiting().map(Entry::bytes).sum();
            assert!(bytes <= PAGE_BYTES_MAX + asks + (PAGE_BYTES_MAX >> 3), "{bytes}");
            away.push((offset + 1, Transcript::from(snapshot)));
        }
        for (offset, mut back) in away {
            for (offset, event) in (offset..).zip(&events[offset as usize..]) {
                back.apply(offset, event.clone());
            }
            assert!(back.waiting().eq(whole.waiting()), "seed {seed}, cut at {offset}");
            let older = whole.entries().filter(|entry| entry.at < back.whole_from());
            back.prepend(Page { entries: older.cloned().collect(), from: 0 });
            assert!(back == whole, "seed {seed}, cut at {offset}");
        }
    }
}

#[test]
fn a_page_and_the_records_that_overtake_it_or_that_it_overtook_agree() {
    for seed in 1..=20 {
        let events = conversation(seed * 104_729, 300);
        let mut whole = Transcript::default();
        let mut times = vec![whole.clone()];
        for (offset, event) in (0..).zip(&events) {
            whole.apply(offset, event.clone());
            times.push(whole.clone());
        }
        // A reader that has only the newest end, at several places; a page as the host has it sooner or later.
        for (at, host) in [(100, 90), (100, 100), (100, 250), (200, 120), (299, 299)] {
            let mut reader = Transcript::from(Snapshot {
                from: 80,
                entries: times[at]
                    .entries()
                    .filter(|entry| entry.at >= 80 || entry.waits())
                    .cloned()
                    .collect(),
                ..times[at].snapshot()
            });
            // What the page may not know of came before it was asked for, from 90 on.
            let mut late = Transcript::from(Snapshot { from: 80, ..Snapshot::default() });
            for (offset, event) in (90..).zip(&events[90..at]) {
                late.apply(offset, event.clone());
            }
            reader.late = late.late;
            for (offset, event) in (at as u64..).zip(&events[at..]) {
                reader.apply(offset, event.clone());
            }
            let older = times[host].entries().filter(|entry| entry.at < 80).cloned().collect();
            reader.prepend(Page { entries: older, from: 0 });
            assert!(reader == whole, "seed {seed}, reader at {at}, page of {host}");
        }
    }
}

#[test]
fn the_first_answer_counts_and_its_delivery_is_told() {
    let mut transcript = folded(&[asks("run it?")]);
    assert_eq!(transcript.waiting().count(), 1);
    transcript.apply(1, event(Some(0), answer("yes", Delivery::UnderWay)));
    transcript.apply(2, event(Some(0), answer("no", Delivery::Done)));
    assert_eq!(transcript.waiting().count(), 0);
    let EntryKind::Asked(asked) = &transcript.entry(0).unwrap().kind else { panic!("an Ask") };
    let answered = asked.answered.as_ref().unwrap();
    assert_eq!((answered.option.as_str(), answered.delivery()), ("yes", Delivery::Done));
}

#[test]
fn what_a_set_leaves_out_stays_as_it_was() {
    let tool = Tool {
        title: Some("Run the tests".to_owned()),
        contents: Some(Contents { contents: vec![printed("one\n")] }),
        ..Tool::default()
    };
    let mut transcript = folded(&[EventKind::Tool(tool)]);
    let status = Some(ToolStatus::ToolRunning.into());
    transcript.apply(1, event(Some(0), EventKind::Tool(Tool { status, ..Tool::default() })));
    transcript.apply(2, event(Some(0), EventKind::MoreContent(printed("two\n"))));
    let EntryKind::Tool(tool) = &transcript.entry(0).unwrap().kind else { panic!("a tool") };
    assert_eq!(tool.title(), "Run the tests");
    assert_eq!(tool.status(), ToolStatus::ToolRunning);
    assert_eq!(tool.contents.as_ref().unwrap().contents, [printed("one\ntwo\n")]);
}

#[test]
fn what_concerns_no_entry_at_hand_or_one_of_another_kind_changes_nothing() {
    let before = folded(&[says("hi"), asks("run it?")]);
    let mut after = before.clone();
    for (offset, (entry, kind)) in (2..).zip([
        (Some(77), EventKind::More("lost".to_owned())),
        (None, EventKind::More("lost".to_owned())),
        (Some(1), EventKind::More("lost".to_owned())),
        (Some(0), EventKind::MoreContent(printed("lost"))),
        (Some(0), answer("yes", Delivery::Done)),
        (None, answer("yes", Delivery::Done)),
        (Some(1), EventKind::Tool(Tool::default())),
    ]) {
        after.apply(offset, event(entry, kind));
    }
    let kinds = |transcript: &Transcript| -> Vec<EntryKind> {
        transcript.entries().map(|entry| entry.kind.clone()).collect()
    };
    assert_eq!(kinds(&after), kinds(&before));
}

#[test]
fn an_entry_grows_no_further_than_its_bound_and_ends_between_two_letters() {
    let mut transcript = folded(&[says("")]);
    for offset in 1..=40 {
        transcript.apply(offset, event(Some(0), EventKind::More("ä€".repeat(200))));
    }
    let text = said(&transcript, 0);
    assert!((ENTRY_BYTES_MAX - 64..=ENTRY_BYTES_MAX).contains(&text.len()), "{}", text.len());
    assert!(text.chars().all(|char| "ä€".contains(char)));
}

#[test]
fn a_transcript_lets_go_of_its_oldest_but_of_no_ask_that_waits() {
    let mut transcript = folded(&[asks("run it?")]);
    for offset in 1..2000 {
        transcript.apply(offset, event(None, says(&"w".repeat(1000))));
    }
    let bytes: usize = transcript.entries().map(Entry::bytes).sum();
    assert!(bytes <= TRANSCRIPT_BYTES_MAX, "{bytes}");
    assert_eq!(transcript.waiting().map(|ask| ask.at).collect::<Vec<_>>(), [0]);
    let second = transcript.entries().nth(1).unwrap().at;
    assert_eq!(transcript.whole_from(), second);
    let snapshot = transcript.snapshot();
    assert_eq!(snapshot.entries[0].at, 0);
    assert_eq!(snapshot.entries[1].at, snapshot.from);
    assert_eq!(snapshot.entries.last().unwrap().at, 1999);
}

#[test]
fn what_is_no_entry_stands_beside_them_and_the_newest_counts() {
    let mut transcript = folded(&[
        EventKind::Title("first".to_owned()),
        EventKind::State(State::Running.into()),
        EventKind::Title("second".to_owned()),
        EventKind::State(State::Waiting.into()),
        EventKind::Usage(Usage { context_used: 7, ..Usage::default() }),
    ]);
    assert_eq!((transcript.title(), transcript.state()), ("second", State::Waiting));
    assert_eq!(transcript.entries().count(), 0);
    transcript.apply(5, event(None, EventKind::State(99)));
    assert_eq!(transcript.state(), State::Idle, "an unknown state is none");
    let back = Transcript::from(Snapshot::decode(&transcript.snapshot().encode()).unwrap());
    assert!(back == transcript);
}
