//! Makes pictures to work on, and prints a job for each: a line of JSON that `thumbnail.rs` and `thumbnail.js` take.
//!
//! They are Julia sets, one of a family each, with the grain of a photograph: the same ones every time.
//!
//! ```text
//! cargo run --release --example images -- pictures > jobs.jsonl          24 of 1600x1200
//! cargo run --release --example images -- pictures 1000 > jobs.jsonl     1000 of them
//! ```

use std::env;
use std::error::Error;
use std::f64::consts::TAU;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use serde_json::json;

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;

/// How soon a point of the plane leaves the set of `c`: 0 at once, 1 never.
fn endurance(mut x: f64, mut y: f64, c: (f64, f64)) -> f64 {
    const LIMIT: u32 = 60;
    for step in 0..LIMIT {
        if x * x + y * y > 16.0 {
            let beyond = (x * x + y * y).ln().log2() - 1.0;
            return ((f64::from(step) - beyond) / f64::from(LIMIT)).max(0.0);
        }
        (x, y) = (x * x - y * y + c.0, 2.0 * x * y + c.1);
    }
    1.0
}

/// A number from 0 to 1 that looks like chance.
fn grain(seed: u32) -> f64 {
    let mixed = (seed ^ (seed >> 15)).wrapping_mul(0x2c1b_3c6d);
    let mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    f64::from(mixed >> 16) / 65_535.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is a level from 0 to 255"
)]
fn picture(angle: f64) -> RgbImage {
    let c = (0.7885 * angle.cos(), 0.7885 * angle.sin());
    RgbImage::from_fn(WIDTH, HEIGHT, |column, row| {
        let x = (f64::from(column) / f64::from(WIDTH) - 0.5) * 3.6;
        let y = (f64::from(row) / f64::from(HEIGHT) - 0.5) * 2.7;
        let light = endurance(x, y, c).sqrt();
        let noise = grain(row * WIDTH + column) * 16.0;
        let level = |phase: f64| {
            let wave = 0.5 - 0.5 * (TAU * light + angle + phase).cos();
            (light * wave * 239.0 + noise) as u8
        };
        Rgb([level(0.0), level(0.6), level(1.2)])
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let folder = args
        .next()
        .filter(|folder| !folder.starts_with('-'))
        .ok_or("name the folder that the pictures go to")?;
    let count: u32 = args.next().as_deref().unwrap_or("24").parse()?;
    fs::create_dir_all(&folder)?;
    let folder = Path::new(&folder).canonicalize()?;

    for id in 1..=count {
        let source = folder.join(format!("{id:02}.jpg"));
        let mut jpeg = Vec::new();
        picture(TAU * f64::from(id) / f64::from(count))
            .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 90))?;
        fs::write(&source, jpeg)?;
        let job =
            json!({ "id": id, "source": source, "into": folder.join("thumbs"), "width": 320 });
        writeln!(io::stdout(), "{job}")?;
    }
    Ok(())
}
