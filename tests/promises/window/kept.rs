//! What is kept of analysed clips is shown, and cleared on request.

use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_core::engine::{JobSpec, ReplyBody};
use mettle_core::features::CacheSummary;

use super::scripted::window;

#[test]
fn kept_features_are_shown_and_cleared() {
    let (mut window, engine) = window(&[]);
    window.state_mut().ask(Command::KeptFeatures);
    window.run_steps(2);
    let looked = engine.job_of(|job| matches!(job, JobSpec::Kept { clear: false }));
    let summary = CacheSummary {
        entries: 4,
        bytes: 2_500_000,
        budget: 10_000_000_000,
    };
    engine.say(looked, ReplyBody::Kept(summary));
    window.run_steps(3);
    window.get_by_label_contains("2.50 MB in 4 files, of at most 10.00 GB");
    window.get_by_label("Clear").click();
    window.run_steps(3);
    let cleared = engine.job_of(|job| matches!(job, JobSpec::Kept { clear: true }));
    engine.say(
        cleared,
        ReplyBody::Kept(CacheSummary {
            entries: 0,
            bytes: 0,
            ..summary
        }),
    );
    window.run_steps(3);
    window.get_by_label_contains("0 B in 0 files");
}
