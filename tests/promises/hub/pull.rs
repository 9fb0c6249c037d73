//! A download: whole, broken and gone on with, wrong, refused, redirected. Always with a sentence that says what to do.

use std::path::{Path, PathBuf};

use mettle_core::hub::{
    CheckedAgainst, Client, Entry, FileCheck, HubError, Installed, Places, Pull, Record,
};
use sha2::{Digest, Sha256};

use super::server::{Asked, Says, Server, noise};

const FILE: &str = "model.safetensors";
const ON_HUB: &str = r#"{"hub": "some/model"}"#;

fn sha(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn model(from: &str, sha256: Option<&str>) -> Entry {
    let sum = sha256.map_or("null".into(), |sum| format!("{sum:?}"));
    let text = format!(
        r#"{{"name": "A model", "architecture": "swin_v2",
            "downloads": [{{"file": "{FILE}", "from": {from}, "sha256": {sum}}}]}}"#
    );
    Entry::parse("a_model", &text).expect("a description")
}

fn begin(entry: &Entry, endpoint: &str, folder: &Path) -> Result<Pull, HubError> {
    let places = Places::usual(Some(folder));
    Pull::start(entry, None, &places, Client::new(Some(endpoint))?)
}

fn finish(mut pull: Pull) -> Result<Installed, HubError> {
    loop {
        if let Some(installed) = pull.step()? {
            return Ok(installed);
        }
    }
}

fn pull(entry: &Entry, endpoint: &str, folder: &Path) -> Result<Installed, HubError> {
    finish(begin(entry, endpoint, folder)?)
}

fn part(folder: &Path) -> PathBuf {
    folder.join("a_model").join(format!("{FILE}.part"))
}

/// As the hub answers for a large file: a redirect that names its SHA-256, to another host.
fn redirect(to: &str, bytes: &[u8]) -> Says {
    Says::status(302)
        .header("location", to)
        .header("x-linked-etag", format!("\"{}\"", sha(bytes)))
        .header("x-linked-size", bytes.len())
}

#[test]
fn a_whole_file_comes_through_the_hubs_redirect_to_another_host() {
    let bytes = noise(300_000);
    let theirs = bytes.clone();
    let store = Server::start(move |asked, _| Says::file(asked, &theirs));
    let (to, theirs) = (format!("{}/blob?sig=1", store.url()), bytes.clone());
    let hub = Server::start(move |_, _| redirect(&to, &theirs));
    let folder = tempfile::tempdir().expect("a folder");
    let installed = pull(&model(ON_HUB, None), &hub.url(), folder.path()).expect("it comes");
    assert_eq!(std::fs::read(&installed.path).expect("in place"), bytes);
    assert_eq!(installed.path, folder.path().join("a_model").join(FILE));
    assert_eq!(
        (installed.sha256, installed.against),
        (sha(&bytes), CheckedAgainst::Hub)
    );
    assert_eq!(
        hub.asked()[0].path,
        "/some/model/resolve/main/model.safetensors"
    );
    assert_eq!(store.asked()[0].path, "/blob?sig=1");
    assert!(!part(folder.path()).exists(), "nothing half-done is left");
}

#[test]
fn a_cut_connection_is_taken_up_where_it_broke() {
    let bytes = noise(200_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, number| Says {
        cut: (number < 2).then_some(60_000),
        ..Says::file(asked, &theirs)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let installed = pull(
        &model(ON_HUB, Some(&sha(&bytes))),
        &hub.url(),
        folder.path(),
    )
    .expect("it comes");
    assert_eq!(std::fs::read(&installed.path).expect("in place"), bytes);
    assert_eq!(installed.against, CheckedAgainst::Description);
    let from: Vec<_> = hub.asked().iter().map(Asked::from).collect();
    assert_eq!(from, [None, Some(60_000), Some(120_000)]);
}

/// Stop in the middle, as a cancelled job or a killed program does; a later download goes on from there.
fn stop_half_way(hub: &Server, entry: &Entry, folder: &Path) -> usize {
    let mut first = begin(entry, &hub.url(), folder).expect("it begins");
    while first.progress().done < 100_000 {
        assert!(first.step().expect("it comes").is_none());
    }
    drop(first);
    let kept = part(folder).metadata().expect("kept").len();
    assert!((100_000..600_000).contains(&kept), "{kept}");
    kept as usize
}

#[test]
fn a_stopped_download_goes_on_from_its_part() {
    let bytes = noise(600_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, number| Says {
        slow: (number == 0).then_some(std::time::Duration::from_millis(2)),
        ..Says::file(asked, &theirs).header("etag", "\"v1\"")
    });
    let folder = tempfile::tempdir().expect("a folder");
    let entry = model(ON_HUB, None);
    let kept = stop_half_way(&hub, &entry, folder.path());
    let installed = pull(&entry, &hub.url(), folder.path()).expect("it comes");
    assert_eq!(
        hub.asked()[1].from(),
        Some(kept),
        "only the rest is asked for"
    );
    assert_eq!(installed.sha256, sha(&bytes));
    assert_eq!(
        installed.against,
        CheckedAgainst::Nothing,
        "nobody published a checksum"
    );
    let record = Record::of(&installed.path).expect("recorded");
    assert_eq!(
        record.sha256,
        Some(sha(&bytes)),
        "so the one computed is kept"
    );
    let later = FileCheck::judge(&entry, &installed.path, &sha(&bytes)).expect("good");
    assert_eq!(later, CheckedAgainst::Record);
    let damaged = FileCheck::judge(&entry, &installed.path, &sha(b"else")).expect_err("noticed");
    assert!(
        damaged.to_string().contains("Delete it and pull again"),
        "{damaged}"
    );
}

#[test]
fn a_part_of_an_older_version_is_not_gone_on_with() {
    let (old, new) = (
        noise(600_000),
        noise(500_000).into_iter().rev().collect::<Vec<_>>(),
    );
    let (theirs, now) = (old, new.clone());
    let hub = Server::start(move |asked, number| match number {
        0 => Says {
            slow: Some(std::time::Duration::from_millis(2)),
            ..Says::file(asked, &theirs).header("etag", "\"old\"")
        },
        _ => Says::file(asked, &now).header("etag", "\"new\""),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let entry = model(ON_HUB, Some(&sha(&new)));
    stop_half_way(&hub, &entry, folder.path());
    let installed = pull(&entry, &hub.url(), folder.path()).expect("it comes");
    assert_eq!(std::fs::read(&installed.path).expect("in place"), new);
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole_again() {
    let bytes = noise(150_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |_, number| Says {
        body: theirs.clone(),
        cut: (number == 0).then_some(70_000),
        ..Says::status(200)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let installed = pull(
        &model(ON_HUB, Some(&sha(&bytes))),
        &hub.url(),
        folder.path(),
    )
    .expect("it comes");
    assert_eq!(std::fs::read(&installed.path).expect("in place"), bytes);
    assert_eq!(hub.asked().len(), 2);
}

#[test]
fn a_connection_that_breaks_again_and_again_is_given_up_and_its_bytes_are_kept() {
    let bytes = noise(100_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, number| Says {
        cut: Some(if number == 0 { 30_000 } else { 0 }),
        ..Says::file(asked, &theirs)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let error = pull(&model(ON_HUB, None), &hub.url(), folder.path()).expect_err("given up");
    let said = error.to_string();
    assert!(
        said.contains("30000 bytes of 100000") && said.contains("pull again"),
        "{said}"
    );
    assert_eq!(part(folder.path()).metadata().expect("kept").len(), 30_000);
}

#[test]
fn a_wrong_checksum_is_never_installed() {
    for (described, hub_says) in [(true, false), (false, true)] {
        let (bytes, other) = (noise(50_000), sha(b"something else"));
        let tag = other.clone();
        let hub = Server::start(move |asked, _| {
            let file = Says::file(asked, &bytes);
            match hub_says {
                true => file.header("x-linked-etag", format!("\"{tag}\"")),
                false => file,
            }
        });
        let folder = tempfile::tempdir().expect("a folder");
        let entry = model(ON_HUB, described.then_some(&*other));
        let error = pull(&entry, &hub.url(), folder.path()).expect_err("refused");
        let said = error.to_string();
        assert!(
            said.contains(&other) && said.contains("thrown away"),
            "{said}"
        );
        let left = std::fs::read_dir(folder.path().join("a_model")).expect("the folder");
        assert_eq!(left.count(), 0, "neither file nor part is left");
    }
}

#[test]
fn the_first_digits_are_held_against_what_came_where_no_more_is_published() {
    let bytes = noise(10_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, _| Says::file(asked, &theirs));
    let folder = tempfile::tempdir().expect("a folder");
    let good = model(ON_HUB, Some(&sha(&bytes)[..8]));
    let installed = pull(&good, &hub.url(), folder.path()).expect("it comes");
    assert_eq!(installed.against, CheckedAgainst::Prefix);
    let wrong = model(ON_HUB, Some("01234567"));
    assert!(pull(&wrong, &hub.url(), folder.path()).is_err());
}

#[test]
fn every_refusal_is_a_sentence() {
    let hub = Server::start(|asked, _| match &*asked.path {
        path if path.contains("gone") => Says::status(404),
        path if path.contains("gated") => Says::status(401),
        path if path.contains("loop") => Says::status(302).header("location", "/loop"),
        path if path.contains("teapot") => Says::status(418),
        _ => Says::status(302).header("location", "ftp://elsewhere/"),
    });
    let folder = tempfile::tempdir().expect("a folder");
    for (name, words) in [
        ("gone", ["404", "--file"]),
        ("gated", ["HF_TOKEN", "conditions"]),
        ("loop", ["too many redirects", "cannot be used"]),
        ("teapot", ["418", "Try again later"]),
        ("odd", ["ftp://elsewhere/", "no web address"]),
    ] {
        let entry = model(&format!(r#"{{"hub": "some/{name}"}}"#), None);
        let said = pull(&entry, &hub.url(), folder.path())
            .expect_err(name)
            .to_string();
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn nobody_there_is_told_with_what_to_do() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let endpoint = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let folder = tempfile::tempdir().expect("a folder");
    let error = pull(&model(ON_HUB, None), &endpoint, folder.path()).expect_err("nobody there");
    let said = error.to_string();
    for word in [
        "127.0.0.1 cannot be reached",
        "refused",
        "online",
        "HTTPS_PROXY",
        "HF_ENDPOINT",
        FILE,
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let left = std::fs::read_dir(folder.path().join("a_model")).expect("the folder");
    assert_eq!(left.count(), 0, "no empty part is left");
}

#[test]
fn a_secure_address_that_speaks_no_tls_is_an_error_not_a_download() {
    let hub = Server::start(|asked, _| Says::file(asked, b"open"));
    let folder = tempfile::tempdir().expect("a folder");
    let endpoint = format!("https://127.0.0.1:{}", hub.port);
    assert!(pull(&model(ON_HUB, None), &endpoint, folder.path()).is_err());
}

#[test]
fn a_folder_that_cannot_be_made_and_a_part_in_use_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a file");
    std::fs::write(&file, "in the way").expect("written");
    let hub = Server::start(|asked, _| Says {
        slow: Some(std::time::Duration::from_millis(50)),
        ..Says::file(asked, &noise(100_000))
    });
    let entry = model(ON_HUB, None);
    let said = pull(&entry, &hub.url(), &file)
        .expect_err("in the way")
        .to_string();
    assert!(
        said.contains("a file") && said.contains("--weights"),
        "{said}"
    );
    let _first = begin(&entry, &hub.url(), folder.path()).expect("it begins");
    let said = begin(&entry, &hub.url(), folder.path())
        .err()
        .expect("in use")
        .to_string();
    assert!(said.contains("another Mettle"), "{said}");
}

#[test]
fn what_only_a_person_can_fetch_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = model(r#"{"page": "https://drive.example.org/x"}"#, None);
    let said = pull(&entry, "http://127.0.0.1:9", folder.path())
        .expect_err("by hand")
        .to_string();
    assert!(
        said.contains("https://drive.example.org/x") && said.contains("mettle models path"),
        "{said}"
    );
}
