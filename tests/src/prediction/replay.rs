//! A recorded session as a person sees it whose host is far away: in virtual time, with the real predictor.
//!
//! The recording has the host's time, in which a key takes effect as it is typed. A key typed at `t` is on the host at
//! `t + one_way`; so all that the host does is `one_way` later than recorded, and seen another `one_way` later.

use std::time::Duration;

use devtail_channels::terminal::{Look, Screen};
use devtail_client::predict::{Overlay, Predictor, Typed};
use devtail_protocol::Time;

use super::Window;
use super::figures::Figures;
use super::picture::{Film, Picture};
use super::recording::{Recording, What};

/// The host says this long after a key, ms, that its effects lie behind: as the holder does.
const ECHO_WITHIN: u64 = 50;

/// Something that happens to the person's device.
#[derive(Debug, Clone)]
enum Event {
    Typed { seq: u64, keys: String },
    Output(String),
    Echoed { seq: u64, at: u64 },
}

/// Plays a session over a Link of this round trip, and says how good the prediction was.
pub fn replay(recording: &Recording, round_trip: Duration) -> Figures {
    let one_way = u64::try_from(round_trip.as_millis() / 2).unwrap_or(u64::MAX);
    let seen = seen(recording, one_way);
    Figures::compare(recording, &truth(recording), &seen, one_way)
}

/// What the host shows, in the recording's time.
pub fn truth(recording: &Recording) -> Film {
    let (mut film, mut screen) = (Film::default(), Screen::new(recording.size));
    film.show(0, Picture::new(&screen, &Overlay::default()));
    for moment in &recording.moments {
        if let What::Output(output) = &moment.what {
            screen.feed(output.as_bytes());
            film.show(moment.at, Picture::new(&screen, &Overlay::default()));
        }
    }
    film
}

/// What the person sees.
fn seen(recording: &Recording, one_way: u64) -> Film {
    let mut device = Device {
        screen: Screen::new(recording.size),
        predictor: Predictor::new(),
        film: Film::default(),
        now: 0,
    };
    device.predictor.measured(Some(Duration::from_millis(2 * one_way)));
    device.show(0);
    for (at, event) in events(recording, one_way) {
        device.wait(at);
        device.happens(at, event);
    }
    device.wait(u64::MAX);
    device.film
}

struct Device {
    screen: Screen,
    predictor: Predictor<Look>,
    film: Film,
    now: u64,
}

impl Device {
    fn happens(&mut self, at: u64, event: Event) {
        let now = time(at);
        match event {
            Event::Typed { seq, keys } => {
                let keys = Typed::Keys(keys.as_bytes());
                self.predictor.typed(now, &Window(&self.screen), seq, keys);
            }
            Event::Output(output) => {
                self.screen.feed(output.as_bytes());
                self.predictor.parsed(now, &Window(&self.screen), self.screen.offset());
            }
            Event::Echoed { seq, at } => {
                self.predictor.echoed(now, &Window(&self.screen), seq, at);
            }
        }
        self.show(at);
    }

    /// Nothing happens until then but what the predictor itself waits for.
    fn wait(&mut self, until: u64) {
        while let Some(due) = self.predictor.poll_timeout().filter(|due| *due < time(until)) {
            let due = self.now.max(due.as_micros() / 1000);
            self.predictor.handle_timeout(time(due), &Window(&self.screen));
            self.show(due);
        }
    }

    fn show(&mut self, at: u64) {
        self.now = at;
        let overlay = self.predictor.overlay(&Window(&self.screen));
        self.film.show(at, Picture::new(&self.screen, &overlay));
    }
}

const fn time(at: u64) -> Time {
    Time::from_micros(at.saturating_mul(1000))
}

/// All that happens to the device, in order.
fn events(recording: &Recording, one_way: u64) -> Vec<(u64, Event)> {
    let mut events = Vec::new();
    let mut typed = Vec::new();
    for moment in &recording.moments {
        match &moment.what {
            What::Typed(keys) | What::Secret(keys) => {
                let seq = typed.len() as u64 + 1;
                typed.push(moment.at);
                events.push((moment.at, Event::Typed { seq, keys: keys.clone() }));
            }
            What::Output(output) => {
                events.push((moment.at + 2 * one_way, Event::Output(output.clone())));
            }
        }
    }
    for (seq, said) in echoes(&typed) {
        let at = log_length(recording, said);
        events.push((said + 2 * one_way, Event::Echoed { seq, at }));
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

/// When the host speaks of which input, in its own time: of several within 50 ms once.
fn echoes(typed: &[u64]) -> Vec<(u64, u64)> {
    let mut said: Vec<(u64, u64)> = Vec::new();
    let mut due: Option<(u64, u64, u64)> = None;
    for (number, at) in typed.iter().chain([&u64::MAX]).enumerate() {
        let seq = number as u64 + 1;
        while let Some((first, when, newest)) = due.filter(|(_, when, _)| when <= at) {
            said.push((first, when));
            due = (newest > first).then_some((newest, when + ECHO_WITHIN, newest));
        }
        due = match due {
            Some((first, when, _)) => Some((first, when, seq)),
            None => Some((seq, at.saturating_add(ECHO_WITHIN), seq)),
        };
    }
    said
}

fn log_length(recording: &Recording, until: u64) -> u64 {
    let past = recording.moments.iter().take_while(|moment| moment.at <= until);
    let lengths = past.map(|moment| match &moment.what {
        What::Output(output) => output.len() as u64,
        What::Typed(_) | What::Secret(_) => 0,
    });
    lengths.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_speaks_of_keys_50_ms_after_the_last_of_them() {
        assert_eq!(echoes(&[0, 100, 110, 120]), [(1, 50), (2, 150), (4, 200)]);
    }
}
