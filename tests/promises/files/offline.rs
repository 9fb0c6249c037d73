//! A person's clips stay where they are: analysing, exporting and asking about the machine tries no network at all. The program runs
//! where there is none (a network namespace of its own, without interfaces), and the kernel counts what was tried.

use std::process::Command;

use super::terminal::Terminal;
use mettle_tests::program;

/// Runs what is given, then says how many packets had nowhere to go.
const COUNTED: &str = r#""$@" >&2; code=$?; awk '$1 == "Ip:" { said = $13 } END { print said }' /proc/net/snmp; exit $code"#;

fn without_network(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "bash", "-c", script, "bash"]);
    command
}

/// Containers may forbid namespaces: then nothing can be shown here.
fn can_be_had() -> bool {
    let tried = without_network("true").output();
    let can = tried.is_ok_and(|tried| tried.status.success());
    if !can {
        eprintln!("not shown: this system gives no network namespaces");
    }
    can
}

#[test]
fn nothing_but_a_download_tries_the_network() {
    if !can_be_had() {
        return;
    }
    // The count counts.
    let tries = "exec 3<>/dev/tcp/192.0.2.1/80";
    let (_, counted, _) = program::run(without_network(COUNTED).args(["bash", "-c", tries]));
    assert_eq!(counted.trim(), "1");

    let terminal = Terminal::new();
    let clip = terminal.clip("dog.mp4", "3");
    let asked: [&[&str]; 3] = [
        &["analyze", "--device", "cpu", "--model", "model", "dog.mp4"],
        &[
            "export", "dog.mp4", "--format", "eaf", "--what", "model", "--model", "model",
            "--device", "cpu", "--out", "out",
        ],
        &["doctor"],
    ];
    for arguments in asked {
        let mut command = without_network(COUNTED);
        command
            .envs([
                ("METTLE_CACHE", terminal.at("cache")),
                ("METTLE_DATA", terminal.at("data")),
            ])
            .current_dir(clip.parent().expect("a folder"))
            .arg(program::path())
            .args(arguments);
        let (code, tried, said) = program::run(&mut command);
        assert_eq!((code, tried.trim()), (0, "0"), "{arguments:?}: {said}");
    }
}
