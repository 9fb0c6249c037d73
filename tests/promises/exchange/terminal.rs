//! `mettle export` and `mettle import`, as a user runs them.

use std::path::Path;

use mettle_core::base::Task;
use mettle_core::exchange::marks::MarkFormat;
use mettle_tests::program;

use crate::files::terminal::{Terminal, names};

fn run(terminal: &Terminal, arguments: &[&str]) -> (i32, String, String) {
    program::run(terminal.command().args(arguments))
}

const EXPORT: [&str; 6] = ["export", "dog.mp4", "--model", "model", "--device", "cpu"];

#[test]
fn every_format_is_written_read_back_and_told_of() {
    let terminal = Terminal::with_heads(&[Task::Localize, Task::Parse, Task::Segment]);
    terminal.clip("dog.mp4", "3");
    for format in MarkFormat::ALL {
        let wanted = [
            "--format",
            format.name(),
            "--threshold",
            "0.01",
            "--out",
            "out",
        ];
        let (code, said, wrong) = run(&terminal, &[&EXPORT[..], &wanted].concat());
        assert_eq!(code, 0, "{}: {wrong}", format.name());
        let file = format!("dog.{}", format.ending());
        assert!(said.contains(&file) && said.contains("kept"), "{said}");
        assert!(terminal.at("out").join(file).exists());
    }
}

#[test]
fn a_file_with_another_content_stays() {
    let terminal = Terminal::new();
    terminal.clip("dog.mp4", "2");
    let wanted = [&EXPORT[..], &["--format", "csv", "--out", "out"]].concat();
    assert_eq!(run(&terminal, &wanted).0, 0);
    assert_eq!(
        run(&terminal, &wanted).0,
        0,
        "the same content is no conflict"
    );
    let file = terminal.at("out/dog.events.csv");
    std::fs::write(&file, "mine").expect("written");
    let (code, _, wrong) = run(&terminal, &wanted);
    assert_eq!(
        (code, std::fs::read_to_string(&file).expect("there")),
        (1, "mine".to_owned())
    );
    assert!(wrong.contains("--replace"), "{wrong}");
    assert_eq!(run(&terminal, &[&wanted[..], &["--replace"]].concat()).0, 0);
    assert_ne!(std::fs::read_to_string(&file).expect("there"), "mine");
}

#[test]
fn clips_of_one_name_get_files_of_their_own() {
    let terminal = Terminal::new();
    terminal.clip("a/dog.mp4", "1");
    terminal.clip("b/dog.mp4", "2");
    let wanted = [
        "export",
        "a",
        "b",
        "--what",
        "corrections",
        "--format",
        "vtt",
        "--out",
        "out",
    ];
    let (code, _, wrong) = run(&terminal, &wanted);
    assert_eq!(code, 0, "{wrong}");
    assert_eq!(names(&terminal.at("out")).len(), 2);
}

#[test]
fn what_is_taken_in_is_shown_first_and_exported_again() {
    let terminal = Terminal::new();
    terminal.clip("dog.mp4", "4");
    let labels = "0.500000\t2.000000\taudible/犬\n1.000000\t3.500000\tvisible/Dog\n";
    std::fs::write(terminal.at("labels.txt"), labels).expect("written");
    let import = [
        "import",
        "labels.txt",
        "--clip",
        "dog.mp4",
        "--project",
        "study.sqlite",
    ];
    let (code, said, wrong) = run(&terminal, &[&import[..], &["--dry-run"]].concat());
    assert_eq!(code, 0, "{wrong}");
    assert!(
        said.contains("2 new") && said.contains("new classes: 犬"),
        "{said}"
    );
    assert!(!terminal.at("study.sqlite").exists(), "only shown");
    assert_eq!(run(&terminal, &import).0, 0);
    let (_, said, _) = run(&terminal, &import);
    assert!(said.contains("0 new, 2 there already"), "{said}");
    let export = [
        "export",
        "dog.mp4",
        "--what",
        "corrections",
        "--project",
        "study.sqlite",
        "--format",
        "audacity",
        "--out",
        "out",
    ];
    let (code, _, wrong) = run(&terminal, &export);
    assert_eq!(code, 0, "{wrong}");
    let written = std::fs::read_to_string(terminal.at("out/dog.labels.txt")).expect("there");
    assert_eq!(written, labels);
}

#[test]
fn what_cannot_be_is_said_in_one_line() {
    let terminal = Terminal::new();
    terminal.clip("dog.mp4", "1");
    std::fs::write(terminal.at("notes.txt"), "no labels here\n").expect("written");
    let cases: [(&[&str], &str); 3] = [
        (
            &["import", "notes.txt", "--clip", "dog.mp4"],
            "line 1 is no label",
        ),
        (&["import", "dog.mp4", "--clip", "dog.mp4"], "--format"),
        (
            &[
                "export",
                "dog.mp4",
                "--project",
                "none.sqlite",
                "--format",
                "eaf",
                "--out",
                "out",
            ],
            "no such project",
        ),
    ];
    for (arguments, words) in cases {
        let (code, _, wrong) = run(&terminal, arguments);
        assert_eq!(code, 1, "{wrong}");
        assert!(
            wrong.contains(words) && wrong.lines().count() == 1,
            "{wrong}"
        );
    }
    assert!(!Path::new("none.sqlite").exists());
}
