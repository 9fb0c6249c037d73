//! Finding out what a model is, on a thread.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use mettle_core::engine::{ModelChoice, use_tags};
use mettle_core::model::ModelInfo;

/// Finds out what a model is; may read files.
pub type AskModel = Arc<dyn Fn(&ModelChoice) -> Result<ModelInfo, String> + Send + Sync>;

type Answer = (ModelChoice, Result<ModelInfo, String>);

/// The question asked last; an older one's answer is dropped.
pub struct ModelDesk {
    ask: Option<AskModel>,
    answer: Option<Receiver<Answer>>,
}

impl ModelDesk {
    /// Without a way to ask, nothing is ever answered.
    pub fn new(ask: Option<AskModel>) -> Self {
        Self { ask, answer: None }
    }

    /// Ask; `wake` is called when there is an answer.
    pub fn ask(&mut self, choice: ModelChoice, wake: impl Fn() + Send + 'static) {
        let Some(ask) = self.ask.clone() else { return };
        self.start(choice, wake, move |choice| ask(choice));
    }

    /// Give the model heads from tags for what it has none for; what it is then is the answer.
    pub fn use_tags(&mut self, choice: ModelChoice, wake: impl Fn() + Send + 'static) {
        self.start(choice, wake, |choice| {
            use_tags(choice).map_err(|error| error.to_string())
        });
    }

    fn start(
        &mut self,
        choice: ModelChoice,
        wake: impl Fn() + Send + 'static,
        ask: impl Fn(&ModelChoice) -> Result<ModelInfo, String> + Send + 'static,
    ) {
        let (tx, rx) = bounded(1);
        let thread = std::thread::Builder::new().name("model facts".into());
        let spawned = thread.spawn(move || {
            let answer = ask(&choice);
            let _ = tx.send((choice, answer));
            wake();
        });
        self.answer = spawned.ok().map(|_| rx);
    }

    /// The answer, once.
    pub fn poll(&mut self) -> Option<Answer> {
        let answer = self.answer.as_ref()?.try_recv().ok()?;
        self.answer = None;
        Some(answer)
    }
}
