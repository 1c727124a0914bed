//! What a coding agent's interface does to a terminal: ten frames a second, nearly half of them a clear and the whole
//! conversation anew. The shares and sizes are those of a recorded session (anthropics/claude-code#1913: 45 % of the frames
//! full clears of 94.5 kB on average).

use std::time::Duration;

/// Bytes of the conversation.
const CONVERSATION: usize = 94_500;
/// In 20 s.
const FRAMES: u32 = 200;
/// Between two.
pub(crate) const PACE: Duration = Duration::from_millis(100);

/// Every frame, the same ones each time.
pub(crate) fn frames() -> impl Iterator<Item = Vec<u8>> {
    let conversation = conversation();
    let mut chance = 1_u32;
    (0..FRAMES).map(move |number| {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let spinner = ["✻", "✽", "✢", "·"][number as usize % 4];
        let status = format!("\x1b[38;5;174m{spinner} Thinking… ({number} s)\x1b[39m\r\n");
        if chance >> 16 & 0xff < 115 {
            format!("\x1b[2J\x1b[3J\x1b[H{conversation}{status}").into_bytes()
        } else {
            format!("\x1b[2K\x1b[1A\x1b[2K\x1b[G{status}").into_bytes()
        }
    })
}

/// Bytes of all frames.
pub(crate) fn bytes() -> usize {
    frames().map(|frame| frame.len()).sum()
}

fn conversation() -> String {
    const WORDS: [&str; 12] = [
        "the", "file", "reads", "a", "cursor", "behind", "its", "log", "and", "returns", "early",
        "when",
    ];
    let (mut text, mut chance) = (String::new(), 7_u32);
    while text.len() < CONVERSATION {
        let mut line = String::new();
        while line.len() < 96 {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            line += WORDS[(chance >> 20) as usize % WORDS.len()];
            line.push(' ');
        }
        let colour = 30 + (chance >> 24) % 8;
        text += &format!("\x1b[{colour}m●\x1b[39m {line}\r\n");
    }
    text
}
