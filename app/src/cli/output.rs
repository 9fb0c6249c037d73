//! Writing to the terminal and to files, with errors that say what to do.

use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Failure;

/// Print to stdout. A reader that went away (`mettle … | head`) is not an error, but there is no point in going on.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.map_err(|error| Failure::Said(format!("cannot write to stdout: {error}"))),
    }
}

/// Make a folder, and its parents.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::Said(format!(
            "the folder {} cannot be made: {error}. Choose another with --out",
            folder.display()
        ))
    })
}

/// Log to stderr: warnings of this program only, or what `METTLE_LOG` asks for. Panics inside jobs become errors of the job, so
/// their own message is logged, not printed.
pub fn start_log() {
    let filter = "off,mettle_core=warn,mettle_app=warn";
    let env = env_logger::Env::default().filter_or("METTLE_LOG", filter);
    env_logger::Builder::from_env(env)
        .format_timestamp(None)
        .init();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main") {
            usual(panic);
        } else {
            log::debug!("{panic}");
        }
    }));
}
