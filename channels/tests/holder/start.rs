//! How a holder starts, and what keeps it from it.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use devtail_channels::registry::{Kind, Registry};
use devtail_channels::terminal::Spec;
use devtail_channels::terminal::host::{READY, socket};
use devtail_protocol::ChannelId;

use super::Host;

/// What a holder says that is told this on standard input, by a gateway that is gone then.
fn told(host: &Host, input: &[u8]) -> String {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_hold"))
        .arg("hold")
        .arg(host.state.path())
        .arg(ID.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    holder.stdin.take().unwrap().write_all(input).unwrap();
    let mut words = String::new();
    holder.stdout.take().unwrap().read_to_string(&mut words).unwrap();
    // One that holds something would not end.
    assert_ne!(words.trim(), READY, "told {input:?}");
    assert!(!holder.wait().unwrap().success(), "told {input:?}");
    words
}

const ID: ChannelId = ChannelId([1; 16]);

#[test]
fn a_gateway_killed_while_it_says_what_to_hold_leaves_no_terminal() {
    let host = Host::new();
    let command = ["sh", "-c", "sleep 60"].map(str::to_owned).to_vec();
    let spec = Spec { command, name: "build".into(), ..Spec::default() }.encode();
    let framed = [&(spec.len() as u32).to_be_bytes()[..], &spec].concat();
    // Nothing at all, half a length, a length alone, the end of the first word, all but a byte.
    for cut in [0, 2, 4, 8, framed.len() - 1] {
        let words = told(&host, &framed[..cut]);
        assert!(words.contains("standard input"), "cut at {cut}: {words}");
        assert!(!socket(host.state.path(), ID).exists(), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_state_directory_with_too_long_a_path_is_named_as_the_cause() {
    let host = Host::new();
    let state = host.state.path().join("long".repeat(20));
    let registry = Registry::new(state, PathBuf::from(env!("CARGO_BIN_EXE_hold")));
    let fault = registry.create(Kind::Terminal, ID, &Spec::default().encode()).await.unwrap_err();
    assert!(fault.message.contains("--state"), "{}", fault.message);
    assert!(fault.message.len() <= devtail_protocol::limits::MESSAGE_MAX, "{}", fault.message);
}
