//! A download on a thread of its own: whoever waits for it never waits longer than it likes.

use std::io::Read;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::address::parts;
use super::{Client, HubError, Record};
use crate::base::CancelToken;

/// Bytes in one piece.
const PIECE: usize = 1 << 18;
/// Pieces that may wait to be written.
const WAITING: usize = 32;
/// How often a broken download is taken up again without a byte gained in between.
const TRIES: u32 = 3;

/// What the thread says.
pub(super) enum Event {
    /// Bytes will come from here on; what lies beyond is void.
    Begun {
        /// First byte.
        from: u64,
        /// What the server says of the file.
        about: Record,
    },
    /// The next bytes.
    Bytes(Vec<u8>),
    /// All bytes have come.
    Ended,
    /// It is given up.
    Failed(HubError),
}

/// A running download. Dropping it stops it.
pub(super) struct Fetch {
    pub events: Receiver<Event>,
    stop: CancelToken,
}

impl Fetch {
    /// Starts with `have` bytes here already, of the version of the file that `known` tells of.
    pub fn start(
        client: Client,
        url: String,
        have: u64,
        known: Option<Record>,
    ) -> Result<Self, HubError> {
        let (events, inbox) = bounded(WAITING);
        let stop = CancelToken::default();
        let work = Work {
            client,
            url,
            have,
            known,
            events,
            stop: stop.clone(),
        };
        std::thread::Builder::new()
            .name("download".into())
            .spawn(move || work.run())
            .map_err(HubError::Thread)?;
        Ok(Self {
            events: inbox,
            stop,
        })
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The thread's side.
struct Work {
    client: Client,
    url: String,
    have: u64,
    known: Option<Record>,
    events: Sender<Event>,
    stop: CancelToken,
}

impl Work {
    fn run(mut self) {
        let (mut pause, mut tries) = (self.client.pause, 0);
        loop {
            let before = self.have;
            let Err(error) = self.attempt() else {
                let _ = self.events.send(Event::Ended);
                return;
            };
            if self.have > before {
                (pause, tries) = (self.client.pause, 0);
            }
            tries += 1;
            if !error.may_pass() || tries > TRIES || self.stop.is_cancelled() {
                let _ = self.events.send(Event::Failed(error));
                return;
            }
            log::debug!("download taken up again: {error}");
            self.wait(pause);
            pause *= 2;
        }
    }

    /// One connection, from what is here to the end of the file.
    fn attempt(&mut self) -> Result<(), HubError> {
        let mut answer = match self.client.get(&self.url, self.have) {
            // Nothing beyond what is here: the part is not of this file.
            Err(HubError::Refused { status: 416, .. }) if self.have > 0 => {
                self.client.get(&self.url, 0)?
            }
            // What answered before is out of reach for a moment.
            Err(HubError::Offline { what, .. }) if self.have > 0 && self.known.is_some() => {
                return Err(self.cut(what));
            }
            other => other?,
        };
        let same = self
            .known
            .as_ref()
            .is_none_or(|known| known.is_same(&answer.about));
        if answer.from > 0 && !same {
            answer = self.client.get(&self.url, 0)?;
        }
        self.have = answer.from;
        self.known = Some(answer.about.clone());
        let total = answer.about.size;
        self.send(Event::Begun {
            from: answer.from,
            about: answer.about,
        });
        loop {
            let mut piece = vec![0; PIECE];
            let read = match answer.body.read(&mut piece) {
                Ok(read) => read,
                Err(error) => return Err(self.cut(error.to_string())),
            };
            if read == 0 || self.stop.is_cancelled() {
                break;
            }
            piece.truncate(read);
            self.have += read as u64;
            self.send(Event::Bytes(piece));
        }
        match total {
            Some(total) if self.have < total => Err(self.cut("it ended early".into())),
            _ => Ok(()),
        }
    }

    fn cut(&self, what: String) -> HubError {
        HubError::Cut {
            host: parts(&self.url).map(|p| p.1).unwrap_or_default(),
            have: self.have,
            total: self.known.as_ref().and_then(|known| known.size),
            what,
        }
    }

    /// Nobody listening is the same as being told to stop.
    fn send(&self, event: Event) {
        if self.events.send(event).is_err() {
            self.stop.cancel();
        }
    }

    fn wait(&self, pause: Duration) {
        let begin = Instant::now();
        while begin.elapsed() < pause && !self.stop.is_cancelled() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
