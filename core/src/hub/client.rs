//! One request for a file: its address, proxies, redirects, and what the answer says of the file.

use std::io::Read;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};

use super::address::{follow, parts, refuse};
use super::answer::{explain, learn, part_begin, part_total, refusal, text, without_password};
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
