//! Lists for people: columns as wide as they must be.

use unicode_width::UnicodeWidthStr as _;

/// Rows of as many cells as there are headings; the last column is not padded.
pub(crate) fn render(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].width());
        cells.chain([headings[column].width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut out = line(headings.to_vec());
    for row in rows {
        out += &line(row.iter().map(String::as_str).collect());
    }
    out
}

/// How long ago, roughly.
pub(crate) fn ago(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min", seconds / 60),
        3600..=86_399 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_under_wide_letters() {
        let rows =
            vec![vec!["漢字".to_owned(), "x".to_owned()], vec!["a".to_owned(), String::new()]];
        assert_eq!(render(&["ID", "NAME"], &rows), "ID    NAME\n漢字  x\na\n");
    }

    #[test]
    fn ages_are_told_in_one_unit() {
        assert_eq!([ago(5), ago(125), ago(7200), ago(200_000)], ["5 s", "2 min", "2 h", "2 d"]);
    }
}
