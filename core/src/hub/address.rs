//! Web addresses: their parts, and where a redirect leads.

use ureq::http::Uri;

use super::HubError;

/// Scheme, host and port of an address.
pub(super) fn parts(url: &str) -> Result<(String, String, u16), HubError> {
    let wrong = || HubError::NotWeb(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().ok_or_else(wrong)?.to_lowercase();
    let default = match &*scheme {
        "http" => 80,
        "https" => 443,
        _ => return Err(wrong()),
    };
    let host = uri
        .host()
        .filter(|host| !host.is_empty())
        .ok_or_else(wrong)?;
    Ok((
        scheme,
        host.to_lowercase(),
        uri.port_u16().unwrap_or(default),
    ))
}

/// The address a redirect points to. Never from a secure to an open connection.
pub(super) fn follow(at: &str, to: &str) -> Result<String, HubError> {
    let (scheme, ..) = parts(at)?;
    let root = at.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let next = if to.contains("://") {
        to.to_owned()
    } else if to.starts_with("//") {
        format!("{scheme}:{to}")
    } else if to.starts_with('/') {
        format!("{root}{to}")
    } else {
        let path = at.split(['?', '#']).next().unwrap_or(at);
        let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
        format!("{folder}/{to}")
    };
    if scheme == "https" && parts(&next)?.0 != "https" {
        return Err(refuse(at, "a redirect to an open connection"));
    }
    Ok(next)
}

/// An answer that cannot be used.
pub(super) fn refuse(url: &str, what: &str) -> HubError {
    HubError::Answer {
        url: url.to_owned(),
        what: what.to_owned(),
    }
}
