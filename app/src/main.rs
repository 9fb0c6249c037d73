//! mettle
fn main() {}
