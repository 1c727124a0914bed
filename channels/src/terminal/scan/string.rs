//! Which strings (OSC, DCS) pass, which are questions, and which are better gone.

use super::control::Ruling;
use super::question::Question;
use crate::terminal::lex::{Close, Kind};
use crate::terminal::limits::UNDECIDED_BYTES_MAX;
use crate::terminal::mark::MARK;

/// What has become of the string under way.
#[derive(Default, Debug)]
pub(super) enum Fate {
    /// Held until it is known what it is.
    Judging {
        /// Which sort.
        kind: Kind,
        /// Its beginning.
        held: Vec<u8>,
    },
    /// Into the Log as it comes.
    Passing {
        /// How many of its bytes are there.
        bytes: usize,
    },
    /// Nowhere. Also the state without a string.
    #[default]
    Dropping,
}

impl Fate {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Osc | Kind::Dcs => Self::Judging { kind, held: Vec::new() },
            // Pictures and private protocols, whose answers some emulators would type.
            Kind::Other => Self::Dropping,
        }
    }
}

/// What the beginning of a string tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not enough.
    Wait,
    /// It is harmless, however it goes on.
    Pass,
    /// It is not wanted, however it goes on.
    Drop,
}

/// Judges by the beginning.
pub(super) fn judge(kind: Kind, held: &[u8]) -> Verdict {
    let verdict = match kind {
        Kind::Osc => judge_osc(held),
        Kind::Dcs => judge_dcs(held),
        Kind::Other => Verdict::Drop,
    };
    if verdict == Verdict::Wait && held.len() > UNDECIDED_BYTES_MAX {
        Verdict::Drop
    } else {
        verdict
    }
}

/// Judges the whole.
pub(super) fn settle(kind: Kind, held: &[u8], close: Close) -> Ruling {
    match kind {
        Kind::Osc => settle_osc(held, close),
        Kind::Dcs => settle_dcs(held),
        Kind::Other => Ruling::Drop,
    }
}

/// The number of an OSC and what follows its semicolon. Emulators take the number as a number, so `08377` is 8377.
fn number(held: &[u8]) -> Option<(u32, Option<&[u8]>)> {
    let digits = held.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(held.len());
    let number = held[..digits]
        .iter()
        .fold(0u32, |n, byte| n.saturating_mul(10).saturating_add(u32::from(byte - b'0')));
    match held.get(digits) {
        None => Some((number, None)),
        Some(b';') => Some((number, Some(&held[digits + 1..]))),
        Some(_) => None,
    }
}

fn judge_osc(held: &[u8]) -> Verdict {
    let Some((number, rest)) = number(held) else { return Verdict::Drop };
    let Some(rest) = rest else { return Verdict::Wait };
    match number {
        MARK => Verdict::Drop,
        // Titles, directory, links, notifications, marks of the shell.
        0..=2 | 7..=9 | 133 | 633 | 777 => Verdict::Pass,
        52 => match rest.iter().position(|&byte| byte == b';').map(|at| rest.get(at + 1)) {
            // To read the clipboard would hand it to any program on the host.
            Some(Some(b'?')) => Verdict::Drop,
            Some(Some(_)) => Verdict::Pass,
            Some(None) | None => Verdict::Wait,
        },
        1337 if [&b"File="[..], b"MultipartFile=", b"FilePart="]
            .iter()
            .any(|name| rest.starts_with(name)) =>
        {
            Verdict::Pass
        }
        _ => Verdict::Wait,
    }
}

fn settle_osc(held: &[u8], close: Close) -> Ruling {
    let Some((number, rest)) = number(held) else { return Ruling::Drop };
    let rest = rest.unwrap_or_default();
    let asks = rest.split(|&byte| byte == b';').any(|field| field.first() == Some(&b'?'));
    match number {
        MARK => Ruling::Drop,
        _ if asks => Question::colours(number, rest, close).map_or(Ruling::Drop, Ruling::Ask),
        1337 if [&b"Report"[..], b"Request", b"Capabilities"]
            .iter()
            .any(|name| rest.starts_with(name)) =>
        {
            Ruling::Drop
        }
        _ => Ruling::Pass,
    }
}

/// The part of a DCS behind its parameters.
fn dcs_function(held: &[u8]) -> &[u8] {
    let digits = held.iter().position(|byte| !(0x30..=0x3f).contains(byte)).unwrap_or(held.len());
    &held[digits..]
}

fn judge_dcs(held: &[u8]) -> Verdict {
    match dcs_function(held) {
        [] | [b'$' | b'+'] | [b'$' | b'+', b'q', ..] => Verdict::Wait,
        _ => Verdict::Pass,
    }
}

fn settle_dcs(held: &[u8]) -> Ruling {
    match dcs_function(held) {
        [b'$', b'q', setting @ ..] => Ruling::Ask(Question::Setting(setting.to_vec())),
        [b'+', b'q', names @ ..] => Ruling::Ask(Question::Capability(names.to_vec())),
        [] | [_] => Ruling::Drop,
        _ => Ruling::Pass,
    }
}
