//! Where the program keeps its things: what is the user's, what can be computed again, and weights.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// The name of the program's folders.
const NAME: &str = "mettle-studio";

/// The user's data folder of this program. The variable `METTLE_DATA` puts it elsewhere.
pub fn data_folder() -> PathBuf {
    folder("METTLE_DATA", ProjectDirs::data_local_dir)
}

/// The user's cache folder of this program: all in it can be computed again. The variable `METTLE_CACHE` puts it elsewhere.
pub fn cache_folder() -> PathBuf {
    folder("METTLE_CACHE", ProjectDirs::cache_dir)
}

/// Where downloaded weights go unless the user names a folder.
pub fn weights_folder() -> PathBuf {
    data_folder().join("weights")
}

/// What a variable says, else the system's folder for such things, else a temporary one.
fn folder(variable: &str, usual: fn(&ProjectDirs) -> &Path) -> PathBuf {
    if let Some(folder) = std::env::var_os(variable) {
        return PathBuf::from(folder);
    }
    ProjectDirs::from("", "", NAME).map_or_else(
        || std::env::temp_dir().join(NAME),
        |folders| usual(&folders).to_owned(),
    )
}
