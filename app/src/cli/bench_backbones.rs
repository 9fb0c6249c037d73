//! `mettle bench backbones`: full-size backbones on this machine, beside other programs' if asked, and how close all come to what
//! the device can do.

use mettle_core::engine::Precision;
use mettle_core::gpu::{DeviceChoice, Prober};
use mettle_core::tools::{SpeedBench, SpeedModel, speed_models};
use serde::Serialize;

use super::args::BackbonesArgs;
use super::bench_peer::Peer;
use super::bench_times::{Pass, Times, compare, millis};
use super::memory::{Memory, cpu_time, processor};
use super::{Failure, bench_table, output, page};

/// Everything measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The processor's name.
    pub machine: String,
    /// The device in use.
    pub device: String,
    /// Threads of the CPU's kernels.
    pub threads: usize,
    /// Instructions of the CPU's kernels.
    pub vectors: &'static str,
    /// Numbers of the backbones' matrices.
    pub precision: Precision,
    /// Inputs a pass.
    pub batch: usize,
    /// Versions of this program and of the engine under it.
    pub versions: String,
    /// The fastest large matrix product, in 10⁹ operations a second.
    pub ceiling_gflops: f64,
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
    /// What it was measured against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Theirs>,
}

/// The same model in another program.
#[derive(Clone, Debug, Serialize)]
pub struct Theirs {
    /// In its own words.
    pub name: String,
    /// A pass there; none where that program cannot run the model.
    pub times: Option<Times>,
    /// Ours over theirs: the middle one of the pairs, then the fastest of each.
    pub ratio: Option<[f64; 2]>,
    /// The same of processor time.
    pub cpu_ratio: Option<[f64; 2]>,
    /// The most memory its process held, in MiB, where it says.
    pub memory_mib: Option<u64>,
}

/// Measure and print, or write into a page.
pub fn run(args: &BackbonesArgs) -> Result<(), Failure> {
    let bench = SpeedBench::open(args.device, args.precision, &Prober::this_program())?;
    let mut report = Report {
        machine: processor(),
        device: bench.device().name.clone(),
        threads: mettle_core::tools::threads(),
        vectors: mettle_core::tools::vectors(),
        precision: bench.precision(),
        batch: args.batch.max(1),
        versions: mettle_core::tools::versions(),
        ceiling_gflops: bench.ceiling()?,
        models: Vec::new(),
    };
    for name in wanted(&args.names)? {
        let row = measure(&bench, name, args, &report)?;
        report.models.push(row);
        // A quiet moment may come between two models: the ceiling is the best of all.
        report.ceiling_gflops = report.ceiling_gflops.max(bench.ceiling()?);
    }
    for row in &mut report.models {
        row.of_ceiling = row.gflops / report.ceiling_gflops;
    }
    if let Some(page) = &args.readme {
        let part = part(args.device, report.precision);
        page::put(page, &part, &bench_table::markdown(&report))?;
    }
    match args.json {
        true => output::say(&format!("{:#}\n", serde_json::json!(report))),
        false => output::say(&bench_table::markdown(&report)),
    }
}

/// The part of a page that a table is for: the processor's or what `auto` comes to, or that of a device that was named; in f32 or other
/// numbers.
fn part(device: DeviceChoice, precision: Precision) -> String {
    let mut part = "bench backbones".to_owned();
    if !matches!(device, DeviceChoice::Auto | DeviceChoice::Cpu) {
        part += &format!(" {device}");
    }
    if precision != Precision::F32 {
        part += &format!(" {precision}");
    }
    part
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
) -> Result<Row, Failure> {
    let memory = Memory::watch();
    let model = bench.model(name, report.batch)?;
    let mut others = others(name, args, report)?;
    let mut ours = Vec::new();
    for _ in 0..args.rounds.max(1) {
        ours.push(pass(&model)?);
        for (peer, passes) in &mut others {
            if let Some(passes) = passes {
                passes.push(peer.pass()?);
            }
        }
    }
    let (_, memory_mib) = memory.stop();
    let peers = others.into_iter().map(|other| against(&ours, other));
    let peers = peers.collect();
    let ours = Times::of(ours);
    Ok(Row {
        name: name.to_owned(),
        title: model.title().to_owned(),
        gflop: model.gflop(),
        gflops: model.gflop() / ours.best_ms * 1e3,
        of_ceiling: 0.0,
        ours,
        memory_mib,
        peers,
    })
}

/// Another program, and its passes where it can run the model.
type Measured = (Peer, Option<Vec<Pass>>);

/// The other programs with a model, each in a process that never had another; without passes those that cannot run it.
fn others(name: &str, args: &BackbonesArgs, report: &Report) -> Result<Vec<Measured>, Failure> {
    let load = |command: &String| {
        let mut peer = Peer::start(command)?;
        let passes = match peer.load(name, report.batch, report.threads) {
            Ok(()) => Some(Vec::new()),
            Err(Failure::Said(why)) => {
                eprintln!("mettle: {name} is left out there: {why}");
                None
            }
            Err(other) => return Err(other),
        };
        Ok((peer, passes))
    };
    args.peer.iter().map(load).collect()
}

/// What another program's passes say beside ours.
fn against(ours: &[Pass], (peer, passes): Measured) -> Theirs {
    let ratio = |of: fn(&Pass) -> Option<f64>| compare(ours, passes.as_deref()?, of);
    Theirs {
        ratio: ratio(|pass| Some(pass.wall)),
        cpu_ratio: ratio(|pass| pass.cpu),
        name: peer.name.clone(),
        memory_mib: peer.memory_mib,
        times: passes.map(Times::of),
    }
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
