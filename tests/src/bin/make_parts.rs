//! Made-up results of any size, and how fast they are written: `make-parts FOLDER CLIPS PARTS parquet|jsonl`.

use std::path::Path;
use std::time::Instant;

use mettle_core::base::{ContentHash, HeadId};
use mettle_core::exchange::parts::PartFormat;
use mettle_tests::made_parts::{self, Made};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, clips, parts, format] = &words[..] else {
        return Err("make-parts FOLDER CLIPS PARTS parquet|jsonl".into());
    };
    let form = match &**format {
        "parquet" => PartFormat::Parquet,
        "jsonl" => PartFormat::Jsonl,
        other => return Err(format!("{other} is no form of tables").into()),
    };
    let made = Made {
        clips: clips.parse()?,
        parts: parts.parse()?,
        format: form,
        classes: 28,
        heads: [1, 2].map(|head| HeadId(ContentHash([head; 32]))),
    };
    let begin = Instant::now();
    let made = made_parts::write(Path::new(folder), made)?;
    let secs = begin.elapsed().as_secs_f64();
    let files = made.iter().flat_map(|part| part.files.iter());
    let scores = files.clone().filter(|(name, _)| !name.contains('/'));
    let rows: u64 = scores.clone().map(|(_, facts)| facts.rows).sum();
    let bytes: u64 = scores.map(|(_, facts)| facts.bytes).sum();
    let all: u64 = files.map(|(_, facts)| facts.bytes).sum();
    println!(
        "{format}: {rows} rows of {clips} clips in {secs:.1} s, {:.0} rows/s; {:.1} MB a million rows; {:.1} MB in all",
        rows as f64 / secs,
        bytes as f64 / rows as f64,
        all as f64 / 1e6
    );
    Ok(())
}
