//! `mettle eval`: how well a model does on scenes it has never seen, beside its baselines.

use mettle_core::tools::evaluate;
use mettle_core::train::{
    Compared, Five, LlpScores, LocalizeReport, MaskScores, ParseReport, Report, SegmentReport,
};
use serde_json::{Value, json};

use super::args::EvalArgs;
use super::{Failure, eval_head, eval_material, few_shot, output};

/// Measure and print.
pub fn run(args: &EvalArgs) -> Result<(), Failure> {
    if let Some(folder) = &args.material {
        return eval_material::run(args, folder);
    }
    if let (Some(dataset), Some(data)) = (args.of_head.dataset, &args.of_head.data) {
        return eval_head::run(args, dataset, data);
    }
    if let Some(clips) = args.few_shot {
        return few_shot::run(args, clips);
    }
    let report = evaluate(
        &args.model,
        args.task,
        args.scenes,
        args.seed,
        args.precision,
    )?;
    if !args.json {
        return output::say(&match &report {
            Report::Localize(report) => localize(report),
            Report::Parse(report) => parse(report),
            Report::Segment(report) => segment(report),
        });
    }
    let mut figures = match &report {
        Report::Localize(report) => localize_json(report),
        Report::Parse(report) => parse_json(report),
        Report::Segment(report) => segment_json(report),
    };
    figures["seed"] = json!(args.seed);
    output::say(&format!("{figures:#}\n"))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn localize(report: &LocalizeReport) -> String {
    let probe = report.probe.map_or("not kept".to_owned(), percent);
    format!(
        "{} scenes with drawings and sounds the model has never met\n\
         segment accuracy              {}\n\
         linear probe of the features  {probe}\n\
         always saying background      {}\n\
         segments familiar to it       {}\n",
        report.clips,
        percent(report.head),
        percent(report.background),
        percent(report.familiar),
    )
}

fn localize_json(report: &LocalizeReport) -> Value {
    json!({
        "task": "localize",
        "scenes": report.clips,
        "segment_accuracy": report.head,
        "linear_probe": report.probe,
        "always_background": report.background,
        "familiar": report.familiar,
    })
}

/// The model and its baselines, as far as they are kept.
fn rows<T: Copy>(compared: &Compared<T>) -> Vec<(&'static str, T)> {
    let baselines = [("Linear", compared.linear), ("Direct", compared.direct)];
    let kept = baselines
        .into_iter()
        .filter_map(|(name, t)| Some((name, t?)));
    [("the model", compared.head)]
        .into_iter()
        .chain(kept)
        .collect()
}

fn parse(report: &ParseReport) -> String {
    let mut text = format!(
        "{} scenes with drawings and sounds the model has never met; F-scores in percent\n\
         {:10}  {:>5} {:>5} {:>5} {:>7} {:>8}   {:>5} {:>5} {:>5} {:>7} {:>8}   {:>5}\n",
        report.clips,
        "",
        "A",
        "V",
        "AV",
        "Type@AV",
        "Event@AV",
        "A",
        "V",
        "AV",
        "Type@AV",
        "Event@AV",
        "Avg."
    );
    let five = |f: &Five| {
        let [a, v, av] = [f.audio, f.visual, f.audio_visual].map(|x| x * 100.0);
        let [kind, event] = [f.type_at_av, f.event_at_av].map(|x| x * 100.0);
        format!("{a:5.1} {v:5.1} {av:5.1} {kind:7.1} {event:8.1}")
    };
    for (name, scores) in rows(&report.scores) {
        let (segment, event) = (five(&scores.segment), five(&scores.event));
        let average = scores.average() * 100.0;
        text += &format!("{name:10}  {segment}   {event}   {average:5.1}\n");
    }
    text += "            by segments                          by events\n";
    text + &format!("segments familiar to it  {}\n", percent(report.familiar))
}

fn parse_json(report: &ParseReport) -> Value {
    let five = |f: &Five| {
        json!({
            "audio": f.audio,
            "visual": f.visual,
            "audio_visual": f.audio_visual,
            "type_at_av": f.type_at_av,
            "event_at_av": f.event_at_av,
        })
    };
    let all = |s: &LlpScores| json!({ "segment": five(&s.segment), "event": five(&s.event), "average": s.average() });
    json!({
        "task": "parse",
        "scenes": report.clips,
        "model": all(&report.scores.head),
        "direct": report.scores.direct.as_ref().map(all),
        "linear": report.scores.linear.as_ref().map(all),
        "familiar": report.familiar,
    })
}

fn segment(report: &SegmentReport) -> String {
    let mut text = format!(
        "{} scenes with one source, as many with several, of drawings and sounds the model has never met; in percent\n\
         {:10}  {:>5} {:>11} {:>12}   {:>5} {:>11} {:>12}\n",
        report.clips,
        "",
        "mIoU",
        "F, batch 4",
        "F, whole set",
        "mIoU",
        "F, batch 4",
        "F, whole set"
    );
    let three = |m: &MaskScores| {
        let [miou, batched, whole] = [m.miou, m.f_batched, m.f_whole].map(|x| x * 100.0);
        format!("{miou:5.1} {batched:11.1} {whole:12.1}")
    };
    for ((name, single), (_, many)) in rows(&report.single).into_iter().zip(rows(&report.many)) {
        text += &format!("{name:10}  {}   {}\n", three(&single), three(&many));
    }
    text += "            one source                       several sources\n";
    text + &format!("segments familiar to it  {}\n", percent(report.familiar))
}

fn segment_json(report: &SegmentReport) -> Value {
    let scores = |m: &MaskScores| {
        json!({
            "miou": m.miou,
            "miou_batch_4": m.miou_batched,
            "f_batch_4": m.f_batched,
            "f_whole_set": m.f_whole,
            "frames": m.frames,
        })
    };
    let all = |c: &Compared<MaskScores>| {
        json!({
            "model": scores(&c.head),
            "direct": c.direct.as_ref().map(scores),
            "linear": c.linear.as_ref().map(scores),
        })
    };
    json!({
        "task": "segment",
        "scenes": report.clips,
        "single_source": all(&report.single),
        "multi_source": all(&report.many),
        "familiar": report.familiar,
    })
}
