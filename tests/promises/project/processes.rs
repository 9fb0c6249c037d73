//! Other processes that work on a project: this very test program, started again for one of its tests, which then does what it is told.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::script::{CLIP, Session, Step, step};
use super::{event, scope};
use mettle_core::base::{LabelId, Modality, Said};
use mettle_core::project::{Change, Store};

const FILE: &str = "METTLE_TEST_PROJECT";
const TASK: &str = "METTLE_TEST_PROJECT_TASK";

/// How this program is started again with a task; its output is read line by line.
pub fn program(file: &Path, task: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running test has a path"));
    command.args([
        "--exact",
        "project::processes::does_what_it_is_told",
        "--nocapture",
    ]);
    command.env(FILE, file).env(TASK, task);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The lines a process says of its own work.
pub fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let lines = output.lines().map_while(Result::ok);
    lines.filter_map(|line| Some(line.strip_prefix("says: ")?.to_owned()))
}

fn says(text: &str) {
    // Past the test harness, which may hold its own output back.
    let mut out = std::io::stdout();
    writeln!(out, "says: {text}").expect("it is heard");
    out.flush().expect("it is heard");
}

/// Nothing, unless another test started it.
#[test]
fn does_what_it_is_told() {
    let (Some(file), Ok(task)) = (std::env::var_os(FILE), std::env::var(TASK)) else {
        return;
    };
    let file = Path::new(&file);
    let words: Vec<&str> = task.split(' ').collect();
    match words[..] {
        ["edit-from", first] => edit_from(file, first.parse().expect("a number")),
        ["say", class, count] => say_of(file, class, count.parse().expect("a number")),
        ["fill"] => fill(file),
        ["look"] => look(file),
        _ => panic!("no such task: {task}"),
    }
}

/// Edit until killed, saying each row once it is kept.
fn edit_from(file: &Path, first: i64) {
    let mut session = Session::open(file);
    for n in first.. {
        let kept = session
            .take(step(n))
            .expect("it is kept")
            .expect("it changes something");
        assert_eq!(kept.seq, n);
        says(&n.to_string());
    }
}

/// Say so many things of a class, of a clip that others edit.
fn say_of(file: &Path, class: &str, count: u64) {
    let mut session = Session::open(file);
    let label = LabelId::named(class);
    for n in 0..count {
        let from = n as i64 * 20;
        let mut id = event(n);
        id.0[8..].copy_from_slice(&label.0[..8]);
        let word = Change::Say {
            event: id,
            label,
            modality: Modality::Audible,
            span: super::span(from, from + 15),
            said: Said::Yes,
        };
        session.take(Step::Edit(word)).expect("it is kept");
    }
    says("done");
}

/// Edit until refused twice, saying what is kept and why not.
fn fill(file: &Path) {
    let mut session = Session::open(file);
    let (mut n, mut refused) = (1, 0);
    while refused < 2 {
        match session.take(step(n)) {
            Ok(kept) => {
                says(&format!("kept {}", kept.expect("it changes something").seq));
                n += 1;
            }
            Err(why) => {
                says(&format!("refused {why}"));
                refused += 1;
            }
        }
    }
}

/// Open the file, say how, and try to change it.
fn look(file: &Path) {
    let mut store = match Store::open(file) {
        Ok(store) => store,
        Err(error) => return says(&format!("closed: {error}")),
    };
    says(&format!(
        "read-only: {:?}",
        store.read_only().map(ToString::to_string)
    ));
    let read = store.read(scope(CLIP)).map(|found| found.statements.len());
    says(&format!("read: {read:?}"));
    let Step::Edit(change) = step(1) else { return };
    let edit = super::of_clip(CLIP, change);
    says(&format!("edited: {}", store.edit(&edit, false).is_ok()));
}
