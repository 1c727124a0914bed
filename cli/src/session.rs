//! A session with a gateway, as a command needs it: live, or a failure that says why not.

use std::time::Duration;

use anyhow::Result;
use devtail_channels::terminal::{Answer, Capture, KIND, Query, Terminal, TmuxQuery, TmuxSessions};
use devtail_client::{ChannelEvent, Client, Config, DialError, Event, Events};
use devtail_protocol::{Ch, Code};
use tokio::time::timeout;

use crate::exit::{Failure, Status, of_state, printable};
use crate::gateways::Known;

/// How long a command waits for its first link: a gateway that restarts is back in 3 s.
const FIRST_LINK_WITHIN: Duration = Duration::from_secs(10);
/// How long a command waits for an answer to its one question.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A live session.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) events: Events,
}

impl Session {
    /// Dials, and waits for the first link.
    pub(crate) async fn open(known: &Known) -> Result<Self> {
        let agent = format!("devtail {}", env!("CARGO_PKG_VERSION"));
        let (client, events) = Client::start(Config { credential: known.credential()?, agent });
        let mut session = Self { client, events };
        let mut last = None;
        match timeout(FIRST_LINK_WITHIN, session.live(&mut last)).await {
            Ok(outcome) => outcome.map(|()| session),
            Err(_) => Err(last.map_or_else(
                || {
                    let text = format!(
                        "{} does not answer; is the gateway running there?",
                        known.enrolment.endpoint
                    );
                    Failure::new(Status::Unavailable, text).into()
                },
                anyhow::Error::from,
            )),
        }
    }

    async fn live(&mut self, last: &mut Option<DialError>) -> Result<()> {
        use devtail_client::LinkState;
        while let Some(event) = self.events.next().await {
            match event {
                Event::State(LinkState::Live) => return Ok(()),
                Event::State(state) => of_state(&state).map_or(Ok(()), Err)?,
                Event::DialFailed(error) => *last = Some(error),
                Event::Channel(..) | Event::Fetched { .. } => {}
            }
        }
        Err(over())
    }

    /// The terminals of the host, oldest first.
    pub(crate) async fn terminals(&mut self) -> Result<Vec<Terminal>> {
        match self.ask(&Query::List).await? {
            Answer::List(terminals) => Ok(terminals),
            Answer::Tmux(_) | Answer::Capture(_) | Answer::Record(_) => Err(other_answer()),
        }
    }

    /// What the user's tmux has, after what is asked was done.
    pub(crate) async fn tmux(&mut self, query: TmuxQuery) -> Result<TmuxSessions> {
        match self.ask(&Query::Tmux(query)).await? {
            Answer::Tmux(sessions) => Ok(sessions),
            Answer::List(_) | Answer::Capture(_) | Answer::Record(_) => Err(other_answer()),
        }
    }

    /// What is kept of the output asked about.
    pub(crate) async fn kept(&mut self, query: &Query) -> Result<Vec<Capture>> {
        match self.ask(query).await? {
            Answer::Capture(all) | Answer::Record(all) => Ok(all),
            Answer::List(_) | Answer::Tmux(_) => Err(other_answer()),
        }
    }

    async fn ask(&mut self, query: &Query) -> Result<Answer> {
        let asked = self.client.fetch(KIND, query.encode()).map_err(|fault| Failure::of(&fault))?;
        let answer = self.until(|event| match event {
            Event::Fetched { req, answer } if req == asked => Some(answer),
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        });
        let answer = answer.await?.map_err(|fault| Failure::of(&fault))?;
        Ok(Answer::decode(&answer)?)
    }

    /// Waits until a channel is open.
    pub(crate) async fn opened(&mut self, ch: Ch) -> Result<()> {
        let answer = self.until(|event| match event {
            Event::Channel(of, ChannelEvent::Opened(_)) if of == ch => Some(Ok(())),
            Event::Channel(of, ChannelEvent::Refused(fault)) if of == ch => {
                Some(Err(Failure::of(&fault)))
            }
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        });
        Ok(answer.await??)
    }

    /// Waits until this input of a channel is applied. That the channel is gone is as good: it asked for that.
    pub(crate) async fn settled(&mut self, ch: Ch, input: u64) -> Result<()> {
        let answer = self.until(|event| match event {
            Event::Channel(of, ChannelEvent::Applied(upto)) if of == ch && upto >= input => {
                Some(Ok(()))
            }
            Event::Channel(of, ChannelEvent::Refused(fault)) if of == ch => {
                Some(if fault.code == Code::Gone { Ok(()) } else { Err(Failure::of(&fault)) })
            }
            Event::Channel(of, ChannelEvent::InputRefused { seq, reason })
                if of == ch && seq == input =>
            {
                Some(Err(Failure::new(Status::NotPermitted, printable(&reason))))
            }
            Event::State(_) | Event::DialFailed(_) | Event::Channel(..) | Event::Fetched { .. } => {
                None
            }
        });
        Ok(answer.await??)
    }

    async fn until<T>(&mut self, mut what: impl FnMut(Event) -> Option<T>) -> Result<T> {
        let waited = timeout(ANSWER_WITHIN, async {
            while let Some(event) = self.events.next().await {
                if let Event::State(state) = &event {
                    of_state(state).map_or(Ok(()), Err)?;
                }
                if let Some(found) = what(event) {
                    return Ok(found);
                }
            }
            Err(over())
        });
        let late = || {
            Failure::new(Status::Unavailable, "the gateway did not answer within 30 s; try again")
                .into()
        };
        waited.await.unwrap_or_else(|_| Err(late()))
    }
}

fn other_answer() -> anyhow::Error {
    Failure::new(Status::Failed, "the gateway answered another question; update it").into()
}

/// The driver ended without a word.
pub(crate) fn over() -> anyhow::Error {
    Failure::new(Status::Unavailable, "the session is over; try again").into()
}
