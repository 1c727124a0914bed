//! What the Screen shows for what is written, line by line of the standards; snapshots have tests of their own in `tests/`.

use super::*;

fn screen(cols: u32, rows: u32, bytes: &[u8]) -> Screen {
    let mut screen = Screen::new(Size::new(cols, rows).unwrap());
    screen.feed(bytes);
    screen
}

#[track_caller]
fn shows(cols: u32, rows: u32, bytes: &[u8], expected: &str) {
    assert_eq!(screen(cols, rows, bytes).contents(), expected);
}

fn place(screen: &Screen) -> (u16, u16, bool) {
    let cursor = screen.cursor();
    (cursor.row, cursor.col, cursor.pending)
}

#[test]
fn text_wraps_only_when_a_character_follows_the_last_column() {
    let mut full = screen(5, 3, b"abcde");
    assert_eq!(place(&full), (0, 4, true));
    full.feed(b"\r");
    assert_eq!(place(&full), (0, 0, false));
    shows(5, 3, b"abcdefg", "abcde\nfg");
    shows(5, 3, b"\x1b[?7labcdefg", "abcdg");
    shows(5, 2, b"abcdefghijklm", "fghij\nklm");
}

#[test]
fn a_wide_character_takes_two_cells_and_wraps_when_one_is_left() {
    shows(5, 3, "日本語".as_bytes(), "日本\n語");
    shows(5, 3, "日本\x1b[1;2Hx".as_bytes(), " x本");
    shows(5, 3, "日本\x1b[1;3Hx".as_bytes(), "日x");
}

#[test]
fn marks_join_the_character_before_them() {
    shows(5, 2, "e\u{301}a".as_bytes(), "e\u{301}a");
    shows(2, 2, "ab\u{302}c".as_bytes(), "ab\u{302}\nc");
    shows(4, 2, "日\u{302}c".as_bytes(), "日\u{302}c");
}

#[test]
fn clusters_that_are_no_longer_shown_make_room_for_new_ones() {
    let mut screen = screen(80, 24, b"");
    for n in 0..20_000u32 {
        let base = char::from_u32(0x4e00 + n % 5000).unwrap();
        screen.feed(format!("{base}\u{301}\r\n").as_bytes());
    }
    let last = screen.rows().nth(22).unwrap();
    assert_eq!(last.chars().count(), 2, "{last}");
}

#[test]
fn line_drawing_shows_lines() {
    shows(10, 2, b"\x1b(0lqk\x1b(Bx\x0e\x1b)0x\x0fx", "┌─┐x│x");
}

#[test]
fn margins_keep_what_is_outside_them() {
    shows(5, 5, b"1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[4;1H\n", "1\n3\n4\n\n5");
    shows(5, 5, b"1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[2;1H\x1bM", "1\n\n2\n3\n5");
    shows(5, 5, b"1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[3;1H\x1b[L", "1\n2\n\n3\n5");
    shows(5, 5, b"1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[3;1H\x1b[M", "1\n2\n4\n\n5");
    shows(5, 5, b"1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[S", "1\n3\n4\n\n5");
    shows(5, 5, b"\x1b[2;4r\x1b[?6h\x1b[1;1Hx\x1b[9;1Hy", "\nx\n\ny");
}

#[test]
fn cells_are_inserted_deleted_and_erased() {
    shows(6, 1, b"abcdef\x1b[1;2H\x1b[2@", "a  bcd");
    shows(6, 1, b"abcdef\x1b[1;2H\x1b[2P", "adef");
    shows(6, 1, b"abcdef\x1b[1;2H\x1b[2X", "a  def");
    shows(6, 1, b"abcdef\x1b[1;3H\x1b[1K", "   def");
    shows(6, 1, b"abc\x1b[4h\x1b[1;1Hxy", "xyabc");
    shows(6, 2, b"abc\r\ndef\x1b[1;2H\x1b[J", "a");
}

#[test]
fn erasing_leaves_the_background_and_nothing_else() {
    let screen = screen(3, 1, b"abc\x1b[1;7;31;44m\x1b[2K");
    let cell = screen.primary.rows[0].cells[1];
    assert!(cell.glyph.is_blank());
    assert_eq!(cell.style, Style { background: cell::Colour::Palette(4), ..Style::PLAIN });
}

#[test]
fn the_alternate_screen_leaves_the_primary_as_it_was() {
    let mut both = screen(10, 3, b"shell$ \x1b[?1049h\x1b[Hvim");
    assert!(both.is_alternate());
    assert_eq!(both.contents(), "vim");
    both.feed(b"\x1b[?1049l");
    assert_eq!((both.contents().as_str(), place(&both)), ("shell$", (0, 7, false)));
}

#[test]
fn tab_stops_are_every_eighth_until_they_are_set() {
    shows(20, 1, b"a\tb\tc", "a       b       c");
    shows(20, 1, b"\x1b[3g\x1b[5G\x1bH\ra\tb", "a   b");
    assert_eq!(place(&screen(20, 1, b"\t\t\t\t")), (0, 19, false));
    assert_eq!(place(&screen(20, 1, b"\x1b[18G\x1b[2Z")), (0, 8, false));
}

#[test]
fn a_smaller_grid_loses_rows_below_the_cursor_first_and_a_larger_one_gains_them_below() {
    let mut screen = screen(5, 4, b"1\r\n2\r\n3\x1b[2;1H");
    screen.feed(&Mark::Size(Size::new(5, 2).unwrap()).encode());
    assert_eq!((screen.contents().as_str(), place(&screen)), ("1\n2", (1, 0, false)));
    screen.feed(&Mark::Size(Size::new(3, 1).unwrap()).encode());
    assert_eq!((screen.contents().as_str(), place(&screen)), ("2", (0, 0, false)));
    screen.feed(&Mark::Size(Size::new(8, 3).unwrap()).encode());
    assert_eq!((screen.contents().as_str(), place(&screen)), ("2", (0, 0, false)));
}

#[test]
fn the_cursor_is_saved_with_all_it_writes_with() {
    let screen = screen(10, 3, b"\x1b[2;3H\x1b[31m\x1b(0\x1b7\x1b[0m\x1b(B\x1b[3;1Hab\x1b8q");
    assert_eq!(screen.contents(), "\n  ─\nab");
    assert_eq!(screen.pen.foreground, cell::Colour::Palette(1));
}

#[test]
fn what_happens_once_is_told_with_its_offset_and_bounded() {
    let mut screen = screen(10, 3, b"ab\x07\x1b]52;c;aGk=\x07");
    let events: Vec<_> = screen.events_after(0).map(|event| event.at).collect();
    assert_eq!(events, [3, 15]);
    assert_eq!(screen.events_after(3).count(), 1);
    screen.feed(&[7; 100]);
    assert_eq!(screen.events_after(0).count(), crate::terminal::limits::EVENTS_MAX);
}

#[test]
fn bytes_that_are_no_text_show_as_such_wherever_they_are_cut() {
    let bytes = b"a\xffb\xe2\x82c\xf0\x9f\x9a\x80\xe2\x82\xac\xc3";
    for cut in 1..bytes.len() {
        let mut screen = screen(20, 1, b"");
        bytes.chunks(cut).for_each(|part| screen.feed(part));
        assert_eq!(screen.contents(), "a\u{fffd}b\u{fffd}c🚀€", "cut into {cut}");
        assert_eq!((screen.offset(), screen.ground_offset()), (14, 13));
    }
}

#[test]
fn keyboard_flags_are_stacked_for_each_screen() {
    let mut screen = screen(10, 3, b"\x1b[>1u\x1b[>5u\x1b[?1049h\x1b[=3u");
    assert_eq!(screen.keyboard().flags(), 3);
    screen.feed(b"\x1b[?1049l");
    assert_eq!(screen.keyboard().flags(), 5);
    screen.feed(b"\x1b[<u");
    assert_eq!(screen.keyboard().flags(), 1);
    screen.feed(b"\x1b[<9u");
    assert_eq!(screen.keyboard().flags(), 0);
}

#[test]
fn a_grid_of_one_cell_survives_everything() {
    let mut screen = screen(
        1,
        1,
        "日e\u{301}a\x1b[5@\x1b[5P\x1b[L\x1b[M\x1b[S\x1b[T\x1bM\n\t\x1b[1;1r\x1b[?6hx\x1b[K"
            .as_bytes(),
    );
    screen.feed(b"\x1b[?1049hy\x1b[?1049l\x1b[99;99Hz");
    assert_eq!(screen.contents(), "z");
}
