//! Colours by day and by night, and the size of letters that a phone can still show.

use plotters::style::RGBColor;

/// Pixels of a plot; a phone shows it at two thirds.
pub(super) const WIDTH: u32 = 600;
/// Pixels of a letter.
pub(super) const TEXT: u32 = 18;
pub(super) const TITLE: u32 = 20;

pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(super) const INK: RGBColor = RGBColor(31, 35, 40);
pub(super) const GRID: RGBColor = RGBColor(208, 215, 222);
pub(super) const GREY: RGBColor = RGBColor(110, 119, 129);
pub(super) const BLUE: RGBColor = RGBColor(9, 105, 218);
pub(super) const ORANGE: RGBColor = RGBColor(188, 76, 0);
pub(super) const GREEN: RGBColor = RGBColor(26, 127, 55);
pub(super) const RED: RGBColor = RGBColor(207, 34, 46);

/// Each colour, and what it is where the screen is dark.
const NIGHT: [(RGBColor, &str); 8] = [
    (PAPER, "#0D1117"),
    (INK, "#E6EDF3"),
    (GRID, "#3D444D"),
    (GREY, "#9198A1"),
    (BLUE, "#58A6FF"),
    (ORANGE, "#F0883E"),
    (GREEN, "#3FB950"),
    (RED, "#F85149"),
];

/// The drawing, which follows the screen's scheme from now on.
pub(super) fn for_day_and_night(svg: &str) -> String {
    let rules: String = NIGHT
        .iter()
        .map(|(RGBColor(red, green, blue), night)| {
            let day = format!("#{red:02X}{green:02X}{blue:02X}");
            format!("[fill=\"{day}\"]{{fill:{night}}}[stroke=\"{day}\"]{{stroke:{night}}}")
        })
        .collect();
    let style = format!("<style>@media (prefers-color-scheme:dark){{{rules}}}</style>");
    // Right behind the opening tag.
    match svg.split_once('>') {
        Some((tag, rest)) => format!("{tag}>{style}{rest}"),
        None => svg.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_day_has_one_of_the_night() {
        let svg = for_day_and_night("<svg width=\"1\"><rect fill=\"#FFFFFF\"/></svg>");
        assert!(svg.starts_with("<svg width=\"1\"><style>"));
        assert!(svg.contains("[fill=\"#FFFFFF\"]{fill:#0D1117}"));
        assert!(svg.ends_with("<rect fill=\"#FFFFFF\"/></svg>"));
    }
}
