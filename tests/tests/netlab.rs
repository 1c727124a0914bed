//! The laboratory's link carries real sockets, goes dark, comes back, and lets a phone roam.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use devtail_tests::netlab::{Change, HOST, Lab, PHONE, named, read_trace};

const PATIENCE: Duration = Duration::from_secs(20);

fn lab(name: &str) -> Result<Lab> {
    Lab::start(&named(name).context("a condition of the ladder")?, 7)
}

/// An echo on the host: what it hears goes back, and who said it is known.
fn echo(lab: &Lab) -> Result<SocketAddr> {
    let socket = lab.host().inside(|| UdpSocket::bind((HOST, 0)))??;
    let address = socket.local_addr()?;
    thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let said = format!("{} {}", from.ip(), String::from_utf8_lossy(&buffer[..length]));
            let _sent = socket.send_to(said.as_bytes(), from);
        }
    });
    Ok(address)
}

/// A socket of the phone as it is reachable now.
fn socket(lab: &Lab, to: SocketAddr) -> Result<UdpSocket> {
    let socket = lab.phone().inside(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))??;
    socket.connect(to)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

fn ask(socket: &UdpSocket, word: &str) -> Result<String> {
    let mut buffer = [0; 1500];
    socket.send(word.as_bytes())?;
    let length = socket.recv(&mut buffer).context("no answer")?;
    Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

#[test]
fn a_datagram_takes_the_delay_of_both_directions() -> Result<()> {
    let lab = lab("lte")?;
    let phone = socket(&lab, echo(&lab)?)?;
    let began = Instant::now();
    ensure!(ask(&phone, "hello")? == format!("{PHONE} hello"));
    ensure!(began.elapsed() >= Duration::from_millis(50), "25 ms each way");
    let (up, down) = lab.counts();
    ensure!((up.passed, down.passed) == (1, 1), "{up:?} {down:?}");
    Ok(())
}

#[test]
fn a_tcp_stream_arrives_whole_over_a_link_that_loses_packets() -> Result<()> {
    let lab = lab("3g")?;
    let listener = lab.host().inside(|| TcpListener::bind((HOST, 0)))??;
    let address = listener.local_addr()?;
    let sent: Vec<u8> = (0..300_000_u32).map(|number| (number / 7 % 251) as u8).collect();
    let expected = sent.clone();
    let server =
        thread::spawn(move || -> std::io::Result<()> { listener.accept()?.0.write_all(&sent) });
    let mut stream = lab.phone().inside(|| TcpStream::connect(address))??;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    ensure!(got == expected, "{} bytes came", got.len());
    server.join().expect("the server ends")?;
    ensure!(lab.counts().1.lost > 0, "a link of 3 % loss lost nothing: {:?}", lab.counts());
    Ok(())
}

#[test]
fn nothing_passes_in_the_dark_and_all_does_afterwards() -> Result<()> {
    let lab = lab("office")?;
    let phone = socket(&lab, echo(&lab)?)?;
    ask(&phone, "before")?;
    lab.happen(Change::Dark)?;
    phone.set_read_timeout(Some(Duration::from_millis(200)))?;
    let in_the_dark = ask(&phone, "dark").expect_err("nothing answers");
    let kind = in_the_dark.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    ensure!(kind == Some(ErrorKind::WouldBlock), "{in_the_dark:?}");
    ensure!(lab.counts().0.darkened == 1, "{:?}", lab.counts());
    lab.happen(Change::Light)?;
    phone.set_read_timeout(Some(PATIENCE))?;
    ensure!(ask(&phone, "after")?.ends_with("after"));
    Ok(())
}

#[test]
fn half_open_means_that_only_the_host_is_heard() -> Result<()> {
    let lab = lab("office")?;
    let phone = socket(&lab, echo(&lab)?)?;
    let host = lab.host().inside(|| UdpSocket::bind((HOST, 0)))??;
    lab.happen(Change::UpDark)?;
    phone.send(b"unheard")?;
    let listening = lab.phone().inside(|| UdpSocket::bind((PHONE, 0)))??;
    listening.set_read_timeout(Some(PATIENCE))?;
    host.send_to(b"heard", listening.local_addr()?)?;
    let mut buffer = [0; 16];
    let length = listening.recv(&mut buffer)?;
    ensure!(&buffer[..length] == b"heard");
    ensure!(lab.counts().0.passed == 0, "{:?}", lab.counts());
    Ok(())
}

#[test]
fn who_roams_has_another_address_and_the_old_one_is_dead() -> Result<()> {
    let lab = lab("office")?;
    let address = echo(&lab)?;
    let old = socket(&lab, address)?;
    ensure!(ask(&old, "here")? == format!("{PHONE} here"));
    lab.happen(Change::Roam)?;
    let fresh = socket(&lab, address)?;
    ensure!(ask(&fresh, "there")? == "10.77.0.3 there");
    old.set_read_timeout(Some(Duration::from_millis(200)))?;
    ensure!(ask(&old, "lost").is_err(), "a socket of the old address");
    Ok(())
}

#[test]
fn a_trace_is_played_at_its_times() -> Result<()> {
    let lab = lab("office")?;
    let address = echo(&lab)?;
    let phone = socket(&lab, address)?;
    ask(&phone, "before")?;
    let trace = read_trace("0 dark\n0.3 roam\n0.4 3g\n0.4 light")?;
    let began = Instant::now();
    thread::scope(|scope| -> Result<()> {
        let playing = scope.spawn(|| lab.play(&trace));
        while lab.counts().0.darkened == 0 && !playing.is_finished() {
            phone.send(b"dark")?;
            thread::yield_now();
        }
        playing.join().expect("the player ends")
    })?;
    ensure!(began.elapsed() >= Duration::from_millis(400), "it took {:?}", began.elapsed());
    ensure!(lab.counts().0.darkened > 0, "{:?}", lab.counts());
    let fresh = socket(&lab, address)?;
    let began = Instant::now();
    // Of ten one comes through: this link loses some.
    fresh.set_read_timeout(Some(Duration::from_secs(2)))?;
    let answer = (0..10).find_map(|_| ask(&fresh, "there").ok()).context("no answer in ten")?;
    ensure!(answer == "10.77.0.3 there", "{answer}");
    ensure!(began.elapsed() >= Duration::from_millis(220), "150 ± 40 ms each way");
    Ok(())
}
