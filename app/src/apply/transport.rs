//! The commands that play and move.

use mettle_core::base::Time;

use super::{Context, timeline};
use crate::command::Command;
use crate::playback::Player;
use crate::state::AppState;

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    let player = &mut *context.player;
    match command {
        Command::PlayPause if player.playing() => player.pause(),
        Command::PlayPause => play(state, player),
        Command::PlaySelection => play_selection(state, player),
        Command::Pause => player.pause(),
        Command::ShuttleBack => player.shuttle(false),
        Command::ShuttleForward => player.shuttle(true),
        Command::StepForward => player.step(true),
        Command::StepBack => player.step(false),
        Command::LoopSelection => {
            state.settings.looping = !state.settings.looping;
            player.set_looping(state.settings.looping);
        }
        _ => return go(state, player, command),
    }
    true
}

fn go(state: &mut AppState, player: &mut Player, command: Command) -> bool {
    let now = player.time();
    let hop = |secs: i64| now + Time::from_micros(secs * 1_000_000);
    let goal = match command {
        Command::Forward1 => hop(1),
        Command::Back1 => hop(-1),
        Command::Forward5 => hop(5),
        Command::Back5 => hop(-5),
        Command::ToStart => Time::ZERO,
        Command::ToEnd => state.shown().map_or(Time::ZERO, |shown| shown.duration()),
        Command::NextEdge => edge(state, now, true),
        Command::PreviousEdge => edge(state, now, false),
        _ => return false,
    };
    if let (Command::Forward1 | Command::Back1, Some(row)) = (command, state.library.selected_mut())
    {
        // Second by second: what is said next is said of the second, not of the event that was chosen before.
        row.view.chosen = None;
    }
    player.seek(goal);
    timeline::follow(state, player.time());
    true
}

/// Play at the usual speed after a shuttle.
fn play(state: &AppState, player: &mut Player) {
    if player.speed() < 0.0 || player.speed() > 2.0 {
        player.set_speed(1.0);
    }
    if state.shown().is_some_and(|shown| shown.row.clip.is_some()) {
        player.play();
    }
}

/// Once from end to end of what is selected; on from here where nothing is.
fn play_selection(state: &AppState, player: &mut Player) {
    match state.shown().and_then(|shown| shown.selection()) {
        Some(span) => player.play_once(span),
        None => play(state, player),
    }
}

/// The next place after `now` (or before it) where an event starts or ends; the clip's end (or start) if none.
fn edge(state: &AppState, now: Time, forward: bool) -> Time {
    let Some(shown) = state.shown() else {
        return now;
    };
    let spans = shown.tracks().iter().flat_map(|track| &track.events);
    let edges = spans.flat_map(|event| [event.span.start, event.span.end]);
    if forward {
        let end = shown.duration();
        edges.filter(|t| *t > now).min().unwrap_or(end)
    } else {
        edges.filter(|t| *t < now).max().unwrap_or(Time::ZERO)
    }
}
