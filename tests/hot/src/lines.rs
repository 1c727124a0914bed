//! What a program prints: lines in colour, as a build or a listing has them. The same every time.

/// Bytes of the sample; a flood prints it again and again.
const SAMPLE_BYTES: usize = 64 << 10;

/// A sample of such lines, `SAMPLE_BYTES` long.
pub(crate) fn sample() -> Vec<u8> {
    let words = ["Compiling", "Checking", "Finished", "warning:", "src/session/mod.rs", "->"];
    let mut text = Vec::with_capacity(SAMPLE_BYTES + 128);
    let mut number = 1_u32;
    while text.len() < SAMPLE_BYTES {
        // Any row of numbers will do that zstd cannot guess and every run has again.
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let colour = 31 + (number >> 16) % 6;
        let word = words[(number >> 20) as usize % words.len()];
        text.extend(
            format!(
                "\x1b[1m\x1b[{colour}m{word:>12}\x1b[0m unit-{:05} v0.{}.{}\r\n",
                number >> 15,
                number >> 28,
                number >> 30
            )
            .bytes(),
        );
    }
    text.truncate(SAMPLE_BYTES);
    text
}
