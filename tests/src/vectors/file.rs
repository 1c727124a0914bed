//! Packets as lines of hex, and back.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;

/// What stands for a packet without bytes.
const EMPTY: &str = "-";

/// The text of a `.hex` file: the note, then a line for each packet.
pub fn hex_of(note: &str, packets: &[Bytes]) -> String {
    let lines = packets.iter().map(|packet| match packet.as_ref() {
        [] => EMPTY.to_owned(),
        bytes => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    });
    std::iter::once(format!("# {note}")).chain(lines).map(|line| line + "\n").collect()
}

/// The packets of a `.hex` file.
///
/// # Errors
/// A line is neither a comment nor hex.
pub fn packets_of(text: &str) -> Result<Vec<Bytes>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(packet_of).collect()
}

fn packet_of(line: &str) -> Result<Bytes> {
    if line == EMPTY {
        return Ok(Bytes::new());
    }
    ensure!(
        line.len().is_multiple_of(2) && line.is_ascii(),
        "a line of hex has two digits a byte: {line:.20}"
    );
    let bytes = line.as_bytes().chunks(2).map(|digits| {
        let digits = str::from_utf8(digits)?;
        u8::from_str_radix(digits, 16).with_context(|| format!("{digits} is not hex"))
    });
    bytes.collect::<Result<Vec<u8>>>().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_from_their_hex_and_an_empty_one_too() {
        let packets = [Bytes::from_static(&[0, 0xff, 0x10]), Bytes::new()];
        let text = hex_of("two", &packets);
        assert_eq!(text, "# two\n00ff10\n-\n");
        assert_eq!(packets_of(&text).expect("it is hex"), packets);
        assert!(packets_of("0").is_err());
        assert!(packets_of("zz").is_err());
    }
}
