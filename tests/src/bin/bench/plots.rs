//! The plots beside the tables: what fits no median. Drawn as SVG, for paper and for screens that are dark.

mod bars;
mod curves;
mod theme;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::figure::{Measured, Rounds};

/// Draws what was measured into this folder: one file a plot.
pub(crate) fn draw(folder: &Path, rounds: &Rounds, measured: &[Measured]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let drawn = [
        ("echo.svg", curves::draw(&curves::ECHO, rounds)?),
        ("typing-3g.svg", curves::draw(&curves::TYPING_3G, rounds)?),
        ("ratios.svg", bars::draw(measured)?),
    ];
    for (name, svg) in drawn {
        // What was not measured is not drawn.
        if let Some(svg) = svg {
            let path = folder.join(name);
            fs::write(&path, svg).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}
