//! Web addresses given where a file is wanted.

use std::path::Path;

/// Whether what was given for a file is an address, such as `https://…` or `s3://…`: a scheme of two letters or more (a Windows
/// drive has one), then `://`.
pub fn is_address(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let Some((scheme, _)) = text.split_once("://") else {
        return false;
    };
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.len() > 1
        && scheme.chars().all(known)
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
}
