//! One request for a file: its address, proxies, redirects, and what the answer says of the file.

use std::io::Read;
use std::time::Duration;

use ureq::http::{HeaderMap, Uri};
use ureq::tls::{RootCerts, TlsConfig};

use super::{Download, HubError, Origin, Record, proxy_for};

/// The hub where none is named.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a server may stay silent.
const SILENCE: Duration = Duration::from_secs(30);
/// Redirects that are followed.
const HOPS: usize = 8;

/// Who is asked for files.
#[derive(Clone)]
pub struct Client {
    endpoint: String,
    token: Option<String>,
    /// The first pause before a broken download is taken up again; it doubles.
    pub(super) pause: Duration,
}

/// A file, or its rest, on its way.
pub(super) struct Answer {
    /// Where the body begins.
    pub from: u64,
    /// What the server says of the whole file.
    pub about: Record,
    /// The bytes.
    pub body: Box<dyn Read + Send>,
}

impl Client {
    /// From the user's wish, else from `HF_ENDPOINT`; with `HF_TOKEN` if there is one. Opens nothing.
    ///
    /// # Errors
    /// The endpoint is no web address.
    pub fn new(endpoint: Option<&str>) -> Result<Self, HubError> {
        let set = |name| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
        let asked = endpoint.map(str::to_owned).or_else(|| set("HF_ENDPOINT"));
        let endpoint = asked.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        let endpoint = endpoint.trim().trim_end_matches('/').to_owned();
        parts(&endpoint)?;
        Ok(Self {
            endpoint,
            token: set("HF_TOKEN"),
            pause: Duration::from_millis(500),
        })
    }

    /// Where a file is.
    ///
    /// # Errors
    /// It is not to be had by a program.
    pub fn url_of(&self, download: &Download) -> Result<String, HubError> {
        match &download.from {
            Origin::Hub(repo) => Ok(format!(
                "{}/{repo}/resolve/main/{}",
                self.endpoint, download.file
            )),
            Origin::Url(url) => Ok(url.clone()),
            Origin::Page(_) => Err(HubError::ByHand {
                model: download.file.clone(),
                sources: vec![download.source()],
            }),
        }
    }

    /// Asks for a file from byte `from` on.
    pub(super) fn get(&self, url: &str, from: u64) -> Result<Answer, HubError> {
        let mut at = url.to_owned();
        let mut about = Record {
            url: url.to_owned(),
            ..Record::default()
        };
        let on_hub = url.starts_with(&format!("{}/", self.endpoint));
        for _ in 0..HOPS {
            let answer = self.ask(&at, from)?;
            learn(&mut about, answer.headers(), on_hub);
            let status = answer.status().as_u16();
            if (300..400).contains(&status) {
                let to = text(answer.headers(), "location");
                let to = to.ok_or_else(|| refuse(&at, "a redirect to nowhere"))?;
                at = follow(&at, &to)?;
                continue;
            }
            let from = match status {
                200 => 0,
                206 => part_begin(answer.headers(), from, &at)?,
                _ => return Err(refusal(&at, status)),
            };
            let length = answer.body().content_length();
            let total = match status {
                206 => part_total(answer.headers()),
                _ => length,
            };
            about.size = total.or(about.size);
            if about.etag.is_none() {
                about.etag = text(answer.headers(), "etag");
            }
            let body = Box::new(answer.into_body().into_reader());
            return Ok(Answer { from, about, body });
        }
        Err(refuse(url, "too many redirects"))
    }

    /// One request, redirects not followed. The token goes to the hub itself and to nobody it points to.
    fn ask(&self, url: &str, from: u64) -> Result<ureq::http::Response<ureq::Body>, HubError> {
        let (scheme, host, port) = parts(url)?;
        let proxy = proxy_for(&scheme, &host, port, |name| std::env::var(name).ok());
        let through = match &proxy {
            Some(address) => Some(ureq::Proxy::new(address).map_err(|e| HubError::Proxy {
                proxy: without_password(address),
                url: url.to_owned(),
                what: e.to_string(),
            })?),
            None => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(through)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .user_agent(concat!("mettle-studio/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .tls_config(tls)
            .build()
            .new_agent();
        let mut request = agent.get(url);
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        let to_hub = parts(&self.endpoint)? == (scheme, host.clone(), port);
        if let Some(token) = self.token.as_ref().filter(|_| to_hub) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request
            .call()
            .map_err(|e| explain(e, url, &host, proxy.as_deref()))
    }
}

/// What an answer, or a redirect on the way to it, says of the file. The hub names a large file's SHA-256 in its own tag; only
/// the hub's word is taken for it, since elsewhere a tag of 64 digits may be anything.
fn learn(about: &mut Record, headers: &HeaderMap, on_hub: bool) {
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

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Where a partial answer begins; it must be where it was asked to.
fn part_begin(headers: &HeaderMap, from: u64, url: &str) -> Result<u64, HubError> {
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

fn part_total(headers: &HeaderMap) -> Option<u64> {
    let range = text(headers, "content-range")?;
    range.rsplit('/').next()?.trim().parse().ok()
}

/// Scheme, host and port of an address.
pub(super) fn parts(url: &str) -> Result<(String, String, u16), HubError> {
    let wrong = || refuse(url, "is no web address");
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
fn follow(at: &str, to: &str) -> Result<String, HubError> {
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

fn refuse(url: &str, what: &str) -> HubError {
    HubError::Answer {
        url: url.to_owned(),
        what: what.to_owned(),
    }
}

fn refusal(url: &str, status: u16) -> HubError {
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
fn explain(error: ureq::Error, url: &str, host: &str, proxy: Option<&str>) -> HubError {
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
fn without_password(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}
