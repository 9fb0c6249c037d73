//! `mettle models pull`: downloads, one after the other.

use mettle_core::hub::{CheckedAgainst, Client, Entry, HubError, Installed, Places, Pull, entry};

use super::super::{Failure, output};
use super::{PullArgs, bar};
use crate::state::bytes;

/// Fetch every model named; what fails is told, the others are fetched.
pub fn run(args: &PullArgs) -> Result<(), Failure> {
    let places = Places::usual(args.weights.as_deref());
    let client = Client::new(args.endpoint.as_deref())?;
    let mut failed = false;
    for name in &args.names {
        let pulled = entry(name).and_then(|entry| pull(&entry, args, &places, &client));
        match pulled {
            Ok(text) => output::say(&text)?,
            Err(error) => {
                eprintln!("mettle: {error}");
                failed = true;
            }
        }
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}

fn pull(
    entry: &Entry,
    args: &PullArgs,
    places: &Places,
    client: &Client,
) -> Result<String, HubError> {
    if let Some(found) = places.find(entry).filter(|_| !args.again) {
        let path = found.path.display();
        return Ok(format!(
            "{} is here: {path}. `mettle models verify` checks it, --again fetches it again\n",
            entry.key
        ));
    }
    let mut pull = Pull::start(entry, args.file.as_deref(), places, client.clone())?;
    let bar = bar(&entry.key, args.quiet);
    let installed = loop {
        let step = pull.step();
        let progress = pull.progress();
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        match step {
            Ok(None) => {}
            Ok(Some(installed)) => break Ok(installed),
            Err(error) => break Err(error),
        }
    };
    bar.finish_and_clear();
    installed.map(|installed| told(entry, &installed))
}

fn told(entry: &Entry, installed: &Installed) -> String {
    let against = match installed.against {
        CheckedAgainst::Nothing => {
            "no checksum is published for it; this one is recorded, so that `mettle models verify` notices later damage"
        }
        other => other.text(),
    };
    format!(
        "{}: {} at {}\n  SHA-256 {} ({against})\n",
        entry.key,
        bytes(installed.size),
        installed.path.display(),
        installed.sha256
    )
}
