//! A thumbnail for each job: real work, worth a process of its own.
//!
//! A job is `{"id":1,"source":"a.jpg","into":"thumbs","width":320}`. Its reply is `{"id":1,"ok":true,"width":320,"height":240,…}`,
//! or `{"id":1,"error":"…"}`: what is no image will not become one, so that is marked as not worth another attempt.
//!
//! ```text
//! cargo build --release --examples
//! target/release/examples/images pictures |
//!     forkdeck map --failed-when /error target/release/examples/thumbnail
//! ```

use std::error::Error;
use std::fs;
use std::io::{self, Cursor};
use std::path::PathBuf;
use std::time::Instant;

use forkdeck::worker;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Job {
    source: PathBuf,
    into: PathBuf,
    #[serde(default = "width")]
    width: u32,
}

fn width() -> u32 {
    320
}

/// Shrinks a picture, never enlarges it, and turns it upright as its camera says.
fn shrink(picture: &[u8], width: u32) -> ImageResult<(DynamicImage, Vec<u8>)> {
    let mut decoder = ImageReader::new(Cursor::new(picture))
        .with_guessed_format()?
        .into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let small = image.resize(
        width.clamp(1, image.width()),
        image.height(),
        FilterType::Lanczos3,
    );
    let mut jpeg = Vec::new();
    small
        .to_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 80))?;
    Ok((small, jpeg))
}

/// Does a job. Returns the thumbnail's width, height and bytes.
fn thumbnail(job: &Value) -> Result<(u32, u32, usize), Box<dyn Error>> {
    let job = Job::deserialize(job)?;
    let (small, jpeg) = shrink(&fs::read(&job.source)?, job.width)?;
    // A job may be done twice: the second time it writes the same bytes to the same place.
    let name = job.source.with_extension("jpg");
    fs::create_dir_all(&job.into)?;
    fs::write(job.into.join(name.file_name().unwrap_or_default()), &jpeg)?;
    Ok((small.width(), small.height(), jpeg.len()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut parent = worker::blocking().map_err(|error| error.to_string())?;

    while let Some(received) = parent.recv() {
        let job: Value = received?.json()?;
        #[expect(clippy::disallowed_methods, reason = "a worker measures itself")]
        let start = Instant::now();
        let id = job.get("id");
        let reply = match thumbnail(&job) {
            Ok((width, height, bytes)) => {
                let ms = start.elapsed().as_millis();
                json!({ "id": id, "ok": true, "width": width, "height": height, "bytes": bytes, "ms": ms })
            }
            // A file that cannot be read now may be readable later. What is no image never will be one.
            Err(error) => {
                json!({ "id": id, "error": error.to_string(), "retryable": error.is::<io::Error>() })
            }
        };
        parent.send(&reply)?;
    }
    Ok(())
}
