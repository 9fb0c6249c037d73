//! Results are named after their clip, whatever it is called, and never take the place of another clip's.

use std::path::Path;

use mettle_core::media::Clip;

use super::terminal::{Terminal, names};

fn short(path: &Path) -> String {
    Clip::open(path).expect("a clip").id.short()
}

/// A stem of 251 bytes leaves no room for an ending: it is cut, and the hash tells it from others with the same beginning.
#[test]
fn the_longest_name_there_is() {
    let terminal = Terminal::new();
    let long = "é".repeat(125) + "a";
    let [a, b] = ["a", "b"].map(|end| format!("{}{end}.mp4", &long[..250]));
    assert_eq!(a.len(), 255);
    let (a, b) = (terminal.clip(&a, "1"), terminal.clip(&b, "2"));
    let out = terminal.at("out");
    let (code, _, stderr) = terminal.analyze(&["-q", "--pictures", "--out", "out"], &[&a, &b]);
    assert_eq!((code, &*stderr), (0, ""));
    let stem = |path: &Path| format!("{}-{}", "é".repeat(100), short(path));
    for clip in [&a, &b] {
        for end in ["json", "overlay.mp4", "strip.png"] {
            let file = out.join(format!("{}.{end}", stem(clip)));
            assert!(file.exists(), "{} not in {:?}", file.display(), names(&out));
        }
    }
}

/// Folders of clips called alike, analysed into one folder: each keeps its file, run after run.
#[test]
fn another_clips_results_are_not_replaced() {
    for format in ["json", "csv"] {
        let terminal = Terminal::new();
        let first = terminal.clip("monday/dog, barking.mp4", "1");
        let second = terminal.clip("tuesday/dog, barking.mp4", "2");
        let out = terminal.at("out");
        let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("written");
        let run = |clip: &Path| {
            let (code, _, stderr) =
                terminal.analyze(&["-q", "--format", format, "--out", "out"], &[clip]);
            assert_eq!((code, &*stderr), (0, ""));
        };
        run(&first);
        let plain = format!("dog, barking.{format}");
        let kept = read(&plain);
        assert!(kept.contains(&short(&first)), "{kept}");
        run(&second);
        let other = format!("dog, barking-{}.{format}", short(&second));
        assert_eq!(names(&out), [other.clone(), plain.clone()]);
        assert_eq!(read(&plain), kept);
        // The same again, in either order, makes no third file.
        run(&second);
        run(&first);
        assert_eq!(names(&out), [other, plain]);
    }
}

/// A file of that name that this program did not write is left alone too.
#[test]
fn a_file_of_someone_else_is_not_replaced() {
    let terminal = Terminal::new();
    let clip = terminal.clip("dog.mp4", "1");
    std::fs::create_dir(terminal.at("out")).expect("made");
    for file in ["out/dog.json", "out/dog.csv"] {
        std::fs::write(terminal.at(file), "by hand").expect("written");
        let (code, ..) = terminal.analyze(&["-q", "--out", "out"], &[&clip]);
        assert_eq!(code, 0);
        assert_eq!(
            std::fs::read_to_string(terminal.at(file)).expect("there"),
            "by hand"
        );
        std::fs::remove_file(terminal.at(file)).expect("removed");
    }
    assert_eq!(
        names(&terminal.at("out")),
        [format!("dog-{}.json", short(&clip))]
    );
}

/// Two copies of one clip in one batch have a file each.
#[test]
fn copies_have_a_file_each() {
    let terminal = Terminal::new();
    let first = terminal.clip("a/dog.mp4", "1");
    std::fs::create_dir(terminal.at("b")).expect("made");
    let second = terminal.at("b/DOG.mp4");
    std::fs::copy(&first, &second).expect("copied");
    for _ in 0..2 {
        let (code, ..) = terminal.analyze(&["-q", "--out", "out"], &[&first, &second]);
        assert_eq!(code, 0);
        let other = format!("DOG-{}.json", short(&first));
        assert_eq!(names(&terminal.at("out")), [other, "dog.json".to_owned()]);
    }
}
