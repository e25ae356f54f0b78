//! Charts: one picture per allocator, peers side by side on one axis; and curves for the scaling tables.
//!
//! Text and lines are in a grey that can be read on white and on black, and nothing is painted behind them.

use std::{fs, io, path::Path};

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::CaseResult;
use crate::table::Kind;

/// Readable on white and on black.
const INK: RGBColor = RGBColor(118, 124, 132);
/// This workspace.
const OURS: RGBColor = RGBColor(224, 108, 36);
/// Everybody else.
const OTHERS: RGBColor = RGBColor(112, 146, 190);
/// Colours of curves, ours first.
const CURVES: [RGBColor; 8] = [
    OURS,
    RGBColor(64, 128, 208),
    RGBColor(40, 160, 110),
    RGBColor(170, 90, 190),
    RGBColor(200, 160, 30),
    RGBColor(30, 170, 190),
    RGBColor(210, 80, 110),
    RGBColor(130, 130, 130),
];

const WIDTH: u32 = 860;
const NAMES: i32 = 290;
const RIGHT: i32 = 800;
const ROW: i32 = 22;
const HEAD: i32 = 34;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn failed(error: impl core::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

fn words(size: i32) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", size)).color(&INK)
}

fn write(area: &Area<'_>, text: &str, at: (i32, i32), size: i32, anchor: HPos) -> io::Result<()> {
    area.draw_text(text, &words(size).pos(Pos::new(anchor, VPos::Center)), at).map_err(failed)
}

/// Bars for several cases below each other, in nanoseconds on one axis. Times beyond the end of the axis are cut off
/// there, and say how long they are.
///
/// # Errors
///
/// If the file cannot be written.
pub fn bars(path: &Path, title: &str, cases: &[CaseResult]) -> io::Result<()> {
    let rows = |case: &CaseResult| case.timings.peers.iter().filter(|peer| peer.kind != Kind::Floor).count() as i32;
    let height = 46 + cases.iter().map(|case| HEAD + ROW * rows(case)).sum::<i32>() + 34;
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let area = SVGBackend::new(path, (WIDTH, height as u32)).into_drawing_area();
    write(&area, title, (12, 20), 19, HPos::Left)?;

    // The axis ends beyond every one of ours and what comes near them: one slow peer does not make all bars short.
    let ours = cases.iter().flat_map(|case| &case.timings.peers).filter(|peer| peer.kind == Kind::Ours);
    let longest_of_ours = ours.map(|peer| peer.quartiles()[1]).fold(0.0, f64::max);
    let all = cases.iter().flat_map(|case| &case.timings.peers).map(|peer| peer.quartiles()[1]);
    let end = nice(all.fold(0.0, f64::max).min(longest_of_ours * 2.5).max(1e-3));
    let x = |time: f64| NAMES + ((time / end).min(1.0) * f64::from(RIGHT - NAMES)) as i32;

    let bottom = height - 30;
    for tick in 0..=5 {
        let time = end * f64::from(tick) / 5.0;
        area.draw(&PathElement::new([(x(time), 44), (x(time), bottom)], INK.mix(0.25))).map_err(failed)?;
        let unit = if tick == 5 { " ns" } else { "" };
        write(&area, &format!("{}{unit}", short(time)), (x(time), bottom + 14), 13, HPos::Center)?;
    }

    let mut y = 46;
    for case in cases {
        write(&area, &case.title, (12, y + HEAD / 2 + 4), 14, HPos::Left)?;
        y += HEAD;
        let mut peers: Vec<_> = case.timings.peers.iter().filter(|peer| peer.kind != Kind::Floor).collect();
        peers.sort_by(|a, b| a.quartiles()[1].total_cmp(&b.quartiles()[1]));
        for peer in peers {
            let [low, median, high] = peer.quartiles();
            let ours = peer.kind == Kind::Ours;
            let colour = if ours { OURS } else { OTHERS };
            let name = if ours { words(14).color(&OURS) } else { words(14) };
            area.draw_text(&peer.peer, &name.pos(Pos::new(HPos::Right, VPos::Center)), (NAMES - 8, y + ROW / 2))
                .map_err(failed)?;
            let bar = [(NAMES, y + 4), (x(median).max(NAMES + 1), y + ROW - 4)];
            area.draw(&Rectangle::new(bar, colour.filled())).map_err(failed)?;
            if median < end {
                let whisker = [(x(low), y + ROW / 2), (x(high), y + ROW / 2)];
                area.draw(&PathElement::new(whisker, INK.stroke_width(2))).map_err(failed)?;
                write(&area, &super::markdown::time(median), (x(high.max(median)) + 6, y + ROW / 2), 13, HPos::Left)?;
            } else {
                write(
                    &area,
                    &format!("› {}", super::markdown::time(median)),
                    (RIGHT + 4, y + ROW / 2),
                    13,
                    HPos::Left,
                )?;
            }
            y += ROW;
        }
    }
    area.present().map_err(failed)
}

/// A line of a [`curves`] chart.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What the legend says.
    pub name: String,
    /// Size and nanoseconds.
    pub points: Vec<(f64, f64)>,
}

/// Time over size, both axes logarithmic, with the names at the right.
///
/// # Errors
///
/// If the file cannot be written.
pub fn curves(path: &Path, title: &str, size: &str, curves: &[Curve]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (left, right) = range(&mut points().map(|point| point.0));
    let (low, high) = range(&mut points().map(|point| point.1));
    let area = SVGBackend::new(path, (WIDTH, 420)).into_drawing_area();
    write(&area, title, (12, 20), 19, HPos::Left)?;
    let (plot, legend) = area.margin(40, 8, 8, 8).split_horizontally(590);
    let mut chart = ChartBuilder::on(&plot)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((left..right * 1.05).log_scale(), (low * 0.5..high * 2.0).log_scale())
        .map_err(failed)?;
    chart
        .configure_mesh()
        .axis_style(INK)
        .bold_line_style(INK.mix(0.3))
        .light_line_style(INK.mix(0.08))
        .label_style(words(13))
        .axis_desc_style(words(14))
        .x_desc(size)
        .y_desc("ns per operation")
        .x_label_formatter(&|x| short(*x))
        .y_label_formatter(&|y| short(*y))
        .draw()
        .map_err(failed)?;
    for (i, curve) in curves.iter().enumerate() {
        let colour = CURVES[i % CURVES.len()];
        chart.draw_series(LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2))).map_err(failed)?;
        chart.draw_series(curve.points.iter().map(|point| Circle::new(*point, 3, colour.filled()))).map_err(failed)?;
        let y = 20 + 24 * i as i32;
        legend.draw(&Rectangle::new([(10, y - 5), (24, y + 5)], colour.filled())).map_err(failed)?;
        legend.draw_text(&curve.name, &words(13).pos(Pos::new(HPos::Left, VPos::Center)), (30, y)).map_err(failed)?;
    }
    area.present().map_err(failed)
}

/// The next 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten.
fn nice(value: f64) -> f64 {
    let power = 10.0_f64.powf(value.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    steps.into_iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(10.0 * power)
}

/// A number without digits that say nothing.
fn short(value: f64) -> String {
    for (power, name) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if value >= power {
            return format!("{}{name}", trimmed(value / power));
        }
    }
    trimmed(value)
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
