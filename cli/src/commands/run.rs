//! `devtail run`: a command in a fresh terminal, for scripts: its output, its exit status, over whatever cuts.

use std::fs;
use std::future::pending;
use std::io::{self, IsTerminal as _};

use anyhow::Result;
use devtail_channels::terminal::{End, Input, KIND, Spec};
use devtail_client::{ChannelEvent, Event};
use devtail_protocol::Ch;
use devtail_protocol::wire::Priority;
use tokio::io::{AsyncReadExt as _, Stdin};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::commands::connect::{forget, status};
use crate::exit::{Failure, Status, of_state, printable};
use crate::gateways::{self, Which};
use crate::say::warn;
use crate::screen::{Lines, Passage, Writer, window_size};
use crate::session::{Session, over};
use crate::terminals::{fresh_id, short};

const INTERRUPT: &[u8] = b"\x03";
/// End of file, as a terminal has it.
const END_OF_INPUT: &[u8] = b"\x04";
/// Bytes of standard input in one input, with room for its envelope.
const READ_MAX: usize = 8 << 10;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Directory on the host to run in [default: home]
    #[arg(long, value_name = "DIR")]
    cwd: Option<String>,
    /// Type standard input to the command, and ^D at its end [default: it has none]
    #[arg(long)]
    stdin: bool,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

pub(crate) async fn run(args: Args) -> Result<Option<Status>> {
    let spec = Spec {
        name: args.command[0].chars().filter(|c| !c.is_control()).take(64).collect(),
        command: if args.stdin { args.command } else { without_input(args.command) },
        cwd: args.cwd.unwrap_or_default(),
        size: window_size().unwrap_or_default(),
        every_byte: true,
        no_echo: args.stdin,
    };
    let spec = Spec::decode(&spec.encode()).map_err(|bad| Failure::usage(bad.to_string()))?;
    let known = gateways::find(args.link.as_deref(), &args.which).await?;
    let mut session = Session::open(&known).await?;
    let id = fresh_id();
    let opened = session.client.open(id, KIND, Some(spec.encode()), None, Priority::Focused);
    let ch = opened.map_err(|fault| Failure::of(&fault))?;
    let outcome = Running::new(&session, ch, args.stdin)?.until_over(&mut session).await;
    let is_gone = forget(&mut session, ch).await;
    let may_run = !matches!(outcome, Ok(Over::Ended(_) | Over::Refused(_)));
    if may_run && !is_gone {
        let name = printable(&spec.name);
        warn(format!("{name} still runs there; `devtail kill {}` ends it", short(id)));
    }
    match outcome? {
        Over::Refused(failure) => Err(failure.into()),
        Over::Stopped(signal) => Ok(status(&End::Signal(signal.to_owned()))),
        Over::Ended(end) => {
            if let End::Lost(why) = &end {
                warn(printable(why));
            }
            Ok(status(&end))
        }
    }
}

/// How the command is over for us.
enum Over {
    Ended(End),
    /// The host does not run it.
    Refused(Failure),
    /// This signal told us to stop, and the command may run still.
    Stopped(&'static str),
}

/// A program that reads finds the end at once, where the terminal would let it wait for ever.
fn without_input(command: Vec<String>) -> Vec<String> {
    const EXEC: [&str; 4] = ["/bin/sh", "-c", "exec \"$@\" </dev/null", "devtail"];
    EXEC.into_iter().map(str::to_owned).chain(command).collect()
}

/// Whether SIGHUP is ignored here, as `nohup` has it.
fn is_nohup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let signals = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    signals.is_some_and(|signals| signals & 1 != 0)
}

struct Running {
    ch: Ch,
    passage: Passage,
    /// Gives a file the line ends the program wrote; a window keeps the terminal's.
    lines: Option<Lines>,
    writer: Writer,
    stdin: Option<Stdin>,
    /// Whether what was typed last did not end its line: the terminal then takes a ^D for the line's end.
    is_within_line: bool,
    interrupt: Signal,
    stop: Signal,
    /// None if `nohup` wants it unheard: whoever listens to it ends that.
    hangup: Option<Signal>,
    interrupted: bool,
}

enum Wake {
    Event(Option<Event>),
    Typed(Vec<u8>),
    Interrupt,
    Stop(&'static str),
}

impl Running {
    fn new(session: &Session, ch: Ch, with_stdin: bool) -> io::Result<Self> {
        Ok(Self {
            ch,
            passage: Passage::default(),
            lines: (!io::stdout().is_terminal()).then(Lines::default),
            writer: Writer::start(session.client.clone()),
            stdin: with_stdin.then(tokio::io::stdin),
            is_within_line: false,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::terminate())?,
            hangup: if is_nohup() { None } else { Some(signal(SignalKind::hangup())?) },
            interrupted: false,
        })
    }

    async fn until_over(mut self, session: &mut Session) -> Result<Over> {
        let over = loop {
            match self.wake(session).await? {
                Wake::Event(event) => {
                    if let Some(over) = self.event(event.ok_or_else(over)?).await? {
                        break over;
                    }
                }
                Wake::Typed(bytes) => self.typed(session, bytes),
                Wake::Interrupt if !self.interrupted => {
                    self.interrupted = true;
                    self.typed(session, INTERRUPT.to_vec());
                }
                // Asked twice, or to stop: whoever waits for the terminal to end would wait in vain.
                Wake::Interrupt => return Ok(Over::Stopped("SIGINT")),
                Wake::Stop(signal) => return Ok(Over::Stopped(signal)),
            }
        };
        if let Some(lines) = self.lines.take() {
            self.writer.put(lines.rest()).await;
        }
        self.writer.finish().await?;
        Ok(over)
    }

    async fn wake(&mut self, session: &mut Session) -> Result<Wake> {
        let Session { client, events } = session;
        let (writer, stdin, ch) = (&self.writer, &mut self.stdin, self.ch);
        let hangup = async {
            let Some(hangup) = &mut self.hangup else { return pending().await };
            hangup.recv().await
        };
        let event = async {
            writer.room().await?;
            Ok::<_, io::Error>(events.next().await)
        };
        let typed = async {
            let Some(stdin) = stdin else { return pending().await };
            client.room(ch).await;
            let mut bytes = vec![0; READ_MAX];
            let count = stdin.read(&mut bytes).await?;
            bytes.truncate(count);
            Ok::<_, io::Error>(bytes)
        };
        Ok(tokio::select! {
            event = event => Wake::Event(event?),
            typed = typed => Wake::Typed(typed?),
            _ = self.interrupt.recv() => Wake::Interrupt,
            _ = self.stop.recv() => Wake::Stop("SIGTERM"),
            _ = hangup => Wake::Stop("SIGHUP"),
        })
    }

    /// Types to the command; nothing at all is the end of standard input.
    fn typed(&mut self, session: &Session, mut bytes: Vec<u8>) {
        if bytes.is_empty() {
            self.stdin = None;
            let times = if self.is_within_line { 2 } else { 1 };
            bytes.extend(END_OF_INPUT.repeat(times));
        }
        self.is_within_line = bytes.last().is_some_and(|byte| *byte != b'\n');
        // There was room for one input, and an interrupt that finds none comes again.
        let _ = session.client.send(self.ch, Input::Keys(bytes.into()).encode());
    }

    async fn event(&mut self, event: Event) -> Result<Option<Over>> {
        match event {
            Event::State(state) => of_state(&state).map_or(Ok(None), |failure| Err(failure.into())),
            Event::Channel(ch, event) if ch == self.ch => self.channel_event(event).await,
            Event::Channel(..) | Event::DialFailed(_) | Event::Fetched { .. } => Ok(None),
        }
    }

    async fn channel_event(&mut self, event: ChannelEvent) -> Result<Option<Over>> {
        match event {
            ChannelEvent::Data { off, bytes } => {
                let upto = off + bytes.len() as u64;
                let passed = self.passage.feed(&bytes);
                let shown = match &mut self.lines {
                    Some(lines) => lines.feed(&passed),
                    None => passed,
                };
                self.writer.put_log(shown, self.ch, upto).await;
            }
            ChannelEvent::End { status, .. } => {
                return Ok(Some(Over::Ended(End::decode(&status)?)));
            }
            ChannelEvent::Unavailable(fault) => {
                warn(format!("{} Trying again.", printable(&fault.message)));
            }
            ChannelEvent::Refused(fault) => return Ok(Some(Over::Refused(Failure::of(&fault)))),
            ChannelEvent::InputRefused { reason, .. } => {
                warn(format!("not typed: {}", printable(&reason)));
            }
            ChannelEvent::InputsUnknown { .. } => {
                warn("the host lost track of what was typed; some of it may be missing");
            }
            ChannelEvent::Snapshot { .. } => {
                warn("the host's terminal began anew; output before this line may be missing");
            }
            ChannelEvent::Opened(_) | ChannelEvent::Applied(_) | ChannelEvent::Echoed { .. } => {}
        }
        Ok(None)
    }
}
