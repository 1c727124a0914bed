//! Every ratio that has a target, as a bar that should end before the line.

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::theme::{self, BLUE, GRID, INK, PAPER, RED, TEXT, TITLE, WIDTH};
use crate::figure::{Measured, Target};

/// Pixels of a row: the name, and below it the bar.
const ROW: u32 = 48;
const HEAD: u32 = 64;
const LEFT: i32 = 12;
/// Where the target is.
const LINE: i32 = 300;
/// Where a bar ends that would be longer.
const END: i32 = WIDTH.cast_signed() - LEFT;

/// None if no such ratio was measured.
pub(super) fn draw(measured: &[Measured]) -> Result<Option<String>> {
    let rows: Vec<Row> = measured.iter().filter_map(Row::of).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    paint(&rows, &mut svg).map_err(|error| anyhow!("ratios: {error}"))?;
    Ok(Some(theme::for_day_and_night(&svg)))
}

struct Row {
    name: &'static str,
    said: String,
    /// 1 is the target, less is better.
    used: f64,
}

impl Row {
    fn of(measured: &Measured) -> Option<Self> {
        let figure = measured.figure;
        let target = figure.target.filter(|_| figure.unit == "x")?;
        let used = match target {
            Target::AtMost(most) => measured.value / most,
            Target::AtLeast(least) => least / measured.value,
        };
        let said = format!("{:.2}, {}", measured.value, figure.target_text());
        Some(Self { name: figure.id, said, used })
    }
}

fn paint(rows: &[Row], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let height = HEAD + ROW * u32::try_from(rows.len())? + 12;
    let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    root.fill(&PAPER)?;
    let letters = ("sans-serif", TEXT).into_font().color(&INK);
    let right = letters.pos(Pos::new(HPos::Right, VPos::Top));
    let title = ("sans-serif", TITLE).into_font().color(&INK);
    root.draw_text("Ratios and their targets", &title, (LEFT, 10))?;
    root.draw_text("the target: a bar that ends before the line holds", &letters, (LEFT, 34))?;
    let bottom = i32::try_from(height)? - 12;
    for (row, top) in rows.iter().zip((HEAD.cast_signed()..).step_by(ROW as usize)) {
        root.draw_text(row.name, &letters, (LEFT, top))?;
        root.draw_text(&row.said, &right, (END, top))?;
        let length = row.used * f64::from(LINE - LEFT);
        let end = (LEFT + length as i32).min(END);
        let colour = if row.used <= 1.0 { BLUE } else { RED };
        root.draw(&Rectangle::new([(LEFT, top + 23), (end, top + 36)], colour.filled()))?;
        root.draw(&PathElement::new([(LEFT, top + 43), (END, top + 43)], GRID.stroke_width(1)))?;
    }
    root.draw(&PathElement::new(
        [(LINE, HEAD.cast_signed()), (LINE, bottom)],
        INK.stroke_width(2),
    ))?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Rounds;
    use crate::figures;

    #[test]
    fn a_bar_is_measured_by_its_target_whichever_way_that_is() {
        let mut rounds = Rounds::default();
        rounds.take("echo.ratio.p50", 1.8);
        rounds.take("flood.ratio", 1.0);
        rounds.take("flood.raw", 60.0);
        let measured: Vec<Measured> =
            figures::all().filter_map(|figure| rounds.measured(figure)).collect();
        let used: Vec<f64> = measured.iter().filter_map(Row::of).map(|row| row.used).collect();
        assert!((used[0] - 1.5).abs() < 1e-9 && (used[1] - 0.75).abs() < 1e-9, "{used:?}");
        assert_eq!(used.len(), 2, "what is no ratio has no bar");
        let svg = draw(&measured).expect("it draws").expect("there is something");
        assert!(svg.contains("echo.ratio.p50"));
    }
}
