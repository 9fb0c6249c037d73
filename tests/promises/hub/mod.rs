//! Promises of weights: what there is, fetching it over a bad network, checking it. No test leaves this machine.

mod catalog;
mod jobs;
mod proxies;
mod pull;
mod quiet;
mod server;
