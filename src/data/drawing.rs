//! A drawing as text in a Spec, and what is learnt from it.

use super::{Samples, Values};

/// How far a drawing is moved, in pixels: one drawing teaches more than its own pixels.
const REACH: i32 = 2;
/// A drawing and its neighbours.
pub const MOVED: u32 = (2 * REACH as u32 + 1) * (2 * REACH as u32 + 1);

/// Reads one hexadecimal digit a pixel; `None` when there are more or fewer than `height · width`, or other signs.
pub fn pixels(text: &str, height: u32, width: u32) -> Option<Vec<u8>> {
    let pixel = |digit: char| digit.to_digit(16).map(|level| (level * 17) as u8);
    let pixels: Vec<u8> = text.chars().map(pixel).collect::<Option<_>>()?;
    (pixels.len() == height as usize * width as usize).then_some(pixels)
}

/// The drawing and its neighbours, moved by up to two pixels along each axis, all of one class.
pub fn moved(pixels: &[u8], height: u32, width: u32, class: u8) -> Samples {
    let steps = || -REACH..=REACH;
    let data: Vec<u8> = steps()
        .flat_map(|down| steps().map(move |right| (down, right)))
        .flat_map(|(down, right)| shifted(pixels, height as i32, width as i32, down, right))
        .collect();
    Samples { values: Values::Bytes { data, scale: 1.0 / 255.0 }, labels: vec![class; MOVED as usize] }
}

fn shifted(pixels: &[u8], height: i32, width: i32, down: i32, right: i32) -> Vec<u8> {
    let inside = |row: i32, column: i32| (0..height).contains(&row) && (0..width).contains(&column);
    let pixel = |row: i32, column: i32| {
        if inside(row, column) { pixels[(row * width + column) as usize] } else { 0 }
    };
    (0..height).flat_map(|row| (0..width).map(move |column| pixel(row - down, column - right))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_is_a_level_of_grey() {
        assert_eq!(pixels("0f8a", 2, 2), Some(vec![0, 255, 136, 170]));
        assert_eq!(pixels("0f8", 2, 2), None);
        assert_eq!(pixels("0f8g", 2, 2), None);
        assert_eq!(pixels("0f8é", 2, 2), None);
    }

    #[test]
    fn neighbours_are_moved_and_lose_what_leaves_the_image() {
        let samples = moved(&[1, 2, 3, 4, 5, 6], 2, 3, 7);
        assert_eq!(samples.labels, [7; 25]);
        let Values::Bytes { data, .. } = samples.values else { panic!("bytes") };
        let image = |i: usize| &data[6 * i..6 * (i + 1)];
        assert_eq!(image(12), [1, 2, 3, 4, 5, 6], "unmoved in the middle");
        assert_eq!(image(13), [0, 1, 2, 0, 4, 5], "one to the right");
        assert_eq!(image(17), [0, 0, 0, 1, 2, 3], "one down");
        assert_eq!(image(7), [4, 5, 6, 0, 0, 0], "one up");
        assert_eq!(image(0), [0; 6]);
    }
}
