//! Where nothing more can be written an edit is refused with the reason, and what was kept stays kept.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use mettle_core::project::Store;

use super::processes::{lines, program};
use super::scope;
use super::script::{CLIP, Model, Session, step};

/// The same program under a limit on the size of files, as a full disk has: writing past it fails.
fn limited(program: &Command, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(program.get_program());
    command.args(program.get_args());
    command.envs(
        program
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    command
}

#[test]
fn a_full_disk_refuses_the_edit_and_keeps_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut child = limited(&program(&file, "fill"), 700)
        .spawn()
        .expect("starts");
    let said: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().expect("ended").success(), "{said:?}");
    let kept = said.iter().filter(|line| line.starts_with("kept")).count() as i64;
    let refused: Vec<_> = said
        .iter()
        .filter_map(|line| line.strip_prefix("refused "))
        .collect();
    assert!(kept > 10, "{kept} edits fitted");
    assert!(
        refused.len() == 2 && refused[0].contains("Is the disk full?"),
        "{refused:?}"
    );
    let mut store = Store::open(&file).expect("opens");
    let found = store.read(scope(CLIP)).expect("reads");
    assert_eq!(
        found,
        Model::after(kept).now,
        "the {kept} kept, and nothing of the refused"
    );
    drop(store);
    let mut session = Session::open(&file);
    let next = session.take(step(kept + 1)).expect("there is room again");
    assert_eq!(next.expect("it changes something").seq, kept + 1);
}

/// What another user, who may write nothing here, sees; this one where it is nobody special itself.
fn looked_at(file: &Path) -> Vec<String> {
    let mut command = program(file, "look");
    let user = Command::new("id")
        .arg("-u")
        .output()
        .expect("id runs")
        .stdout;
    // Where the build folder is closed to others, a copy can be started.
    let copied = tempfile::tempdir().expect("a folder");
    if user == b"0\n" {
        mode(copied.path(), 0o755);
        let copy = copied.path().join("promises");
        std::fs::copy(command.get_program(), &copy).expect("copied");
        let (args, envs) = (command.get_args(), command.get_envs());
        let mut other = Command::new(&copy);
        other.args(args);
        other.envs(envs.filter_map(|(name, value)| Some((name, value?))));
        other
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null());
        command = other;
        command.current_dir("/").uid(65534).gid(65534);
    }
    let mut child = command.spawn().expect("starts");
    lines(&mut child).collect()
}

fn mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).expect("set");
}

#[test]
fn a_folder_that_cannot_be_written_is_shown_and_not_edited() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("測試 é 100% #1?");
    std::fs::create_dir(&place).expect("made");
    let file = place.join("project.sqlite");
    let mut session = Session::open(&file);
    for n in 1..5 {
        session.take(step(n)).expect("kept");
    }
    drop(session);
    mode(folder.path(), 0o755);
    mode(&file, 0o444);
    mode(&place, 0o555);
    let said = looked_at(&file);
    mode(&place, 0o755);
    let statements = Model::after(4).now.statements.len();
    assert!(
        said[0].contains("cannot be written") && said[0].contains("METTLE_DATA"),
        "{said:?}"
    );
    assert_eq!(said[1], format!("read: Ok({statements})"));
    assert_eq!(said[2], "edited: false");
}

#[test]
fn where_no_file_can_be_made_the_reason_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    mode(folder.path(), 0o555);
    let said = looked_at(&folder.path().join("project.sqlite"));
    let deeper = looked_at(&folder.path().join("deeper/project.sqlite"));
    mode(folder.path(), 0o755);
    for (said, words) in [
        (said, "cannot be read or written"),
        (deeper, "cannot be made"),
    ] {
        assert!(
            said[0].starts_with("closed: ") && said[0].contains(words),
            "{said:?}"
        );
    }
}
