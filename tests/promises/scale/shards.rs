//! Four workers, killed at random moments and started again, give what one worker gives: no row twice, none missing.

use std::process::Child;
use std::time::Duration;

use mettle_core::exchange::parts::{ClipRow, EmbeddingRow, EventRow, MaskRow, ScoreRow};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::workers::{Farm, files_below};

const WORKERS: usize = 4;
const KILLS: usize = 20;

#[test]
fn killed_workers_give_what_one_gives() {
    let farm = Farm::new(16);
    let whole = ["--shard", "1/1", "--format", "jsonl", "--embeddings"];
    let code = farm.worker("one", &whole).status().expect("it runs");
    assert_eq!(code.code(), Some(1), "two clips are broken");
    for format in ["parquet", "jsonl"] {
        let kills = run_with_kills(&farm, format);
        assert_eq!(kills, KILLS, "{format}: the workers were done too soon");
        assert_eq!(farm.rows::<ClipRow>(format).len(), 18);
        same::<ScoreRow>(&farm, format);
        same::<EventRow>(&farm, format);
        same::<MaskRow>(&farm, format);
        same::<EmbeddingRow>(&farm, format);
        let left = files_below(&farm.at(format));
        let beside: Vec<_> = left.iter().filter(|file| file.ends_with(".part")).collect();
        assert!(beside.is_empty(), "{beside:?}");
    }
    assert_eq!(clips(&farm, "parquet"), clips(&farm, "one"));
    assert_eq!(clips(&farm, "jsonl"), clips(&farm, "one"));
}

/// Rows of clips, without where their scores lie in a file.
fn clips(farm: &Farm, out: &str) -> Vec<String> {
    let rows = farm.rows::<ClipRow>(out);
    let bare = rows.iter().map(|row| {
        let mut row: ClipRow = serde_json::from_str(row).expect("a row");
        row.score_bytes = None;
        serde_json::to_string(&row).expect("text")
    });
    bare.collect()
}

fn same<R: mettle_core::exchange::parts::Row>(farm: &Farm, out: &str) {
    let (one, parts) = (farm.rows::<R>("one"), farm.rows::<R>(out));
    assert!(!one.is_empty(), "nothing to compare in {}", R::FOLDER);
    assert_eq!(one.len(), parts.len(), "{out}/{}", R::FOLDER);
    let differs = one.iter().zip(&parts).find(|(a, b)| a != b);
    assert!(differs.is_none(), "{out}/{}: {differs:?}", R::FOLDER);
}

/// Starts every worker, kills one now and then, and starts it again until all are done.
fn run_with_kills(farm: &Farm, format: &str) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(14);
    let start = |worker: usize| {
        let shard = format!("{}/{WORKERS}", worker + 1);
        farm.start(
            format,
            &["--shard", &shard, "--format", format, "--embeddings"],
        )
    };
    let mut workers: Vec<Child> = (0..WORKERS).map(start).collect();
    let mut kills = 0;
    // The cache is warm from the first run: work is short, and so are the pauses between kills.
    while kills < KILLS {
        std::thread::sleep(Duration::from_millis(rng.random_range(10..400)));
        let worker = rng.random_range(0..WORKERS);
        let running = workers[worker].try_wait().expect("a child").is_none();
        if !running {
            // It is done, and done again at once: the part is there and whole. One of its tables is cut to make it work.
            cut(farm, format, worker);
        }
        workers[worker].kill().expect("killed, or done");
        workers[worker].wait().expect("it ends");
        kills += 1;
        workers[worker] = start(worker);
    }
    for mut worker in workers {
        let code = worker.wait().expect("it ends").code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
    }
    kills
}

/// Cuts the scores of a finished part in half, as a disk that was full does.
fn cut(farm: &Farm, format: &str, worker: usize) {
    let name = format!("{format}/part-{}-of-{WORKERS}.{format}", worker + 1);
    let file = std::fs::File::options().write(true).open(farm.at(&name));
    let file = file.expect("a finished part");
    let half = file.metadata().expect("a size").len() / 2;
    file.set_len(half).expect("cut");
}
