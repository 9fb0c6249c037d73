//! A batch is one table, takes folders, and goes on whatever becomes of a clip.

use super::terminal::Terminal;

/// The header once; every line says of which clip it is.
#[test]
fn a_batch_is_one_table() {
    let terminal = Terminal::new();
    let (a, b) = (terminal.clip("a.mp4", "2"), terminal.clip("b, c.mp4", "1"));
    std::fs::write(terminal.at("broken.mp4"), "Dear diary").expect("written");
    let broken = terminal.at("broken.mp4");
    let (code, table, stderr) =
        terminal.analyze(&["-q", "--format", "csv"], &[&broken, &a, &broken, &b]);
    assert_eq!(code, 1);
    assert_eq!(stderr.lines().count(), 2, "{stderr}");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 2 + 1, "{table}");
    assert!(
        lines[0].starts_with("clip,clip_id,start_s,end_s,label,score,"),
        "{table}"
    );
    assert!(
        lines[1].starts_with(&format!("{},", a.display())),
        "{table}"
    );
    assert!(
        lines[3].starts_with(&format!("\"{}\",", b.display())),
        "{table}"
    );
    // Commas outside quotes: names of classes and of clips have some inside.
    let columns = |line: &str| -> usize {
        let outside = line.split('"').step_by(2);
        outside.map(|part| part.matches(',').count()).sum()
    };
    for line in &lines {
        assert_eq!(columns(line), columns(lines[0]), "{table}");
    }
}

/// A folder stands for its clips, c2 before c10; folders inside only with -r.
#[test]
fn a_folder_is_its_clips() {
    let terminal = Terminal::new();
    for name in [
        "clips/c10.mp4",
        "clips/c2.mp4",
        "clips/c1.MP4",
        "clips/inside/d.mp4",
        "clips/inside/2/e.mp4",
    ] {
        terminal.clip(name, "1");
    }
    std::fs::write(terminal.at("clips/notes.txt"), "no clip").expect("written");
    std::fs::write(terminal.at("clips/._c1.mp4"), "what macOS leaves").expect("written");
    let folder = terminal.at("clips");
    let clips = |arguments: &[&str]| -> Vec<String> {
        let (code, table, stderr) = terminal.analyze(
            &[&["-q", "--format", "csv"], arguments].concat(),
            &[&folder],
        );
        assert_eq!((code, &*stderr), (0, ""));
        let lines = table
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap_or(""));
        lines
            .map(|clip| clip.rsplit("clips/").next().unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(clips(&[]), ["c1.MP4", "c2.mp4", "c10.mp4"]);
    assert_eq!(
        clips(&["-r"]),
        [
            "c1.MP4",
            "c2.mp4",
            "c10.mp4",
            "inside/d.mp4",
            "inside/2/e.mp4"
        ]
    );
}

/// A folder without clips is one line, and the rest is analysed.
#[test]
fn a_folder_without_clips_ends_nothing() {
    let terminal = Terminal::new();
    let clip = terminal.clip("above/a.mp4", "1");
    std::fs::create_dir(terminal.at("none")).expect("made");
    let (code, table, stderr) =
        terminal.analyze(&["-q", "--format", "csv"], &[&terminal.at("none"), &clip]);
    assert_eq!(code, 1);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("none") && stderr.contains("-r"), "{stderr}");
    assert_eq!(table.lines().count(), 2, "{table}");
}

/// Nothing decoded is no success: one line, exit 1.
#[test]
fn nothing_is_no_success() {
    let terminal = Terminal::new();
    let clip = terminal.clip("a.mp4", "1");
    let bytes = std::fs::read(&clip).expect("readable");
    // A container whose media data is cut off, one that only promises, and text.
    std::fs::write(terminal.at("head.mp4"), &bytes[..64]).expect("written");
    std::fs::write(terminal.at("text.mp4"), "no clip at all").expect("written");
    for name in ["head.mp4", "text.mp4"] {
        let (code, stdout, stderr) = terminal.analyze(&["-q"], &[&terminal.at(name)]);
        assert_eq!((code, &*stdout), (1, ""), "{name}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(name), "{stderr}");
    }
}

/// An address is no file: what to do is said, for clips, models and weights alike.
#[test]
fn an_address_is_answered_with_what_to_do() {
    let terminal = Terminal::new();
    let address = "https://example.org/dog.mp4";
    let (code, _, stderr) = terminal.analyze(&["-q"], &[address.as_ref()]);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("is a web address") && stderr.contains("download it"),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let mut command = terminal.command();
    command.args([
        "analyze",
        "--device",
        "cpu",
        "--model",
        "https://example.org/model",
        "a.mp4",
    ]);
    let (code, _, stderr) = mettle_tests::program::run(&mut command);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("is a web address") && stderr.contains("download it"),
        "{stderr}"
    );
}
