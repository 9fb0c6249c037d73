//! A hub on loopback that answers as a test wants it to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request, as far as a test looks at it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What of the server.
    pub path: String,
    /// All headers, names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| &**value)
    }

    /// The first byte asked for.
    pub fn from(&self) -> Option<usize> {
        self.header("range")?
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()
    }
}

/// What to answer.
#[derive(Clone, Debug, Default)]
pub struct Says {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Close the connection after so many bytes of the body, though more were announced.
    pub cut: Option<usize>,
    /// A pause after each kilobyte.
    pub slow: Option<Duration>,
}

impl Says {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    /// A file, from where it was asked for, as a server with `Range` does.
    pub fn file(asked: &Asked, bytes: &[u8]) -> Self {
        let Some(from) = asked.from() else {
            return Self {
                body: bytes.to_vec(),
                ..Self::status(200)
            };
        };
        if from >= bytes.len() {
            return Self::status(416);
        }
        let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
        Self {
            body: bytes[from..].to_vec(),
            ..Self::status(206).header("content-range", range)
        }
    }
}

/// The server. It ends with the test.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Asked, usize) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &log, &*answer));
            }
        });
        Self { port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("log").clone()
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked, usize) -> Says) {
    let Some(asked) = read(stream) else { return };
    let number = {
        let mut log = log.lock().expect("log");
        log.push(asked.clone());
        log.len() - 1
    };
    let says = answer(&asked, number);
    // A client that goes away is what some tests are about.
    let _ = write(stream, &says);
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let path = words.nth(1)?;
    let mut headers = Vec::new();
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    Some(Asked { path, headers })
}

fn write(mut stream: &TcpStream, says: &Says) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {} Said\r\nconnection: close\r\n",
        says.status
    )?;
    write!(stream, "content-length: {}\r\n", says.body.len())?;
    for (name, value) in &says.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    write!(stream, "\r\n")?;
    let body = says
        .body
        .get(..says.cut.unwrap_or(usize::MAX).min(says.body.len()));
    for piece in body.unwrap_or_default().chunks(1024) {
        stream.write_all(piece)?;
        if let Some(pause) = says.slow {
            std::thread::sleep(pause);
        }
    }
    stream.flush()
}

/// Bytes that look like nothing.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}
