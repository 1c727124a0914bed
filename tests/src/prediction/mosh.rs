//! What mosh makes of the same keys: typed at the same times into the same program, behind the same round trip.
//!
//! mosh-server runs the program, mosh-client shows it in a terminal of ours, and between them every datagram is held back.
//! A real run in real time; it takes as long as the recording.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::Screen;
use devtail_client::predict::Overlay;
use rustix::process::{Pid, Signal, kill_process};

use super::figures::Figures;
use super::picture::{Film, Picture};
use super::recording::{Recording, What};
use super::replay::truth;
use super::scene::Stage;
use super::script::Script;
use super::tty::Tty;

/// mosh-server says where it is within this long.
const STARTS_WITHIN: Duration = Duration::from_secs(10);
/// What is seen is watched for this long after the last key.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// A cell that the recording does not have and that stays longer than this, ms, is no mistake of mosh's, but another run of
/// the program: a clock, a hash.
const MISTAKE_MAX: u64 = 1000;
/// How often a relay looks whether it is over.
const RELAY_TURN: Duration = Duration::from_millis(100);
/// More than a datagram of mosh's.
const DATAGRAM_MAX: usize = 4096;

/// Plays a recording's keys into mosh, over a Link of this round trip.
///
/// # Errors
/// mosh or the program is not installed, or they cannot be started.
pub fn mosh(recording: &Recording, script: &Script, round_trip: Duration) -> Result<Figures> {
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let server = format!("mosh-server new -i 127.0.0.1 -p {port} -- sh -c");
    let mut server: Vec<String> = server.split(' ').map(str::to_owned).collect();
    // It goes to the home and writes an empty line first.
    server.extend(["cd shop && printf '\\033[H\\033[2J' && exec \"$@\"", "sh"].map(str::to_owned));
    let stage = Stage::set(script.program, recording.size, &server)?;
    let (key, server) = connect(&stage.tty.output)?;
    let relay = Relay::start(port, round_trip / 2)?;
    let client = ["mosh-client", "127.0.0.1", &relay.port.to_string()].map(str::to_owned);
    let client = stage.beside(&client, ("MOSH_KEY", key), recording.size)?;
    let seen = watch(client, recording);
    drop(server);
    let one_way = u64::try_from(round_trip.as_millis() / 2)?;
    let mut figures = Figures::compare(recording, &truth(recording), &seen?, one_way);
    figures.wrong.retain(|wrong| wrong.seen_ms <= MISTAKE_MAX);
    Ok(figures)
}

/// A server that has left its terminal; it ends with this.
struct Server(Pid);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::KILL);
    }
}

/// The server's key, and the server: "MOSH CONNECT port key" and "[mosh-server detached, pid = n]".
fn connect(output: &Receiver<Vec<u8>>) -> Result<(String, Server)> {
    let deadline = Instant::now() + STARTS_WITHIN;
    let mut said = String::new();
    loop {
        let after = |text: &str, mark: &str| Some(text.split_once(mark)?.1.to_owned());
        let words = after(&said, "MOSH CONNECT ").zip(after(&said, "pid = "));
        if let Some((connect, pid)) = words.filter(|(_, pid)| pid.contains(']')) {
            let key = connect.split_whitespace().nth(1).context("no key")?.to_owned();
            let pid = pid.split(']').next().unwrap_or_default().trim().parse()?;
            return Ok((key, Server(Pid::from_raw(pid).context("no process")?)));
        }
        match output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => said += &String::from_utf8_lossy(&bytes),
            Err(_) => bail!("mosh-server does not start: {said}"),
        }
    }
}

/// Types what was recorded when it was recorded, and films the client.
fn watch(mut client: Tty, recording: &Recording) -> Result<Film> {
    let began = Instant::now();
    let (mut film, mut screen) = (Film::default(), Screen::new(recording.size));
    film.show(0, Picture::new(&screen, &Overlay::default()));
    let mut until = |client: &Tty, end: Instant| loop {
        match client.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(bytes) => {
                screen.feed(&bytes);
                let at = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                film.show(at, Picture::new(&screen, &Overlay::default()));
            }
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    };
    for moment in &recording.moments {
        let (What::Typed(keys) | What::Secret(keys)) = &moment.what else { continue };
        if !until(&client, began + Duration::from_millis(moment.at)) {
            break;
        }
        client.types(keys)?;
    }
    until(&client, Instant::now() + LAST_WORDS);
    Ok(film)
}

/// Passes datagrams on, each after a while.
struct Relay {
    port: u16,
    is_over: Arc<AtomicBool>,
}

impl Relay {
    fn start(server: u16, delay: Duration) -> Result<Self> {
        let near = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let far = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        far.connect((Ipv4Addr::LOCALHOST, server))?;
        let port = near.local_addr()?.port();
        ensure!(port != 0, "no port");
        let is_over = Arc::new(AtomicBool::new(false));
        let (there, going) = channel();
        let (back, coming) = channel();
        let client = Arc::new(std::sync::Mutex::new(None));
        for socket in [&near, &far] {
            socket.set_read_timeout(Some(RELAY_TURN))?;
        }
        let (near_in, far_in) = (near.try_clone()?, far.try_clone()?);
        let (known, over) = (Arc::clone(&client), Arc::clone(&is_over));
        std::thread::spawn(move || {
            hear(&near_in, &there, delay, &over, |from| {
                known.lock().map(|mut known| *known = Some(from)).is_ok()
            });
        });
        let over = Arc::clone(&is_over);
        std::thread::spawn(move || hear(&far_in, &back, delay, &over, |_| true));
        std::thread::spawn(move || pass(&going, |datagram| far.send(datagram).is_ok()));
        std::thread::spawn(move || {
            pass(&coming, |datagram| {
                let to = client.lock().ok().and_then(|client| *client);
                to.is_none_or(|to| near.send_to(datagram, to).is_ok())
            });
        });
        Ok(Self { port, is_over })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

type Held = (Instant, Vec<u8>);

fn hear(
    socket: &UdpSocket,
    held: &Sender<Held>,
    delay: Duration,
    is_over: &AtomicBool,
    mut heard: impl FnMut(SocketAddr) -> bool,
) {
    let mut buffer = [0; DATAGRAM_MAX];
    while !is_over.load(Ordering::Relaxed) {
        // A timeout, or a peer that is not there yet.
        let Ok((count, from)) = socket.recv_from(&mut buffer) else { continue };
        let datagram = buffer[..count].to_vec();
        if !heard(from) || held.send((Instant::now() + delay, datagram)).is_err() {
            return;
        }
    }
}

fn pass(held: &Receiver<Held>, mut send: impl FnMut(&[u8]) -> bool) {
    while let Ok((due, datagram)) = held.recv() {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        // One that is not taken is lost, as datagrams are.
        send(&datagram);
    }
}
