//! Figures of a study as SVG: learning curves for each rule and treatment, and the largest exponent before and after training.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::analysis::Spread;
use crate::connect::report::StudyResult;
use crate::connect::summary::{FROM, StudyLine};

/// A panel's width and height, in pixels.
const PANEL: (u32, u32) = (460, 340);

/// From the smallest gain to the largest: viridis, which stays apart in grey and to most eyes.
const COLOURS: [RGBColor; 6] = [
    RGBColor(68, 1, 84),
    RGBColor(65, 68, 135),
    RGBColor(42, 120, 142),
    RGBColor(34, 168, 132),
    RGBColor(122, 209, 81),
    RGBColor(217, 175, 30),
];

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// The loss of every window from iteration 200 on, mean and standard deviation over seeds on a logarithmic axis, a panel for each rule
/// and treatment.
pub fn curves(title: &str, result: &StudyResult) -> Result<String, String> {
    let panels = panels(result);
    let drawn: Vec<(f64, Spread)> = result.lines.iter().flat_map(|line| points(result, line)).collect();
    let highest = drawn.iter().map(|(_, at)| high(at)).fold(0.0, f64::max);
    let lowest = drawn.iter().map(|(_, at)| reach(at)).fold(f64::INFINITY, f64::min);
    let (lowest, highest) = if lowest < highest { (lowest / 1.15, highest * 1.15) } else { (0.1, 1.0) };
    let end = f64::from(result.spec.training.iterations);
    let begin = f64::from(FROM).min(end / 2.0);
    figure(title, &panels, |area, name, lines| {
        let mut chart = ChartBuilder::on(area)
            .caption(name, ("sans-serif", 16))
            .margin(8)
            .margin_right(18)
            .x_label_area_size(38)
            .y_label_area_size(56)
            .build_cartesian_2d(begin..end, (lowest..highest).log_scale())?;
        let whole = |iterations: &f64| format!("{iterations:.0}");
        let round = |loss: &f64| format!("{}", (loss * 1e6).round() / 1e6);
        let mut mesh = chart.configure_mesh();
        mesh.light_line_style(TRANSPARENT).x_desc("iterations").x_label_formatter(&whole);
        mesh.y_desc("loss").y_labels(5).y_label_formatter(&round).draw()?;
        for line in lines {
            let colour = colour(result, line.gain);
            let points = points(result, line);
            let upper = points.iter().map(|(at, s)| (*at, high(s)));
            let lower = points.iter().rev().map(|(at, s)| (*at, reach(s)));
            chart
                .draw_series(std::iter::once(Polygon::new(upper.chain(lower).collect::<Vec<_>>(), colour.mix(0.15))))?;
            let mean = points.iter().map(|(at, s)| (*at, s.mean));
            chart
                .draw_series(LineSeries::new(mean, colour.stroke_width(2)))?
                .label(format!("gain {}", line.gain))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        // Where networks have not got to yet.
        let corner = SeriesLabelPosition::LowerLeft;
        chart.configure_series_labels().position(corner).background_style(WHITE.mix(0.8)).draw()?;
        Ok(())
    })
}

/// The windows that are drawn, each where it ends: those from iteration 200 on, or all of a study that is shorter.
fn points(result: &StudyResult, line: &StudyLine) -> Vec<(f64, Spread)> {
    let training = &result.spec.training;
    let first = if training.iterations > FROM { FROM.div_ceil(training.window) as usize } else { 0 };
    let at = |w: usize| f64::from((training.window * (w as u32 + 1)).min(training.iterations));
    line.loss.iter().enumerate().skip(first).map(|(w, &spread)| (at(w), spread)).collect()
}

/// How far a band reaches down: on a logarithmic axis, one that reached zero would take the whole figure.
fn reach(spread: &Spread) -> f64 {
    low(spread).max(spread.mean / 3.0)
}

/// The largest exponent when training begins and when it is over, over the gain, a panel for each rule and treatment.
pub fn exponents(title: &str, result: &StudyResult) -> Result<String, String> {
    let panels = panels(result);
    let ends = || result.lines.iter().flat_map(|line| [line.before, line.after]).flatten();
    let lowest = ends().map(|s| low(&s)).fold(0.0, f64::min);
    let highest = ends().map(|s| high(&s)).fold(0.0, f64::max);
    let room = 0.08 * (highest - lowest).max(0.1);
    let widest = result.spec.gains.iter().copied().fold(0.0, f64::max) + 0.1;
    figure(title, &panels, |area, name, lines| {
        let mut chart = ChartBuilder::on(area)
            .caption(name, ("sans-serif", 16))
            .margin(8)
            .x_label_area_size(38)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..widest, lowest - room..highest + room)?;
        let exponent = "largest exponent, 1/step";
        chart.configure_mesh().light_line_style(TRANSPARENT).x_desc("gain").y_desc(exponent).draw()?;
        let zero = LineSeries::new([(0.0, 0.0), (widest, 0.0)], BLACK.mix(0.5).stroke_width(1));
        chart.draw_series(zero)?;
        for (label, colour, is_after) in [("before training", COLOURS[1], false), ("after training", COLOURS[4], true)]
        {
            let of = |line: &StudyLine| if is_after { line.after } else { line.before };
            let points: Vec<(f64, Spread)> = lines.iter().filter_map(|line| Some((line.gain, of(line)?))).collect();
            let bars = points
                .iter()
                .map(|(gain, s)| ErrorBar::new_vertical(*gain, low(s), s.mean, high(s), colour.filled(), 8));
            chart.draw_series(bars)?.label(label).legend(move |(x, y)| Circle::new((x + 8, y), 4, colour.filled()));
            chart
                .draw_series(LineSeries::new(points.iter().map(|(gain, s)| (*gain, s.mean)), colour.stroke_width(1)))?;
        }
        let corner = SeriesLabelPosition::LowerRight;
        chart.configure_series_labels().position(corner).background_style(WHITE.mix(0.8)).draw()?;
        Ok(())
    })
}

/// The lines of each rule and treatment, under their name.
fn panels(result: &StudyResult) -> Vec<(String, Vec<&StudyLine>)> {
    let mut panels: Vec<(String, Vec<&StudyLine>)> = Vec::new();
    for line in &result.lines {
        let name = format!("{}{}", line.rule.title(), if line.flossed { ", flossed" } else { "" });
        match panels.iter_mut().find(|(known, _)| *known == name) {
            Some((_, lines)) => lines.push(line),
            None => panels.push((name, vec![line])),
        }
    }
    panels
}

/// Panels side by side under a title.
fn figure(
    title: &str,
    panels: &[(String, Vec<&StudyLine>)],
    draw: impl Fn(&DrawingArea<SVGBackend, Shift>, &str, &[&StudyLine]) -> Drawn,
) -> Result<String, String> {
    let mut text = String::new();
    let whole = |text: &mut String| -> Drawn {
        let size = (PANEL.0 * panels.len().max(1) as u32, PANEL.1 + 34);
        let root = SVGBackend::with_string(text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let body = root.titled(title, ("sans-serif", 18))?;
        for (area, (name, lines)) in body.split_evenly((1, panels.len().max(1))).iter().zip(panels) {
            draw(area, name, lines)?;
        }
        root.present()?;
        Ok(())
    };
    whole(&mut text).map_err(|e| format!("{title} cannot be drawn ({e})"))?;
    Ok(text)
}

fn colour(result: &StudyResult, gain: f64) -> RGBColor {
    let place = result.spec.gains.iter().position(|&known| known == gain).unwrap_or(0);
    let most = result.spec.gains.len().max(2) - 1;
    COLOURS[place * (COLOURS.len() - 1) / most]
}

fn high(spread: &Spread) -> f64 {
    spread.mean + spread.sd.unwrap_or(0.0)
}

fn low(spread: &Spread) -> f64 {
    spread.mean - spread.sd.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::spec::{Credit, presets};
    use crate::connect::summary::{Arm, NetworkRecord, Score};
    use crate::reproduce::Made;

    /// Two seeds of every gain of the quick preset, learning evenly, by both rules.
    fn result() -> StudyResult {
        let spec = presets()[0].spec.clone();
        let mut networks = Vec::new();
        for &rule in &spec.rules {
            for &gain in &spec.gains {
                for seed in 0..2 {
                    let curve =
                        (0..30).map(|w| Score { loss: gain / f64::from(1 + w + seed), accuracy: 0.5 }).collect();
                    networks.push(NetworkRecord {
                        arm: Arm { gain, rule, rate: spec.training.rates[0], flossed: false, seed },
                        curve,
                        test: Some(Score { loss: 0.1, accuracy: 0.9 }),
                        untrained: vec![-gain],
                        flossed: Vec::new(),
                        trained: vec![-0.1 * gain],
                        diverged: None,
                        slept: None,
                    });
                }
            }
        }
        let made = Made { engram: "0".into(), command: "engram".into() };
        StudyResult::new(spec, networks, 1.0, made)
    }

    #[test]
    fn figures_have_a_panel_for_each_rule_and_a_line_and_a_band_for_each_gain() {
        let result = result();
        let svg = curves("Romo", &result).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for name in [Credit::Bptt.title(), Credit::Eprop.title(), "gain 0.2", "gain 0.8", "gain 1.5", "iterations"] {
            assert!(svg.contains(name), "{name}");
        }
        assert_eq!(svg.matches("<polygon").count(), 6, "a band for each of three gains by two rules");
        let svg = exponents("Romo", &result).unwrap();
        assert!(svg.contains("before training") && svg.contains("after training") && svg.contains("1/step"));
        assert!(svg.matches("<circle").count() >= 12, "two ends of three gains by two rules");
    }

    /// Twenty windows of the thirty lie after iteration 200, and a loss that is half as large lies as far below, wherever it is.
    #[test]
    fn curves_begin_at_iteration_200_on_a_logarithmic_axis() {
        let result = result();
        let svg = curves("Romo", &result).unwrap();
        let points = |text: &str| -> Vec<(f64, f64)> {
            let pairs = text.split_whitespace().filter_map(|pair| pair.split_once(','));
            pairs.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect()
        };
        let lines = svg.split("<polyline").skip(1).map(|rest| {
            let from = rest.find("points=\"").unwrap() + 8;
            points(&rest[from..][..rest[from..].find('"').unwrap()])
        });
        let drawn: Vec<Vec<(f64, f64)>> = lines.filter(|line| line.len() == 20).collect();
        assert_eq!(drawn.len(), 6, "a line for each of three gains by two rules");
        let means: Vec<f64> = result.lines[0].loss[10..].iter().map(|at| at.mean).collect();
        let line = &drawn[0];
        let slope = |i: usize, j: usize| (line[j].1 - line[i].1) / (means[i] / means[j]).ln();
        assert!((slope(0, 10) / slope(10, 19) - 1.0).abs() < 0.05, "{} and {}", slope(0, 10), slope(10, 19));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
