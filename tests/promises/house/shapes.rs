//! Whoever reads a head's `forward` is told the shapes that go in and come out.

use mettle_tests::tree::files;

#[test]
fn every_forward_of_a_head_says_its_shapes() {
    let heads = files("core/src/model/heads", "rs");
    let lcd = files("core/src/model", "rs").into_iter();
    let lcd = lcd.filter(|(path, _)| path.ends_with("lcd.rs"));
    let (mut met, mut silent) = (0, vec![]);
    for (path, text) in heads.into_iter().chain(lcd) {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for (at, line) in lines.iter().enumerate() {
            if !line.contains("fn forward(") {
                continue;
            }
            met += 1;
            let above = lines[..at].iter().rev();
            let mut docs =
                above.take_while(|line| line.starts_with("///") || line.starts_with("#["));
            if !docs.any(|line| *line == "/// # Shapes") {
                silent.push(format!("{}:{}", path.display(), at + 1));
            }
        }
    }
    assert!(met > 10, "{met}");
    assert!(silent.is_empty(), "no `# Shapes`: {silent:?}");
}
