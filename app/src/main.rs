//! The program `mettle`: a window without arguments, a command line with them.

use std::process::ExitCode;

fn main() -> ExitCode {
    mettle_app::cli::main()
}
