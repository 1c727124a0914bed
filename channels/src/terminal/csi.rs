//! A control sequence, read: `ESC [ prefix parameters intermediates final`.

use super::limits::PARAMS_MAX;

/// A control sequence. Cheap to make; borrows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Csi {
    /// `?`, `>`, `<` or `=`; 0 if none.
    pub(super) prefix: u8,
    /// The intermediate byte, such as `$` or space; 0 if none. More than one is no sequence anyone knows.
    pub(super) intermediate: u8,
    /// What it does.
    pub(super) last: u8,
    values: [u16; PARAMS_MAX],
    /// Bit n: value n was joined to the one before by a colon.
    joined: u32,
    len: usize,
}

impl Csi {
    /// Reads a complete sequence, `ESC [` … final; `None` if its bytes are out of order.
    pub(super) fn parse(raw: &[u8]) -> Option<Self> {
        let (&last, mut body) = raw.get(2..)?.split_last()?;
        let mut csi =
            Self { prefix: 0, intermediate: 0, last, values: [0; PARAMS_MAX], joined: 0, len: 0 };
        if let Some((&prefix @ b'<'..=b'?', rest)) = body.split_first() {
            (csi.prefix, body) = (prefix, rest);
        }
        if !body.is_empty() {
            csi.len = 1;
        }
        let digits =
            body.iter().position(|byte| (0x20..=0x2f).contains(byte)).unwrap_or(body.len());
        for &byte in &body[..digits] {
            csi.parameter(byte)?;
        }
        match body[digits..] {
            [] => {}
            [intermediate] => {
                csi.intermediate = intermediate;
                if digits == 0 {
                    csi.len = 0;
                }
            }
            _ => return None,
        }
        Some(csi)
    }

    fn parameter(&mut self, byte: u8) -> Option<()> {
        match byte {
            b'0'..=b'9' => {
                if let Some(value) = self.values.get_mut(self.len - 1) {
                    *value = value.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
            }
            b';' | b':' => {
                if byte == b':' && self.len < PARAMS_MAX {
                    self.joined |= 1 << self.len;
                }
                self.len += 1;
            }
            _ => return None,
        }
        Some(())
    }

    /// The parameters, colons taken for semicolons; absent ones are 0.
    pub(super) fn values(&self) -> &[u16] {
        &self.values[..self.len.min(PARAMS_MAX)]
    }

    /// Parameter `n`, or 0.
    pub(super) fn value(&self, n: usize) -> u16 {
        self.values().get(n).copied().unwrap_or(0)
    }

    /// Parameter `n` as a count or place: 0 and absent mean 1.
    pub(super) fn count(&self, n: usize) -> u16 {
        self.value(n).max(1)
    }

    /// Whether value `n` was joined to the one before by a colon.
    pub(super) fn is_joined(&self, n: usize) -> bool {
        n < PARAMS_MAX && self.joined & (1 << n) != 0
    }

    /// How many parameters were given, those beyond the bound included.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csi(raw: &str) -> Option<Csi> {
        Csi::parse(format!("\x1b[{raw}").as_bytes())
    }

    #[test]
    fn prefix_parameters_and_intermediate_are_told_apart() {
        let mode = csi("?2026$p").unwrap();
        assert_eq!(
            (mode.prefix, mode.intermediate, mode.last, mode.values()),
            (b'?', b'$', b'p', &[2026][..])
        );
        let style = csi("4:3;58:2::1:2:3m").unwrap();
        assert_eq!(style.values(), [4, 3, 58, 2, 0, 1, 2, 3]);
        assert!(style.is_joined(1) && !style.is_joined(2) && style.is_joined(3));
        assert_eq!(csi("m").unwrap().values(), [0u16; 0]);
        assert_eq!(csi(";5H").unwrap().values(), [0, 5]);
        assert_eq!(csi(" q").unwrap().values(), [0u16; 0]);
    }

    #[test]
    fn numbers_and_lists_without_end_stay_within_bounds() {
        assert_eq!(csi("99999999m").unwrap().value(0), u16::MAX);
        let many = csi(&format!("{}m", "1;".repeat(100))).unwrap();
        assert_eq!((many.values().len(), many.len()), (PARAMS_MAX, 101));
    }

    #[test]
    fn bytes_out_of_order_are_no_sequence() {
        assert_eq!(csi("1?m"), None);
        assert_eq!(csi("1$$p"), None);
        assert_eq!(csi("$1p"), None);
    }
}
