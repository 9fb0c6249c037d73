//! Proxies: which one the environment asks for, and that the program uses it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;

use mettle_core::hub::proxy_for;
use mettle_tests::program::{self, run};

use super::server::Server;

fn chosen(env: &[(&str, &str)], scheme: &str, host: &str) -> Option<String> {
    let env: HashMap<_, _> = env.iter().copied().collect();
    proxy_for(scheme, host, 443, |name| {
        env.get(name).map(ToString::to_string)
    })
}

#[test]
fn the_environment_says_which_proxy() {
    let both = [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "http://h:2")];
    assert_eq!(
        chosen(&both, "https", "hub.org").as_deref(),
        Some("http://s:1")
    );
    assert_eq!(
        chosen(&both, "http", "hub.org").as_deref(),
        Some("http://h:2")
    );
    assert_eq!(
        chosen(&[("all_proxy", "http://a:3")], "https", "hub.org").as_deref(),
        Some("http://a:3")
    );
    assert_eq!(chosen(&[("HTTPS_PROXY", "")], "https", "hub.org"), None);
    assert_eq!(chosen(&[], "https", "hub.org"), None);
    for (list, host, exempt) in [
        ("hub.org", "hub.org", true),
        ("hub.org", "cdn.hub.org", true),
        (".hub.org", "hub.org", true),
        ("*.hub.org", "cdn.hub.org", true),
        ("hub.org", "nothub.org", false),
        ("hub.org:443", "hub.org", true),
        ("hub.org:80", "hub.org", false),
        ("*", "anything", true),
        ("a, b ,127.0.0.1", "127.0.0.1", true),
        (",", "hub.org", false),
    ] {
        let env = [("HTTPS_PROXY", "http://s:1"), ("NO_PROXY", list)];
        assert_eq!(
            chosen(&env, "https", host).is_none(),
            exempt,
            "{list:?} for {host}"
        );
    }
}

/// A proxy that makes one tunnel, to whoever is asked for, and says for whom.
fn tunnel() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if let Some(target) = open_tunnel(&client) {
                let _ = tell.send(target);
            }
        }
    });
    (port, told)
}

fn open_tunnel(mut client: &TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let line = String::from_utf8(head).ok()?;
    let target = line.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    let server = TcpStream::connect(&target).ok()?;
    client
        .write_all(b"HTTP/1.1 200 Here you are\r\n\r\n")
        .ok()?;
    let (up, down) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut &up, &mut &down));
    let client = client.try_clone().ok()?;
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut &server, &mut &client);
        client.shutdown(std::net::Shutdown::Both)
    });
    Some(target)
}

#[test]
fn the_program_goes_through_the_proxy_and_past_it_for_no_proxy() {
    let hub = Server::start(|_, _| super::server::Says::status(404));
    let folder = tempfile::tempdir().expect("a folder");
    let (port, told) = tunnel();
    let mut pull = program::mettle(folder.path());
    pull.env("METTLE_DATA", folder.path())
        .env("HF_ENDPOINT", hub.url())
        .env("HTTP_PROXY", format!("http://127.0.0.1:{port}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .args(["models", "pull", "-q", "swinv2_large_window12_192"]);
    let (code, _, stderr) = run(&mut pull);
    assert_eq!(code, 1);
    assert!(stderr.contains("404"), "{stderr}");
    assert_eq!(
        told.try_recv().ok(),
        Some(format!("127.0.0.1:{}", hub.port))
    );
    let (code, ..) = run(pull.env("NO_PROXY", "localhost,127.0.0.1"));
    assert_eq!(code, 1);
    assert_eq!(
        (told.try_recv().ok(), hub.asked().len()),
        (None, 2),
        "straight to the hub"
    );
    let dead = TcpListener::bind("127.0.0.1:0")
        .expect("loopback")
        .local_addr()
        .expect("an address");
    pull.env_remove("NO_PROXY")
        .env("http_proxy", format!("http://me:secret@{dead}"));
    let (code, _, stderr) = run(&mut pull);
    assert!(
        code == 1 && stderr.contains("proxy") && stderr.contains(&dead.to_string()),
        "{stderr}"
    );
    assert!(!stderr.contains("secret"), "{stderr}");
}
