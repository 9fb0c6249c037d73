//! Another program that runs the same backbones, pass by pass on request, so that all sides alternate.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use super::Failure;
use super::bench_times::Pass;

/// A peer at work; ends with this value. `tests/peers/backbones.py` says how it is spoken to.
pub struct Peer {
    /// What it is, in its own words.
    pub name: String,
    /// The most memory it held so far, in MiB, where it says.
    pub memory_mib: Option<u64>,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    peer: Option<String>,
    ms: Option<f64>,
    cpu_ms: Option<f64>,
    mib: Option<u64>,
    error: Option<String>,
}

impl Peer {
    /// Starts a program: its name and arguments, separated by spaces.
    pub fn start(command: &str) -> Result<Self, Failure> {
        let failed = |what: String| Failure::Said(format!("the peer `{command}` {what}"));
        let mut words = command.split_whitespace();
        let program = words
            .next()
            .ok_or_else(|| failed("names no program".into()))?;
        let mut child = Command::new(program)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| failed(format!("cannot be started: {e}")))?;
        let questions = child.stdin.take();
        let answers = child
            .stdout
            .take()
            .ok_or_else(|| failed("has no output".into()))?;
        let mut peer = Self {
            name: command.to_owned(),
            memory_mib: None,
            child,
            questions,
            answers: BufReader::new(answers),
        };
        if let Some(name) = peer.answer()?.peer {
            peer.name = name;
        }
        Ok(peer)
    }

    /// Has it build a model and run it once.
    pub fn load(&mut self, name: &str, batch: usize, threads: usize) -> Result<(), Failure> {
        self.ask(&format!("load {name} {batch} {threads}"))
            .map(drop)
    }

    /// One pass.
    pub fn pass(&mut self) -> Result<Pass, Failure> {
        let answer = self.ask("run")?;
        let wall = answer
            .ms
            .ok_or_else(|| self.failed("does not say how long it took"))?;
        self.memory_mib = self.memory_mib.max(answer.mib);
        Ok(Pass {
            wall,
            cpu: answer.cpu_ms,
        })
    }

    fn ask(&mut self, question: &str) -> Result<Answer, Failure> {
        let sent = self
            .questions
            .as_mut()
            .map(|to| writeln!(to, "{question}").and_then(|()| to.flush()));
        match sent {
            Some(Ok(())) => self.answer(),
            _ => Err(self.failed("has ended")),
        }
    }

    fn answer(&mut self) -> Result<Answer, Failure> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        if !matches!(read, Ok(count) if count > 0) {
            return Err(self.failed("has ended"));
        }
        let answer: Answer = serde_json::from_str(&line)
            .map_err(|_| self.failed(&format!("says what is not understood: {}", line.trim())))?;
        match answer.error {
            Some(error) => Err(self.failed(&format!("says {error}"))),
            None => Ok(answer),
        }
    }

    fn failed(&self, what: &str) -> Failure {
        Failure::Said(format!("the peer {} {what}", self.name))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input is what ends it; a peer that does not listen is ended.
        drop(self.questions.take());
        std::thread::sleep(std::time::Duration::from_millis(200));
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
