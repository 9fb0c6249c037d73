//! Two windows on one project: neither erases what the other decided, each sees it, and undo is one history for both.

use std::time::{Duration, Instant};

use mettle_core::base::{LabelId, Modality, Said, TimeSpan};
use mettle_core::project::{Answer, Change, Corrections, Draft, Kind, Request, Store, Ticket};

use super::processes::{lines, program};
use super::script::{CLIP, Session, Step};
use super::{event, of_clip, say, scope, span};

#[test]
fn two_stores_on_one_file_see_each_other_and_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let (mut one, mut two) = (
        Store::open(&file).expect("opens"),
        Store::open(&file).expect("opens"),
    );
    let of = scope(1);
    let before = two.read(of).expect("reads");
    assert!(before.statements.is_empty());
    let heard = say(1, Modality::Audible, span(0, 50), Said::Yes);
    one.edit(&of_clip(1, heard), false).expect("kept");
    // The second does not look first: its edit is carried out on what there is, not on what it has seen.
    let denied = say(2, Modality::Audible, span(20, 30), Said::No);
    let told = two.edit(&of_clip(1, denied), false).expect("kept");
    assert_eq!(
        told.iter()
            .map(|kept| (kept.seq, kept.own))
            .collect::<Vec<_>>(),
        [(1, false), (2, true)]
    );
    let mut shown = before;
    for kept in &told {
        for assignment in &kept.set {
            shown.assign(assignment.clone());
        }
    }
    assert_eq!(
        shown,
        two.read(of).expect("reads"),
        "what was told is what there is"
    );
    assert_eq!(
        shown.statements.len(),
        3,
        "both words stand, the first one cut in two"
    );
    let news = one.news().expect("looks");
    assert_eq!(news.len(), 1);
    assert_eq!(one.read(of).expect("reads"), shown);
    assert_eq!(one.news().expect("looks"), [], "told once");
    let undone = one.undo(of).expect("kept");
    assert_eq!(undone[0].kind, Kind::Undo);
    assert_eq!(
        one.read(of).expect("reads").statements.len(),
        1,
        "the second window's word, taken back by the first"
    );
    assert_eq!(two.news().expect("looks").len(), 1);
    two.redo(of).expect("kept");
    assert_eq!(two.read(of).expect("reads"), shown);
    assert_eq!(
        Store::open(&file).expect("opens").read(of).expect("reads"),
        shown
    );
}

/// What another window wrote comes in under what is still on its way.
#[test]
fn a_draft_lies_over_what_is_kept() {
    let heard = say(1, Modality::Audible, span(0, 50), Said::Yes);
    let mut draft = Draft::new(scope(1), Default::default());
    assert!(draft.ask(Ticket(1), heard.clone()));
    assert!(draft.hold(Change::MaskThreshold(0.3)));
    assert!(draft.hold(Change::MaskThreshold(0.4)));
    assert!(draft.is_waiting());
    assert_eq!(draft.shown().mask_thresholds.clip, 0.4);
    let mut kept = Corrections::default();
    let theirs = say(2, Modality::Audible, span(20, 80), Said::No);
    of_clip(1, theirs).apply(&mut kept);
    let set: Vec<_> = kept.items().map(|item| (item.key(), Some(item))).collect();
    draft.keep(None, &set);
    of_clip(1, heard).apply(&mut kept);
    assert_eq!(draft.shown().statements, kept.statements);
    draft.let_go();
    assert_eq!(draft.shown(), &kept, "nothing is left of what a hand held");
    draft.forget(Ticket(1));
    assert!(!draft.is_waiting());
    assert_eq!(
        draft.shown().statements.len(),
        1,
        "refused: what is shown falls back to what is kept"
    );
    assert!(
        !draft.ask(Ticket(2), Change::MaskThreshold(0.5)),
        "it is that already"
    );
    assert!(!draft.is_waiting());
}

#[test]
fn two_processes_and_a_window_see_each_others_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut window = Session::open(&file);
    window.writer.ask(Request::Read(scope(CLIP), None));
    let own = say(1, Modality::Visible, span(0, 50), Said::Yes);
    let mut others = ["Cat", "Bell"].map(|class| {
        program(&file, &format!("say {class} 60"))
            .spawn()
            .expect("starts")
    });
    let begun = Instant::now();
    let mut shown = None;
    let mut told = 0;
    while told < 120 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{told} of 120 are told"
        );
        match window.writer.wait(Duration::from_secs(5)) {
            Some(Answer::Read(of, read)) => {
                let mut draft = Draft::new(of, *read.expect("reads"));
                draft.ask(Ticket(1), own.clone());
                window
                    .writer
                    .ask(Request::Edit(Ticket(1), of_clip(CLIP, own.clone()), false));
                told += draft.shown().statements.len() - 1;
                shown = Some(draft);
            }
            Some(Answer::Kept(ticket, kept)) => {
                let Some(draft) = &mut shown else { continue };
                draft.keep(ticket, &kept.set);
                told += usize::from(ticket.is_none());
            }
            _ => {}
        }
    }
    for child in &mut others {
        assert_eq!(lines(child).last().as_deref(), Some("done"));
        assert!(child.wait().expect("ended").success());
    }
    let mut store = Store::open(&file).expect("opens");
    let kept = store.read(scope(CLIP)).expect("reads");
    assert_eq!(kept.statements.len(), 121);
    for class in ["Cat", "Bell"] {
        let all = TimeSpan::ALL;
        let found = kept
            .statements
            .overlapping(LabelId::named(class), Modality::Audible, all);
        assert_eq!(found.len(), 60, "{class}");
    }
    assert_eq!(
        shown.expect("it was read").shown(),
        &kept,
        "the window shows what there is"
    );
    assert!(kept.statements.get(event(1)).is_some());
    // An edit of its own afterwards finds everything as it is.
    let step = Step::Edit(say(2, Modality::Visible, span(100, 120), Said::Yes));
    window.take(step).expect("kept");
}
