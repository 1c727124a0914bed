//! Typing on a shell's line over 3G, as it is seen with the client's prediction: from the key to the painted screen.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use devtail_channels::terminal::{Input, KIND, Look, Screen, Size, Snapshot};
use devtail_client::predict::{Predictor, Typed};
use devtail_client::{ChannelEvent, Client, Config, Event, Events};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, Time};
use devtail_tests::device::PATIENCE;
use devtail_tests::prediction::{Picture, Window};
use tokio::time::{Interval, interval, sleep, timeout};

use super::World;
use crate::figure::Rounds;
use crate::interrupt;
use crate::stats::percentile;

/// What is typed, line by line, eight keys a second.
const LINES: [&str; 5] = [
    "echo the first line tells whether the guesses are right",
    "ls -d /usr/lib /usr/bin /usr/share",
    "echo the second of its kind, with a comma",
    "cd /usr && pwd && cd /",
    "echo and one more of fifty letters or so",
];
const PACE: Duration = Duration::from_millis(125);
/// A person reads what the last line did, and begins the next.
const READS: Duration = Duration::from_secs(2);

/// What the person sees: the screen, and the guesses painted over it.
struct Painted {
    client: Client,
    events: Events,
    ch: Ch,
    screen: Screen,
    predictor: Predictor<Look>,
    began: Instant,
}

/// A line that is being typed.
struct Line {
    /// What stood before it.
    prompt: usize,
    text: Vec<char>,
    /// When each key was typed.
    typed: Vec<Instant>,
    took: Vec<f64>,
}

pub(super) fn round(rounds: &mut Rounds) -> Result<()> {
    let world = World::make("3g", 91)?;
    let took = world.on_phone(|| async {
        let mut painted = Painted::open(&world).await?;
        let mut took = Vec::new();
        for line in LINES {
            painted.prompted().await?;
            painted.watch_for(READS).await?;
            took.extend(painted.types(line).await?);
        }
        Ok(took)
    })?;
    rounds.take("network.typing.3g.predicted.p50", percentile(&took, 50));
    rounds.take("network.typing.3g.predicted.p99", percentile(&took, 99));
    rounds.sampled("typing-3g", "devtail, predicted", &took);
    Ok(())
}

impl Painted {
    async fn open(world: &World) -> Result<Self> {
        let credential = world.pair().await?;
        let (client, events) = Client::start(Config { credential, agent: "bench".to_owned() });
        let spec = interrupt::shell().encode();
        let ch = client.open(world.fresh_id(), KIND, Some(spec), None, Priority::Focused)?;
        let (screen, predictor) = (Screen::new(Size::default()), Predictor::new());
        Ok(Self { client, events, ch, screen, predictor, began: Instant::now() })
    }

    /// Until the shell asks for a line.
    async fn prompted(&mut self) -> Result<()> {
        let prompt = async {
            while !matches!(self.picture().edge().1, [.., '$' | '#', ' ']) {
                self.turn().await?;
            }
            Ok(())
        };
        timeout(PATIENCE, prompt).await.context("the shell has no prompt")?
    }

    /// Types a line at an even pace, and Enter once all of it was seen; what each key took, in ms.
    async fn types(&mut self, line: &str) -> Result<Vec<f64>> {
        let prompt = self.picture().edge().1.len();
        let mut line = Line::new(prompt, line);
        let mut clock = interval(PACE);
        while line.typed.len() < line.text.len() {
            self.until_tick(&mut clock, &mut line).await?;
            let letter = line.text[line.typed.len()].to_string();
            line.typed.push(Instant::now());
            self.key(&letter)?;
            line.look(&self.picture());
        }
        let rest = async {
            while line.took.len() < line.text.len() {
                self.turn().await?;
                line.look(&self.picture());
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, rest).await.context("some keys were never seen")??;
        self.key("\r")?;
        Ok(line.took)
    }

    fn key(&mut self, key: &str) -> Result<()> {
        let keys = key.as_bytes().to_vec();
        let seq = self.client.send(self.ch, Input::Predicted(keys.into()).encode())?;
        self.predictor.measured(self.client.srtt());
        let (now, typed) = (self.now(), Typed::Keys(key.as_bytes()));
        self.predictor.typed(now, &Window(&self.screen), seq, typed);
        Ok(())
    }

    async fn until_tick(&mut self, clock: &mut Interval, line: &mut Line) -> Result<()> {
        loop {
            tokio::select! {
                biased;
                _ = clock.tick() => return Ok(()),
                turned = self.turn() => turned?,
            }
            line.look(&self.picture());
        }
    }

    async fn watch_for(&mut self, time: Duration) -> Result<()> {
        let watch = async {
            loop {
                self.turn().await?;
            }
        };
        timeout(time, watch).await.unwrap_or(Ok(()))
    }

    /// Whatever comes next: an event, or the predictor's own time. Cancel-safe.
    async fn turn(&mut self) -> Result<()> {
        let now = self.now();
        let due = self.predictor.poll_timeout().map_or(PATIENCE, |due| due.since(now));
        tokio::select! {
            biased;
            event = self.events.next() => self.take(event.context("the session is over")?),
            () = sleep(due) => {
                self.predictor.handle_timeout(self.now(), &Window(&self.screen));
                Ok(())
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<()> {
        let Event::Channel(_, event) = event else { return Ok(()) };
        let now = self.now();
        match event {
            ChannelEvent::Data { off, bytes } => {
                if self.screen.offset() != off {
                    self.screen = Screen::at(Size::default(), off);
                    self.predictor.restored(off);
                }
                self.screen.feed(&bytes);
                self.predictor.parsed(now, &Window(&self.screen), self.screen.offset());
                self.client.consume(self.ch, self.screen.offset());
            }
            ChannelEvent::Snapshot { at, state, .. } => {
                self.screen.restore(&Snapshot::decode(&state)?, at);
                self.predictor.restored(at);
                self.client.consume(self.ch, at);
            }
            ChannelEvent::Echoed { seq, at } => {
                self.predictor.echoed(now, &Window(&self.screen), seq, at);
            }
            ChannelEvent::Opened(_)
            | ChannelEvent::Applied(_)
            | ChannelEvent::End { .. }
            | ChannelEvent::InputRefused { .. }
            | ChannelEvent::InputsUnknown { .. }
            | ChannelEvent::Unavailable(_)
            | ChannelEvent::Refused(_) => {}
        }
        Ok(())
    }

    fn picture(&self) -> Picture {
        Picture::new(&self.screen, &self.predictor.overlay(&Window(&self.screen)))
    }

    fn now(&self) -> Time {
        Time::from_micros(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

impl Line {
    fn new(prompt: usize, text: &str) -> Self {
        Self { prompt, text: text.chars().collect(), typed: Vec::new(), took: Vec::new() }
    }

    /// All keys that can be seen now, in the order they were typed.
    fn look(&mut self, picture: &Picture) {
        let (_, edge) = picture.edge();
        let shown = edge.get(self.prompt..).unwrap_or_default();
        let right = shown.iter().zip(&self.text).take_while(|(shown, text)| shown == text).count();
        for typed in self.typed.iter().take(right).skip(self.took.len()) {
            self.took.push(typed.elapsed().as_secs_f64() * 1000.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use devtail_client::predict::Overlay;

    use super::*;

    #[test]
    fn a_key_is_seen_once_it_stands_behind_the_prompt() {
        let mut screen = Screen::new(Size::default());
        let mut line = Line::new(2, "ls");
        line.typed.push(Instant::now());
        screen.feed(b"$ ");
        line.look(&Picture::new(&screen, &Overlay::default()));
        assert_eq!(line.took.len(), 0);
        screen.feed(b"ls");
        line.look(&Picture::new(&screen, &Overlay::default()));
        assert_eq!(line.took.len(), 1, "the second was not typed yet");
    }
}
