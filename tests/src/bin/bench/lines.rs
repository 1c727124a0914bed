//! Numbered lines that a program prints, and which of them never came.

const LENGTH: usize = "tick 000000\r\n".len();

/// The bytes of the lines that are missing between the first and the last that came.
pub(crate) fn lost(seen: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(seen);
    let lines = text.lines().filter_map(|line| line.strip_prefix("tick ")?.parse::<u32>().ok());
    let numbers: Vec<u32> = lines.collect();
    let missing = numbers.windows(2).map(|pair| pair[1].saturating_sub(pair[0] + 1)).sum::<u32>();
    f64::from(missing) * LENGTH as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_never_came_is_lost_and_its_bytes_are_counted() {
        assert!(lost(b"tick 000001\r\ntick 000002\r\n").abs() < f64::EPSILON);
        assert!((lost(b"tick 000001\r\ntick 000004\r\n") - 26.0).abs() < f64::EPSILON);
    }
}
