//! The picture thread: decodes ahead into a small queue while playing; the newest wish wins while seeking.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use mettle_core::base::Time;
use mettle_core::media::{Clip, Pictures, Source, VideoFrame};

use super::clock::Clock;

/// Frames decoded ahead. Three 4K frames are 36 MB: enough to ride out a slow one, little enough for any machine.
const AHEAD: usize = 3;

/// A picture later than this is given up for the one that is due.
const GIVE_UP: Time = Time::from_micros(400_000);

/// What the thread is asked.
pub enum Ask {
    /// Another clip, or none.
    Load(Option<Arc<Clip>>),
    /// One frame.
    Show { run: u64, at: Time },
    /// All frames from here on.
    Play { run: u64, from: Time },
    /// No more frames for now.
    Rest,
}

/// What it answers.
pub enum Answer {
    /// A frame of a run.
    Frame { run: u64, frame: Arc<VideoFrame> },
    /// Decoding failed.
    Problem(String),
}

/// The window's end of the thread. Dropping it ends the thread.
pub struct PictureThread {
    asks: Sender<Ask>,
    answers: Receiver<Answer>,
}

impl PictureThread {
    /// Start it.
    pub fn start(clips: Arc<dyn Source>, clock: Clock, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (asks, asked) = unbounded();
        let (answer, answers) = bounded(AHEAD);
        let worker = Worker {
            clips,
            clock,
            wake,
            asked,
            answer,
            pictures: None,
        };
        let thread = std::thread::Builder::new().name("pictures".into());
        if let Err(error) = thread.spawn(move || worker.work()) {
            log::error!("the picture thread did not start: {error}");
        }
        Self { asks, answers }
    }

    /// Ask for something.
    pub fn ask(&self, ask: Ask) {
        let _ = self.asks.send(ask);
    }

    /// The next answer, if it is here.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

struct Worker {
    clips: Arc<dyn Source>,
    clock: Clock,
    wake: Arc<dyn Fn() + Send + Sync>,
    asked: Receiver<Ask>,
    answer: Sender<Answer>,
    pictures: Option<Box<dyn Pictures>>,
}

impl Worker {
    fn work(mut self) {
        while let Ok(first) = self.asked.recv() {
            let mut todo = Some(first);
            while let Some(ask) = todo.take() {
                let newest = self.newest(ask);
                todo = self.carry_out(newest);
            }
        }
    }

    /// The last of the wishes waiting; a clip change among them is carried out on the way.
    fn newest(&mut self, mut ask: Ask) -> Ask {
        while let Ok(newer) = self.asked.try_recv() {
            if let Ask::Load(clip) = ask {
                self.load(clip);
            }
            ask = newer;
        }
        ask
    }

    /// Carry out a wish; the wish that interrupted it comes back.
    fn carry_out(&mut self, ask: Ask) -> Option<Ask> {
        match ask {
            Ask::Rest => None,
            Ask::Load(clip) => {
                self.load(clip);
                None
            }
            Ask::Show { run, at } => {
                let frame = self.frame_at(at)?;
                self.hand_over(run, frame).err()
            }
            Ask::Play { run, from } => self.play(run, from),
        }
    }

    fn load(&mut self, clip: Option<Arc<Clip>>) {
        self.pictures = None;
        let Some(clip) = clip.filter(|clip| clip.video.is_some()) else {
            return;
        };
        match self.clips.pictures(&clip.path) {
            Ok(pictures) => self.pictures = Some(pictures),
            Err(problem) => self.complain(problem.to_string()),
        }
    }

    fn play(&mut self, run: u64, from: Time) -> Option<Ask> {
        let mut frame = self.frame_at(from)?;
        loop {
            let end = frame.span.end;
            if let Err(newer) = self.hand_over(run, frame) {
                return Some(newer);
            }
            let now = self.clock.now();
            frame = if now > end + GIVE_UP {
                self.frame_at(now)?
            } else {
                match self.pictures.as_mut()?.next_frame() {
                    Ok(Some(next)) => next,
                    Ok(None) => return None,
                    Err(problem) => {
                        self.complain(problem.to_string());
                        return None;
                    }
                }
            };
        }
    }

    fn frame_at(&mut self, t: Time) -> Option<Arc<VideoFrame>> {
        match self.pictures.as_mut()?.frame_at(t) {
            Ok(frame) => Some(frame),
            Err(problem) => {
                self.complain(problem.to_string());
                None
            }
        }
    }

    /// Wait for room in the queue, or for the next wish.
    fn hand_over(&mut self, run: u64, frame: Arc<VideoFrame>) -> Result<(), Ask> {
        select! {
            recv(self.asked) -> newer => Err(newer.unwrap_or(Ask::Rest)),
            send(self.answer, Answer::Frame { run, frame }) -> sent => {
                (self.wake)();
                sent.map_err(|_| Ask::Rest)
            }
        }
    }

    fn complain(&self, problem: String) {
        let _ = self.answer.try_send(Answer::Problem(problem));
        (self.wake)();
    }
}
