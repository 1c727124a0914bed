use super::*;
use crate::agent::limits::{ENTRY_BYTES_MAX, EVENT_BYTES_MAX, QUEUE_MAX};
use crate::agent::message::{
    Answered, Answerer, Ask, Busy, Choice, Choosable, Delivery, EntryKind, OptionKind, Prompt,
    Spec, Tool, WishId, block,
};

/// A conversation, and everything it did.
struct Scene {
    conversation: Conversation,
    now: Moment,
    /// What a reader makes of the records.
    read: Transcript,
    records: u64,
    orders: Vec<Order>,
    /// What is kept of the queue.
    queue: Vec<Said>,
    wishes: u8,
}

impl Scene {
    fn new() -> Self {
        Self {
            conversation: Conversation::new(Transcript::new(Spec::default()), 0, Vec::new()),
            now: Moment { time: Time::ZERO, at_ms: 1_700_000_000_000 },
            read: Transcript::new(Spec::default()),
            records: 0,
            orders: Vec::new(),
            queue: Vec::new(),
            wishes: 0,
        }
    }

    /// In the middle of the first turn.
    fn running() -> Self {
        let mut scene = Self::new();
        scene.prompt("hello").unwrap();
        scene.hear(Heard::Ready);
        scene.orders.clear();
        scene
    }

    fn wish(&mut self, wish: Wish) -> Result<(), String> {
        self.wishes += 1;
        let input = Input { id: WishId([self.wishes; 16]), wish };
        let done = self.conversation.handle_wish(self.now, "phone", input);
        self.settle();
        done
    }

    fn prompt(&mut self, text: &str) -> Result<(), String> {
        self.wish(Wish::Prompt(Prompt { blocks: vec![of_text(text)], busy: Busy::Queue.into() }))
    }

    fn choose(&mut self, ask: u64, option: &str) -> Result<(), String> {
        self.wish(Wish::Choose(Choice { ask, option: option.to_owned() }))
    }

    fn hear(&mut self, heard: Heard) {
        self.conversation.handle_agent(self.now, heard);
        self.settle();
    }

    fn says(&mut self, text: &str) {
        self.hear(Heard::Text { message: None, thought: false, text: text.to_owned() });
    }

    fn asks(&mut self, request: u64) -> u64 {
        let option = |name: &str, kind: OptionKind| Choosable {
            name: name.to_owned(),
            title: name.to_owned(),
            kind: kind.into(),
        };
        let options = vec![
            option("yes", OptionKind::OptionAllowOnce),
            option("no", OptionKind::OptionRejectOnce),
        ];
        let ask = Ask { title: "run it?".to_owned(), options, ..Ask::default() };
        self.hear(Heard::Permission { request, tool: None, ask });
        self.read.waiting().last().unwrap().at
    }

    fn pass(&mut self, time: Duration) {
        self.now.time = self.now.time + time;
        self.conversation.handle_timeout(self.now);
        self.settle();
    }

    /// Does what the conversation says, and sees that a reader of the records knows what it knows.
    fn settle(&mut self) {
        while let Some(effect) = self.conversation.poll_effect() {
            match effect {
                Effect::Record(event) => {
                    let encoded = event.encode();
                    assert!(encoded.len() <= EVENT_BYTES_MAX);
                    self.read.apply(self.records, Event::decode(&encoded).unwrap());
                    self.records += 1;
                }
                Effect::Queue(queue) => self.queue = queue,
                Effect::Order(order) => {
                    if let Order::Answer { ask, .. } = &order {
                        assert!(self.answer(*ask).is_some(), "recorded before the agent is told");
                    }
                    self.orders.push(order);
                }
            }
        }
        assert!(self.read == *self.conversation.transcript());
        assert_eq!(self.records, self.conversation.head());
    }

    fn answer(&self, ask: u64) -> Option<&Answered> {
        let EntryKind::Asked(asked) = &self.read.entry(ask)?.kind else { panic!("no Ask") };
        asked.answered.as_ref()
    }

    /// What the agent said, message by message.
    fn messages(&self) -> Vec<&str> {
        self.read
            .entries()
            .filter_map(|entry| {
                let EntryKind::Message(message) = &entry.kind else { return None };
                let Some(block::Kind::Text(text)) = &message.blocks[0].kind else {
                    panic!("no text")
                };
                Some(text.as_str())
            })
            .collect()
    }
}

fn of_text(text: &str) -> Block {
    Block { kind: Some(block::Kind::Text(text.to_owned())) }
}

fn over(reason: EndReason) -> Heard {
    Heard::TurnOver(Ended { reason: reason.into(), error: String::new() })
}

#[test]
fn a_turn_goes_from_the_prompt_to_its_end() {
    let mut scene = Scene::new();
    scene.prompt("hello").unwrap();
    assert_eq!(scene.orders, [Order::Start]);
    assert_eq!(scene.read.state(), State::Starting);
    scene.hear(Heard::Ready);
    assert_eq!(scene.orders[1], Order::Prompt(vec![of_text("hello")]));
    scene.says("I look. ");
    let tool = Tool { title: Some("Edit main.rs".to_owned()), ..Tool::default() };
    scene.hear(Heard::Tool("call-1".to_owned(), tool));
    let ask = scene.asks(7);
    assert_eq!(scene.read.state(), State::Waiting);
    scene.choose(ask, "yes").unwrap();
    let told = Order::Answer { ask, request: 7, option: Some("yes".to_owned()) };
    assert_eq!(scene.orders[2], told);
    assert_eq!(scene.answer(ask).unwrap().delivery(), Delivery::UnderWay);
    assert_eq!(scene.read.state(), State::Running);
    scene.conversation.delivered(scene.now, ask);
    scene.settle();
    assert_eq!(scene.answer(ask).unwrap().delivery(), Delivery::Done);
    assert_eq!(scene.answer(ask).unwrap().who, "phone");
    scene.says("Done.");
    scene.hear(over(EndReason::EndDone));
    assert_eq!(scene.read.state(), State::Idle);
    assert_eq!(scene.messages(), ["I look. ", "Done."]);
    assert!(scene.read.entries().all(|entry| entry.turn == 1));
}

#[test]
fn words_are_gathered_for_a_moment_and_a_message_goes_on_in_its_entry() {
    let mut scene = Scene::running();
    let before = scene.records;
    for word in ["one ", "two ", "three "] {
        scene.says(word);
    }
    assert_eq!(scene.records, before);
    scene.pass(Duration::from_millis(40));
    assert_eq!(scene.records, before + 1);
    scene.hear(Heard::Title("Counting".to_owned()));
    scene.says(&"4".repeat(1 << 10));
    assert_eq!(scene.records, before + 3);
    assert_eq!(scene.messages(), [format!("one two three {}", "4".repeat(1 << 10))]);
}

#[test]
fn a_long_message_goes_on_in_another_entry_and_loses_no_letter() {
    let mut scene = Scene::running();
    let all = "ä€x".repeat(20_000);
    for piece in all.as_bytes().chunks(9_000 * 6) {
        scene.says(std::str::from_utf8(piece).unwrap());
    }
    scene.pass(Duration::from_millis(40));
    let messages = scene.messages();
    assert!(messages.len() > 2 && messages.iter().all(|text| text.len() <= ENTRY_BYTES_MAX));
    assert!(messages.concat() == all);
}

#[test]
fn messages_with_names_of_their_own_do_not_run_into_each_other() {
    let mut scene = Scene::running();
    for (name, thought, text) in
        [("a", true, "hm. "), ("b", false, "yes. "), ("a", true, "right. "), ("b", false, "so.")]
    {
        let (message, text) = (Some(name.to_owned()), text.to_owned());
        scene.hear(Heard::Text { message, thought, text });
    }
    scene.pass(Duration::from_millis(40));
    assert_eq!(scene.messages(), ["hm. right. ", "yes. so."]);
}

#[test]
fn prompts_wait_in_order_can_be_changed_and_one_that_steers_is_next() {
    let mut scene = Scene::running();
    scene.prompt("second").unwrap();
    scene.prompt("third").unwrap();
    let steer = Prompt { blocks: vec![of_text("first")], busy: Busy::Steer.into() };
    scene.wish(Wish::Prompt(steer)).unwrap();
    let waiting = |scene: &Scene| -> Vec<String> {
        scene.read.queue().queued.iter().map(|queued| queued.preview.clone()).collect()
    };
    assert_eq!(waiting(&scene), ["first", "second", "third"]);
    scene.wish(Wish::Requeue(WishId([2; 16]), vec![of_text("2nd")])).unwrap();
    scene.wish(Wish::Requeue(WishId([3; 16]), vec![])).unwrap();
    assert_eq!(waiting(&scene), ["first", "2nd"]);
    scene.hear(over(EndReason::EndDone));
    assert_eq!(scene.orders, [Order::Prompt(vec![of_text("first")])]);
    assert_eq!(waiting(&scene), ["2nd"]);
    let gone = scene.wish(Wish::Requeue(WishId([4; 16]), vec![]));
    assert!(gone.unwrap_err().contains("the agent has it"));
    for _ in 1..QUEUE_MAX {
        scene.prompt("more").unwrap();
    }
    assert!(scene.prompt("one too many").unwrap_err().contains("wait already"));
}

#[test]
fn a_turn_ends_once_and_not_before_it_has_begun() {
    let mut scene = Scene::new();
    scene.prompt("first").unwrap();
    scene.prompt("second").unwrap();
    scene.prompt("third").unwrap();
    scene.hear(over(EndReason::EndDone));
    assert_eq!(scene.orders, [Order::Start], "nothing had begun");
    scene.hear(Heard::Ready);
    scene.hear(Heard::Ready);
    scene.hear(over(EndReason::EndDone));
    scene.hear(Heard::Ready);
    let prompt = |text| Order::Prompt(vec![of_text(text)]);
    assert_eq!(scene.orders, [Order::Start, prompt("first"), prompt("second")]);
    assert_eq!(scene.read.state(), State::Running);
}

#[test]
fn prompts_that_wait_outlive_the_host_that_holds_them() {
    let mut scene = Scene::running();
    scene.prompt("second").unwrap();
    scene.prompt("third").unwrap();
    let queue = std::mem::take(&mut scene.queue);
    scene.conversation = Conversation::new(scene.read.clone(), scene.records, queue);
    scene.conversation.take_up(scene.now);
    scene.settle();
    scene.wish(Wish::Requeue(WishId([3; 16]), vec![])).unwrap();
    assert_eq!(scene.read.queue().queued.len(), 1);
    scene.prompt("first").unwrap();
    scene.hear(Heard::Ready);
    scene.hear(over(EndReason::EndDone));
    let prompt = |text| Order::Prompt(vec![of_text(text)]);
    assert_eq!(scene.orders, [Order::Start, prompt("first"), prompt("second")]);
    assert!(scene.queue.is_empty());
}

#[test]
fn names_count_from_the_beginning_in_each_turn_and_are_of_one_sort() {
    let mut scene = Scene::running();
    let tool = |title: &str| {
        Heard::Tool("0".to_owned(), Tool { title: Some(title.to_owned()), ..Tool::default() })
    };
    scene.hear(tool("first"));
    scene.hear(Heard::Text { message: Some("0".to_owned()), thought: true, text: "hm".to_owned() });
    scene.hear(Heard::Text {
        message: Some("0".to_owned()),
        thought: false,
        text: "so".to_owned(),
    });
    scene.hear(over(EndReason::EndDone));
    scene.prompt("again").unwrap();
    scene.hear(tool("second"));
    let tools: Vec<_> = scene
        .read
        .entries()
        .filter_map(|entry| match &entry.kind {
            EntryKind::Tool(tool) => Some((entry.turn, tool.title().to_owned())),
            EntryKind::Said(_)
            | EntryKind::Message(_)
            | EntryKind::Asked(_)
            | EntryKind::Notice(_)
            | EntryKind::Ended(_)
            | EntryKind::Raw(_) => None,
        })
        .collect();
    assert_eq!(tools, [(1, "first".to_owned()), (2, "second".to_owned())]);
    assert_eq!(scene.messages(), ["hm", "so"]);
}

mod asks;
