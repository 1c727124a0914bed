//! Line ends as the program wrote them: its terminal made `\r\n` of each `\n`. Pure.

/// Takes that back, however the stream is cut.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// A `\r` whose next byte is not here yet.
    held: bool,
}

impl Lines {
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 1);
        for &byte in bytes {
            if self.held && byte != b'\n' {
                out.push(b'\r');
            }
            self.held = byte == b'\r';
            if !self.held {
                out.push(byte);
            }
        }
        out
    }

    /// What was held back at the end of the stream.
    pub(crate) fn rest(&self) -> Vec<u8> {
        if self.held { vec![b'\r'] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_as_the_program_wrote_it_wherever_it_is_cut() {
        let written: &[u8] = b"a\n\r\nb\rc\r\r\nd\r";
        let terminal =
            String::from_utf8(written.to_vec()).unwrap().replace('\n', "\r\n").into_bytes();
        for cut in 0..terminal.len() {
            let mut lines = Lines::default();
            let mut out = lines.feed(&terminal[..cut]);
            out.extend(lines.feed(&terminal[cut..]));
            out.extend(lines.rest());
            assert_eq!(out, written);
        }
    }
}
