//! `mettle bench backbones`: full-size backbones on this machine, beside another program's if asked, and how close both come to
//! what the device can do.

use std::time::Duration;

use mettle_core::gpu::Prober;
use mettle_core::tools::{SpeedBench, SpeedModel, speed_models};
use serde::Serialize;

use super::args::BackbonesArgs;
use super::bench_peer::Peer;
use super::memory::{Memory, cpu_time, processor};
use super::{Failure, bench_table, output};

/// Everything measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The processor's name.
    pub machine: String,
    /// The device in use.
    pub device: String,
    /// Threads of the CPU's kernels.
    pub threads: usize,
    /// Inputs a pass.
    pub batch: usize,
    /// Versions of this program and of the engine under it.
    pub versions: String,
    /// The fastest large matrix product, in 10⁹ operations a second.
    pub ceiling_gflops: f64,
    /// What it was measured against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// One entry a model.
    pub models: Vec<Row>,
}

/// One model.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The description's name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Operations of a pass, in 10⁹.
    pub gflop: f64,
    /// A pass here.
    pub ours: Times,
    /// Operations a second in the fastest pass, in 10⁹.
    pub gflops: f64,
    /// The same over the ceiling.
    pub of_ceiling: f64,
    /// The most memory this process held with the model, in MiB, where the system says.
    pub memory_mib: Option<u64>,
    /// A pass of the other program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Times>,
    /// Ours over theirs: the middle one of the pairs, then the fastest of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<[f64; 2]>,
    /// The same of processor time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ratio: Option<[f64; 2]>,
}

/// Times of passes in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Times {
    /// The fastest.
    pub best_ms: f64,
    /// The middle one.
    pub middle_ms: f64,
    /// The fewest milliseconds of processor time, where the system says.
    pub cpu_ms: Option<f64>,
    #[serde(skip)]
    passes: Vec<Pass>,
}

/// One pass in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// On the clock.
    pub wall: f64,
    /// Of all threads together.
    pub cpu: Option<f64>,
}

/// Measure and print, or write into a page.
pub fn run(args: &BackbonesArgs) -> Result<(), Failure> {
    let bench = SpeedBench::open(args.device, &Prober::this_program())?;
    let mut peer = args.peer.as_deref().map(Peer::start).transpose()?;
    let mut report = Report {
        machine: processor(),
        device: bench.device().name.clone(),
        threads: mettle_core::tools::threads(),
        batch: args.batch.max(1),
        versions: mettle_core::tools::versions(),
        ceiling_gflops: bench.ceiling()?,
        peer: peer.as_ref().map(|peer| peer.name.clone()),
        models: Vec::new(),
    };
    for name in wanted(&args.names)? {
        let row = measure(&bench, name, args, &report, peer.as_mut())?;
        report.models.push(row);
        // A quiet moment may come between two models: the ceiling is the best of all.
        report.ceiling_gflops = report.ceiling_gflops.max(bench.ceiling()?);
    }
    for row in &mut report.models {
        row.of_ceiling = row.gflops / report.ceiling_gflops;
    }
    if let Some(page) = &args.readme {
        bench_table::write(page, &report)?;
    }
    match args.json {
        true => output::say(&format!("{:#}\n", serde_json::json!(report))),
        false => output::say(&bench_table::markdown(&report)),
    }
}

fn wanted(names: &[String]) -> Result<Vec<&'static str>, Failure> {
    let known = speed_models();
    if let Some(wrong) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        return Err(Failure::Said(format!(
            "no backbone is called `{wrong}`; there are {known}"
        )));
    }
    let asked = |name: &&str| names.is_empty() || names.iter().any(|asked| asked == name);
    Ok(known.into_iter().filter(asked).collect())
}

fn measure(
    bench: &SpeedBench,
    name: &str,
    args: &BackbonesArgs,
    report: &Report,
    mut peer: Option<&mut Peer>,
) -> Result<Row, Failure> {
    let memory = Memory::watch();
    let model = bench.model(name, report.batch)?;
    if let Some(peer) = &mut peer {
        peer.load(name, report.batch, report.threads)?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds.max(1) {
        ours.push(pass(&model)?);
        if let Some(peer) = &mut peer {
            theirs.push(peer.pass()?);
        }
    }
    let (_, memory_mib) = memory.stop();
    let ratio = (!theirs.is_empty()).then(|| compare(&ours, &theirs, |pass| Some(pass.wall)));
    let cpu_ratio = (!theirs.is_empty()).then(|| compare(&ours, &theirs, |pass| pass.cpu));
    let ours = Times::of(ours);
    Ok(Row {
        name: name.to_owned(),
        title: model.title().to_owned(),
        gflop: model.gflop(),
        gflops: model.gflop() / ours.best_ms * 1e3,
        of_ceiling: 0.0,
        ours,
        memory_mib,
        theirs: (!theirs.is_empty()).then(|| Times::of(theirs)),
        ratio: ratio.flatten(),
        cpu_ratio: cpu_ratio.flatten(),
    })
}

fn pass(model: &SpeedModel) -> Result<Pass, Failure> {
    let before = cpu_time();
    let wall = model.pass()?;
    let cpu = cpu_time()
        .zip(before)
        .map(|(after, before)| millis(after.saturating_sub(before)));
    Ok(Pass {
        wall: millis(wall),
        cpu,
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl Times {
    fn of(passes: Vec<Pass>) -> Self {
        Self {
            best_ms: least(passes.iter().map(|pass| pass.wall)).unwrap_or_default(),
            middle_ms: middle(passes.iter().map(|pass| pass.wall)).unwrap_or_default(),
            cpu_ms: least(passes.iter().filter_map(|pass| pass.cpu)),
            passes,
        }
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.passes.len()
    }
}

/// The middle of the pairs' ratios, and the ratio of the least.
fn compare(ours: &[Pass], theirs: &[Pass], of: impl Fn(&Pass) -> Option<f64>) -> Option<[f64; 2]> {
    let pairs = ours
        .iter()
        .zip(theirs)
        .filter_map(|(a, b)| Some(of(a)? / of(b)?));
    let best = least(ours.iter().filter_map(&of))? / least(theirs.iter().filter_map(&of))?;
    Some([middle(pairs)?, best])
}

fn least(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    numbers.reduce(f64::min)
}

fn middle(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
