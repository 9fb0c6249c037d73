//! The first command on a bare system: whoever builds here has a warm machine, which hides what a new user lacks.

use std::path::PathBuf;
use std::process::Command;

use crate::build::{run, say, target_dir};
use crate::system;

/// Make a minimal Debian system, and try there what the README promises. Where no such system can be made (another
/// distribution, or not as root) that is said, and nothing is tried.
pub fn bare(args: &[String]) -> Result<(), String> {
    let cold = match args {
        [] => false,
        [word] if word == "--cold" => true,
        _ => {
            return Err(format!(
                "`bare` takes nothing or --cold, not `{}`",
                args.join(" ")
            ));
        }
    };
    if !system::is_debian_for_root() {
        say(
            "bare: a minimal Debian system can only be made by root on a system with apt-get; nothing was tried",
        );
        return Ok(());
    }
    system::install_missing(system::BARE)?;
    let root = std::env::temp_dir().join(format!("mettle-bare-{}", std::process::id()));
    let tried = run(&mut script(&root, cold)?);
    // What was mounted in it went with the script's own view of the file system.
    let removed = std::fs::remove_dir_all(&root);
    tried?;
    removed.map_err(|e| format!("{}: {e}", root.display()))
}

/// The script, in a mount namespace of its own: whatever happens, nothing stays mounted.
fn script(root: &PathBuf, cold: bool) -> Result<Command, String> {
    let here = std::env::current_dir().map_err(|e| format!("the current folder: {e}"))?;
    let target = here.join(target_dir());
    std::fs::create_dir_all(&target).map_err(|e| format!("{}: {e}", target.display()))?;
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "bash", "-c"])
        .args([include_str!("bare.sh"), "bare.sh"])
        .arg(root)
        .arg(here)
        .arg(target)
        .arg(if cold { "cold" } else { "cached" });
    Ok(command)
}
