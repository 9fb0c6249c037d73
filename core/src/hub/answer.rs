//! What a server's answer says: of the file, or why there is none, in words for the user.

use ureq::http::HeaderMap;

use super::address::{parts, refuse};
use super::{HubError, Record};

/// What an answer, or a redirect on the way to it, says of the file. The hub names a large file's SHA-256 in its own tag; only
/// the hub's word is taken for it, since elsewhere a tag of 64 digits may be anything.
pub(super) fn learn(about: &mut Record, headers: &HeaderMap, on_hub: bool) {
    if !on_hub {
        return;
    }
    let is_sha = |tag: &String| tag.len() == 64 && tag.bytes().all(|b| b.is_ascii_hexdigit());
    let plain = |tag: String| {
        tag.trim_start_matches("W/")
            .trim_matches('"')
            .to_lowercase()
    };
    let linked = text(headers, "x-linked-etag").map(plain);
    if about.etag.is_none() {
        about.etag = linked.clone();
    }
    let tag = linked.or_else(|| text(headers, "etag").map(plain));
    if about.sha256.is_none() {
        about.sha256 = tag.filter(is_sha);
        about.said = about.sha256.is_some();
    }
    let size = text(headers, "x-linked-size").and_then(|size| size.parse().ok());
    about.size = about.size.or(size);
}

/// A header, if it says anything.
pub(super) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Where a partial answer begins; it must be where it was asked to.
pub(super) fn part_begin(headers: &HeaderMap, from: u64, url: &str) -> Result<u64, HubError> {
    let range = text(headers, "content-range").unwrap_or_default();
    let begin = range
        .strip_prefix("bytes ")
        .and_then(|r| r.split('-').next()?.trim().parse::<u64>().ok());
    match begin {
        Some(begin) if begin == from => Ok(from),
        _ => Err(refuse(
            url,
            &format!("asked from byte {from} on, it sends {range:?}"),
        )),
    }
}

/// The size of the file a part is of.
pub(super) fn part_total(headers: &HeaderMap) -> Option<u64> {
    let range = text(headers, "content-range")?;
    range.rsplit('/').next()?.trim().parse().ok()
}

/// What a status means.
pub(super) fn refusal(url: &str, status: u16) -> HubError {
    let url = url.to_owned();
    match status {
        404 | 410 => HubError::NotFound { url },
        401 | 403 => HubError::Denied {
            host: parts(&url).map(|p| p.1).unwrap_or_default(),
            url,
            status,
        },
        _ => HubError::Refused { url, status },
    }
}

/// What a failed request means for the user.
pub(super) fn explain(error: ureq::Error, url: &str, host: &str, proxy: Option<&str>) -> HubError {
    use ureq::Error::{
        ConnectProxyFailed, ConnectionFailed, HostNotFound, Io, Rustls, Timeout, Tls,
    };
    let what = plain(&error);
    let (url, host) = (url.to_owned(), host.to_owned());
    match error {
        Tls(_) | Rustls(_) => HubError::Tls { host, what },
        Io(ref io) if io.to_string().contains("certificate") => HubError::Tls { host, what },
        Io(_) | Timeout(_) | HostNotFound | ConnectionFailed | ConnectProxyFailed(_) => match proxy
        {
            Some(proxy) => HubError::Proxy {
                proxy: without_password(proxy),
                url,
                what,
            },
            None => HubError::Offline { host, what, url },
        },
        _ => HubError::Answer { url, what },
    }
}

/// A network error in a few words.
fn plain(error: &ureq::Error) -> String {
    use std::io::ErrorKind::{ConnectionRefused, ConnectionReset, TimedOut, UnexpectedEof};
    match error {
        ureq::Error::HostNotFound => "its name is not known here".into(),
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::Io(io) => match io.kind() {
            ConnectionRefused => "the connection is refused".into(),
            ConnectionReset | UnexpectedEof => "the connection is closed at once".into(),
            TimedOut => "it does not answer in time".into(),
            // The system's resolver has no kind of its own.
            _ if io.to_string().contains("lookup") => "its name is not known here".into(),
            _ => io.to_string(),
        },
        other => other.to_string(),
    }
}

/// `http://user:secret@host` as `http://host`.
pub(super) fn without_password(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}
