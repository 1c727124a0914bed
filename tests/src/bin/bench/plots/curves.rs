//! How many of a hundred keys were seen within how long.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::theme::{self, BLUE, GREEN, GREY, GRID, INK, ORANGE, PAPER, TEXT, TITLE, WIDTH};
use crate::figure::Rounds;
use crate::stats;

const HEIGHT: u32 = 380;
/// Points of a curve.
const POINTS: usize = 200;

/// A plot of curves.
pub(super) struct Curves {
    /// What the rounds call it.
    plot: &'static str,
    title: &'static str,
    /// The lines that are drawn, where they were measured.
    lines: &'static [(&'static str, RGBColor)],
}

pub(super) const ECHO: Curves = Curves {
    plot: "echo",
    title: "A key and its echo on loopback: keys seen within",
    lines: &[("floor", GREY), ("devtail", BLUE), ("ssh", ORANGE), ("ssh-tmux", GREEN)],
};
pub(super) const TYPING_3G: Curves = Curves {
    plot: "typing-3g",
    title: "Typing over 3G, eight keys a second: keys seen within",
    lines: &[("devtail", BLUE), ("ssh", ORANGE), ("devtail, predicted", GREEN)],
};

/// None if nothing of it was measured.
pub(super) fn draw(curves: &Curves, rounds: &Rounds) -> Result<Option<String>> {
    let measured = rounds.lines(curves.plot);
    let find = |name: &str| measured.iter().find(|(line, _)| *line == name).map(|(_, took)| *took);
    let lines: Vec<Curve<'_>> = curves
        .lines
        .iter()
        .filter_map(|(name, colour)| Some(Curve { name, colour: *colour, took: find(name)? }))
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    paint(curves.title, &lines, &mut svg).map_err(|error| anyhow!("{}: {error}", curves.plot))?;
    Ok(Some(theme::for_day_and_night(&svg)))
}

struct Curve<'a> {
    name: &'a str,
    colour: RGBColor,
    took: &'a [f64],
}

impl Curve<'_> {
    /// Milliseconds, and percent of the keys.
    fn points(&self) -> Vec<(f64, f64)> {
        let sorted = stats::sorted(self.took);
        let last = sorted.len().saturating_sub(1);
        let at = |part: usize| (sorted[last * part / POINTS], 100.0 * part as f64 / POINTS as f64);
        (0..=POINTS).map(at).collect()
    }
}

fn paint(
    title: &str,
    lines: &[Curve<'_>],
    svg: &mut String,
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&PAPER)?;
    // To the slowest line's 95 of 100 and a little more: what lies beyond would press the rest together.
    let slowest = lines.iter().map(|line| stats::percentile(line.took, 95)).fold(0.0, f64::max);
    let end = slowest * 1.2;
    let letters = ("sans-serif", TEXT).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", TITLE).into_font().color(&INK))
        .margin(10)
        .x_label_area_size(48)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..end, 0.0..100.0)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style(letters.clone())
        .x_labels(6)
        .y_labels(5)
        .x_desc("ms")
        .y_label_formatter(&|percent| format!("{percent:.0} %"))
        .draw()?;
    for line in lines {
        let colour = line.colour;
        let points = line.points().into_iter().filter(|(took, _)| *took <= end);
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(3)))?
            .label(line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(4)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(letters)
        .legend_area_size(32)
        .background_style(PAPER)
        .border_style(GRID)
        .draw()?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_drawn_and_what_was_not_is_not() {
        let mut rounds = Rounds::default();
        assert!(draw(&ECHO, &rounds).expect("it draws").is_none());
        rounds.sampled("echo", "floor", &[0.3, 0.2, 0.4]);
        let svg = draw(&ECHO, &rounds).expect("it draws").expect("there is something");
        assert!(svg.contains("floor") && !svg.contains("ssh-tmux"));
        assert!(svg.contains("polyline"));
    }
}
