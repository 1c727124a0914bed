//! A conversation with a real process at its other end: the fake agent, which plays what real ones were seen to do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use devtail_channels::agent::Transcript;
use devtail_channels::agent::conversation::{Conversation, Effect, Moment, Order};
use devtail_channels::agent::driver::{Drive, Driven, Driver};
use devtail_channels::agent::message::{
    Answered, Answerer, Block, Busy, Choice, Delivery, EndReason, EntryKind, Input, Prompt, Spec,
    State, ToolStatus, Wish, WishId, block, content,
};
use devtail_channels::agent::process::Launch;
use devtail_protocol::Time;

/// No test waits longer for an agent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Both versions of the protocol.
const VERSIONS: [&[&str]; 2] = [&[], &["newer"]];

/// A conversation, its agent, and a directory to work in.
struct Desk {
    conversation: Conversation,
    driver: Driver,
    now: Moment,
    folder: tempfile::TempDir,
    wishes: u8,
    killed: bool,
}

impl Desk {
    fn new(habits: &[&str], mode: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fake = env!("CARGO_BIN_EXE_fake-agent").to_owned();
        let argv = std::iter::once(fake).chain(habits.iter().map(|habit| (*habit).to_owned()));
        let launch =
            Launch { argv: argv.collect(), env: BTreeMap::new(), cwd: folder.path().into() };
        let drive = Drive { launch, mode: mode.map(str::to_owned) };
        Self {
            conversation: Conversation::new(Transcript::new(Spec::default()), 0, Vec::new()),
            driver: Driver::new(drive, None),
            now: Moment { time: Time::ZERO, at_ms: 1_700_000_000_000 },
            folder,
            wishes: 0,
            killed: false,
        }
    }

    fn transcript(&self) -> &Transcript {
        self.conversation.transcript()
    }

    fn wish(&mut self, wish: Wish) {
        self.wishes += 1;
        let input = Input { id: WishId([self.wishes; 16]), wish };
        self.conversation.handle_wish(self.now, "phone", input).unwrap();
        self.settle();
    }

    fn prompt(&mut self, text: &str) {
        let blocks = vec![Block { kind: Some(block::Kind::Text(text.to_owned())) }];
        self.wish(Wish::Prompt(Prompt { blocks, busy: Busy::Queue.into() }));
    }

    fn settle(&mut self) {
        while let Some(effect) = self.conversation.poll_effect() {
            if let Effect::Order(order) = effect {
                self.killed |= order == Order::Kill;
                self.driver.handle_order(order);
            }
        }
    }

    /// Goes on until the conversation is so.
    async fn until(&mut self, is_so: impl Fn(&Transcript) -> bool) {
        let so = async {
            while !is_so(self.conversation.transcript()) {
                match self.driver.next().await {
                    Driven::Heard(heard) => self.conversation.handle_agent(self.now, heard),
                    Driven::Delivered(ask) => self.conversation.delivered(self.now, ask),
                }
                self.settle();
            }
        };
        let waited = tokio::time::timeout(PATIENCE, so).await;
        assert!(waited.is_ok(), "it never came: {:?}", self.conversation.transcript());
    }

    async fn idle(&mut self) {
        self.until(|transcript| matches!(transcript.state(), State::Idle | State::Lost)).await;
    }

    /// A whole turn, until the agent waits for the next prompt.
    async fn turn(&mut self, text: &str) -> EndReason {
        self.prompt(text);
        self.idle().await;
        self.ended()
    }

    /// Until the agent asks; the Ask's entry.
    async fn asked(&mut self) -> u64 {
        self.until(|transcript| transcript.waiting().next().is_some()).await;
        self.transcript().waiting().next().unwrap().at
    }

    async fn choose(&mut self, ask: u64, option: &str) {
        self.wish(Wish::Choose(Choice { ask, option: option.to_owned() }));
        self.idle().await;
    }

    fn ended(&self) -> EndReason {
        let last = self.transcript().entries().next_back();
        match last.map(|entry| &entry.kind) {
            Some(EntryKind::Ended(ended)) => ended.reason(),
            other => panic!("the turn has no end: {other:?}"),
        }
    }

    fn error(&self) -> &str {
        match self.transcript().entries().next_back().map(|entry| &entry.kind) {
            Some(EntryKind::Ended(ended)) => &ended.error,
            other => panic!("the turn has no end: {other:?}"),
        }
    }

    /// What the agent said, in all messages.
    fn said(&self) -> String {
        let texts = self.transcript().entries().filter_map(|entry| {
            let EntryKind::Message(message) = &entry.kind else { return None };
            let Some(block::Kind::Text(text)) = &message.blocks[0].kind else { return None };
            Some(text.as_str())
        });
        texts.collect()
    }

    fn answer(&self, ask: u64) -> &Answered {
        let EntryKind::Asked(asked) = &self.transcript().entry(ask).unwrap().kind else {
            panic!("no Ask")
        };
        asked.answered.as_ref().unwrap()
    }

    fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(Path::new(name))).ok()
    }

    /// What the newest tool call changed.
    fn patch(&self) -> String {
        let mut patches = self.transcript().entries().rev().filter_map(|entry| {
            let EntryKind::Tool(tool) = &entry.kind else { return None };
            let kind = tool.contents.as_ref()?.contents.first()?.kind.as_ref()?;
            let content::Kind::Diff(diff) = kind else { return None };
            Some(diff.patch.clone())
        });
        patches.next().unwrap()
    }

    /// The newest tool call's status.
    fn status(&self) -> ToolStatus {
        let mut tools = self.transcript().entries().rev().filter_map(|entry| match &entry.kind {
            EntryKind::Tool(tool) => Some(tool.status()),
            EntryKind::Said(_)
            | EntryKind::Message(_)
            | EntryKind::Asked(_)
            | EntryKind::Notice(_)
            | EntryKind::Ended(_)
            | EntryKind::Raw(_) => None,
        });
        tools.next().unwrap()
    }
}

#[tokio::test]
async fn what_an_agent_says_is_read_word_for_word_turn_after_turn() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        assert_eq!(desk.turn("say hello from the agent").await, EndReason::EndDone);
        assert_eq!(desk.turn("say  and again").await, EndReason::EndDone);
        assert_eq!(desk.said(), "hello from the agent and again", "{version:?}");
        desk.turn("flood 20000").await;
        let flood: String = (0..20_000).map(|number| format!("{number} ")).collect();
        assert!(desk.said().ends_with(&flood), "{version:?}");
    }
}

#[tokio::test]
async fn a_file_is_written_when_a_person_allows_it_and_not_before() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        desk.prompt("edit a.txt");
        let ask = desk.asked().await;
        assert_eq!((desk.file("a.txt"), desk.transcript().state()), (None, State::Waiting));
        desk.choose(ask, "proceed_once").await;
        assert_eq!(desk.file("a.txt").as_deref(), Some("edited\n"), "{version:?}");
        let Answered { option, who, .. } = desk.answer(ask);
        assert_eq!((option.as_str(), who.as_str()), ("proceed_once", "phone"));
        assert_eq!(desk.answer(ask).delivery(), Delivery::Done);
        assert_eq!(desk.status(), ToolStatus::ToolCompleted);
        assert_eq!(desk.patch(), "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+edited\n");

        desk.prompt("unannounced");
        let ask = desk.asked().await;
        desk.choose(ask, "no").await;
        assert_eq!((desk.file("unannounced.txt"), desk.status()), (None, ToolStatus::ToolFailed));
        assert!(desk.said().ends_with("I was not let."), "{version:?}");
    }
}

#[tokio::test]
async fn what_is_not_offered_is_refused_and_the_turn_goes_on() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        assert_eq!(desk.turn("odd").await, EndReason::EndDone);
        assert_eq!(desk.said(), "Both were answered.", "{version:?}");
        let raw = desk.transcript().entries().find(|entry| matches!(entry.kind, EntryKind::Raw(_)));
        assert!(raw.is_some(), "what nobody knows is kept");
    }
}

#[tokio::test]
async fn a_turn_that_fails_says_why_and_the_next_one_is_as_ever() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        assert_eq!(desk.turn("fail").await, EndReason::EndFailed);
        assert_eq!(desk.error(), "the model says no");
        assert_eq!(desk.turn("say well").await, EndReason::EndDone, "{version:?}");
    }
}

#[tokio::test]
async fn a_turn_is_cancelled_also_while_it_waits_for_a_person() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        desk.prompt("wait");
        desk.until(|transcript| transcript.state() == State::Running).await;
        desk.wish(Wish::Cancel);
        desk.idle().await;
        assert_eq!(desk.ended(), EndReason::EndCancelled, "{version:?}");
        desk.prompt("edit a.txt");
        let ask = desk.asked().await;
        desk.wish(Wish::Cancel);
        desk.idle().await;
        assert_eq!(desk.ended(), EndReason::EndCancelled);
        assert_eq!(desk.answer(ask).by(), Answerer::Cancel);
        assert_eq!((desk.file("a.txt"), desk.killed), (None, false));
        assert_eq!(desk.turn("say on").await, EndReason::EndDone);
    }
}

#[tokio::test]
async fn an_agent_that_does_not_listen_is_ended_and_the_next_prompt_starts_another() {
    let mut desk = Desk::new(&[], None);
    desk.prompt("stuck");
    desk.until(|transcript| transcript.state() == State::Running).await;
    desk.wish(Wish::Cancel);
    desk.now.time = desk.conversation.poll_timeout().unwrap();
    desk.conversation.handle_timeout(desk.now);
    desk.settle();
    assert!(desk.killed);
    desk.idle().await;
    assert_eq!((desk.ended(), desk.transcript().state()), (EndReason::EndLost, State::Lost));
    assert_eq!(desk.turn("say again").await, EndReason::EndDone);
}

#[tokio::test]
async fn an_agent_that_dies_is_shown_with_its_last_words_and_its_session_is_taken_up() {
    for version in VERSIONS {
        let mut desk = Desk::new(version, None);
        desk.turn("say one. ").await;
        let session = desk.driver.session().map(str::to_owned);
        assert_eq!(desk.turn("die").await, EndReason::EndLost);
        assert!(desk.error().contains("it was told to die"), "{}", desk.error());
        assert_eq!(desk.turn("say two.").await, EndReason::EndDone);
        assert_eq!(desk.said(), "one. two.", "its past is not heard twice: {version:?}");
        assert_eq!(desk.driver.session().map(str::to_owned), session);
        // Whoever it left behind holds its output open, so this would not end.
        assert_eq!(desk.turn("orphan").await, EndReason::EndLost);
    }
}

#[tokio::test]
async fn a_session_that_was_forgotten_is_begun_anew_and_an_early_word_is_kept() {
    let mut desk = Desk::new(&["forgets", "early"], None);
    desk.turn("say one. ").await;
    assert_eq!(desk.transcript().title(), "Early bird");
    desk.turn("die").await;
    assert_eq!(desk.turn("say two.").await, EndReason::EndDone);
    assert_eq!(desk.said(), "one. two.");
}

#[tokio::test]
async fn an_agent_that_would_write_without_asking_is_told_to_ask_before_its_first_prompt() {
    let mut desk = Desk::new(&["bold"], Some("ask"));
    desk.prompt("edit a.txt");
    let ask = desk.asked().await;
    assert_eq!(desk.file("a.txt"), None);
    desk.choose(ask, "proceed_once").await;
    assert!(desk.file("a.txt").is_some());
}

#[tokio::test]
async fn an_agent_that_is_not_installed_is_named() {
    let mut desk = Desk::new(&[], None);
    let launch =
        Launch { argv: vec!["no-such-agent".to_owned()], cwd: "/".into(), ..Launch::default() };
    desk.driver = Driver::new(Drive { launch, mode: None }, None);
    assert_eq!(desk.turn("say it").await, EndReason::EndLost);
    assert!(desk.error().starts_with("no-such-agent cannot be started"), "{}", desk.error());
}
