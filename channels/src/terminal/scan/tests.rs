//! What the Scanner lets through, answers and drops, wherever its input is cut.

use super::*;

/// The clean bytes, with the questions in braces, of input cut into pieces of `cut`.
fn scanned(input: &[u8], cut: usize) -> (Vec<u8>, Vec<Question>) {
    let (mut scanner, mut clean, mut asked) = (Scanner::new(), Vec::new(), Vec::new());
    let mut each = |segment: Segment<'_>| match segment {
        Segment::Clean(bytes) => clean.extend_from_slice(bytes),
        Segment::Question(question) => asked.push(question),
        Segment::SaveTitle | Segment::RestoreTitle => {}
    };
    for part in input.chunks(cut) {
        scanner.scan(part, &mut each);
    }
    scanner.finish(&mut each);
    (clean, asked)
}

#[track_caller]
fn becomes(input: &[u8], clean: &[u8], asked: &[Question]) {
    for cut in 1..=input.len() {
        let (was, questions) = scanned(input, cut);
        assert_eq!(
            was.escape_ascii().to_string(),
            clean.escape_ascii().to_string(),
            "cut into {cut}"
        );
        assert_eq!(questions, asked, "cut into {cut}");
    }
}

#[track_caller]
fn stays(input: &[u8]) {
    becomes(input, input, &[]);
}

#[track_caller]
fn vanishes(input: &[u8]) {
    becomes(&[b"a", input, b"b"].concat(), b"ab", &[]);
}

#[track_caller]
fn asks(input: &[u8], question: Question) {
    becomes(&[b"a", input, b"b"].concat(), b"ab", &[question]);
}

#[test]
fn what_programs_draw_with_passes_unchanged() {
    stays("héllo wörld ▒ 🚀\r\n".as_bytes());
    stays(b"\x1b[1;38;2;1;2;3mx\x1b[0m\x1b[2J\x1b[10;20H\x1b[K\x1b(0qqq\x1b(B\x1b7\x1b8\x1b=");
    stays(b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[4 q\x1b[>1u\x1b[<u\x1b[!p\x1b[4:3m");
    stays(b"\x1b]0;title\x07\x1b]8;;http://x/?q=1\x1b\\link\x1b]8;;\x1b\\\x1b]7;file:///\x07\x1b]133;A\x07");
    stays(b"\x1b]52;c;aGVsbG8=\x07\x1b]4;1;#ff0000\x07\x1b]104\x07\x1b]11;#000000\x1b\\");
    stays(b"\x1bP0;1;q#0;2;0;0;0~~\x1b\\");
}

#[test]
fn every_question_is_taken_out_and_asked() {
    asks(b"\x1b[c", Question::PrimaryAttributes);
    asks(b"\x1b[0c", Question::PrimaryAttributes);
    asks(b"\x1bZ", Question::PrimaryAttributes);
    asks(b"\x1b[>c", Question::SecondaryAttributes);
    asks(b"\x1b[=0c", Question::TertiaryAttributes);
    asks(b"\x1b[5n", Question::Health);
    asks(b"\x1b[6n", Question::Cursor);
    asks(b"\x1b[?6n", Question::CursorAndPage);
    asks(b"\x1b[?996n", Question::Device(996));
    asks(b"\x1b[?2026$p", Question::Mode { number: 2026, private: true });
    asks(b"\x1b[4$p", Question::Mode { number: 4, private: false });
    asks(b"\x1b[>q", Question::Version);
    asks(b"\x1bP$qm\x1b\\", Question::Setting(b"m".to_vec()));
    asks(b"\x1bP+q544e\x1b\\", Question::Capability(b"544e".to_vec()));
    asks(b"\x1b[?u", Question::Keyboard);
    asks(b"\x1b[?4m", Question::OtherKeys);
    asks(b"\x1b[18t", Question::Window(18));
    asks(b"\x1b[?2;1;0S", Question::Graphics(2));
    let slots = vec![Slot::Foreground, Slot::Background];
    asks(b"\x1b]10;?;?\x1b\\", Question::Colours { slots, bell: false });
    let slots = vec![Slot::Palette(7), Slot::Palette(255)];
    asks(b"\x1b]4;7;?;255;?\x07", Question::Colours { slots, bell: true });
}

#[test]
fn what_would_make_a_readers_emulator_type_or_print_vanishes() {
    for input in [
        &b"\x05"[..],
        b"\x1b[8;50;100t",
        b"\x1b[5i",
        b"\x1b[1$w",
        b"\x1b[1;1;1;1;1;1*y",
        b"\x1b[&u",
        b"\x1b[x",
        b"\x1b]52;c;?\x07",
        b"\x1b]50;?\x07",
        b"\x1b]17;?\x07",
        b"\x1b]1337;ReportCellSize\x07",
        b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
        b"\x1b^private\x1b\\",
        b"\x1b[?2048h",
        b"\x1b[?9001h",
        b"\x1b[?69h",
        b"\x1b%@",
        b"\x1b G",
    ] {
        vanishes(input);
    }
}

#[test]
fn a_size_mark_cannot_be_forged() {
    vanishes(b"\x1b]8377;size=1x1\x1b\\");
    vanishes(b"\x1b]8377;size=1x1\x07");
    vanishes(b"\x1b]008377;size=1x1\x07");
    vanishes(b"\x1b]8377\x07");
    vanishes(b"\xc2\x9d");
    becomes(b"\xc2\x9d8377;size=1x1\x07", b"8377;size=1x1\x07", &[]);
    becomes(b"\x1b]0;a\xc2\x9d8377;b\x07", b"\x1b]0;a8377;b\x07", &[]);
    becomes(b"\x1b]0;a\x1b]8377;size=1x1\x07c", b"\x1b]0;a\x1b\\c", &[]);
}

#[test]
fn known_modes_pass_out_of_a_list_with_others() {
    becomes(b"\x1b[?1;3;69;2004h", b"\x1b[?1;2004h", &[]);
    becomes(b"\x1b[4;12h", b"\x1b[4h", &[]);
}

#[test]
fn a_repetition_is_written_out_so_that_no_reader_needs_the_character_before() {
    becomes(b"-\x1b[4b|", b"-----|", &[]);
    becomes("é\x1b[2b\x1b[b".as_bytes(), "éééé".as_bytes(), &[]);
    becomes(b"\n\x1b[4b", b"\n", &[]);
    let (clean, _) = scanned(b"x\x1b[65535b", 100);
    assert_eq!(clean.len(), 1 + REPEAT_MAX);
}

#[test]
fn a_control_inside_a_sequence_comes_before_it() {
    becomes(b"\x1b[3\n1m", b"\n\x1b[31m", &[]);
}

#[test]
fn what_is_incomplete_is_held_back_until_it_is_whole() {
    let mut scanner = Scanner::new();
    let mut clean = Vec::new();
    let mut take = |bytes: &[u8]| {
        clean.clear();
        scanner.scan(bytes, |segment| {
            let Segment::Clean(bytes) = segment else { panic!("{segment:?}") };
            clean.extend_from_slice(bytes);
        });
        assert!(scanner.is_ground());
        clean.clone()
    };
    assert_eq!(take(b"a\xf0\x9f\x9a"), b"a");
    assert_eq!(take(b"\x80b\x1b[3"), "🚀b".as_bytes());
    assert_eq!(take(b"1m\x1b]4;1;#fff"), b"\x1b[31m");
    assert_eq!(take(b"\x07"), b"\x1b]4;1;#fff\x07");
}

#[test]
fn a_long_string_passes_as_it_comes_and_the_log_is_not_at_ground_meanwhile() {
    let mut scanner = Scanner::new();
    let mut bytes = 0;
    scanner.scan(b"\x1b]52;c;", |_| panic!("held"));
    scanner.scan(&[b'A'; 5000], |_| bytes += 1);
    assert!(bytes > 0 && !scanner.is_ground());
    scanner.scan(b"\x07", |_| {});
    assert!(scanner.is_ground());
}

#[test]
fn endless_strings_cost_their_bounds_and_are_ended_for_the_readers() {
    let endless = |begin: &[u8]| {
        let mut scanner = Scanner::new();
        let mut clean = Vec::new();
        let mut each = |segment: Segment<'_>| {
            if let Segment::Clean(bytes) = segment {
                clean.extend_from_slice(bytes);
            }
        };
        scanner.scan(begin, &mut each);
        for _ in 0..200 {
            scanner.scan(&[b'A'; 4096], &mut each);
        }
        assert!(scanner.clean.capacity() < 64 << 10);
        clean
    };
    assert_eq!(endless(b"\x1b]99;"), b"");
    assert_eq!(endless(b"\x1bP$q"), b"");
    let passed = endless(b"\x1b]0;");
    assert!(passed.len() <= STRING_BYTES_MAX + 8 && passed.ends_with(&[CANCEL]));
}

#[test]
fn bytes_that_are_no_text_pass_for_the_readers_to_show() {
    stays(b"\xff\xfe\x80 caf\xe9 \xc3");
    stays(b"\xe2\x28\xa1");
    stays(b"\xc3\xc3\xa9");
}
