//! How many there are of something, in words.

/// "1 event", "2 events".
pub fn count(number: usize, one: &str) -> String {
    count_of(number, one, &format!("{one}s"))
}

/// The same where many are not called as one with an s: "2 stretches".
pub fn count_of(number: usize, one: &str, many: &str) -> String {
    let what = if number == 1 { one } else { many };
    format!("{number} {what}")
}
