//! What came of a training: old and new head on what was said, and the new head written beside the others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::heads_folder;
use crate::engine::session::ComputeSession;
use crate::engine::{
    EngineError, FineTune, HeadLine, Learned, ReplyBody, StepContext, Taught, TrainedHead,
};
use crate::model::{HeadFile, HeadNotes, TaskHead, write_head};
use crate::train::{
    Batch, Best, CalibrationFit, ClipExamples, Duel, Examples, TrainError, agreement, familiar_with,
};

/// Old and new head, clip by clip.
pub(super) struct Comparing {
    head: TaskHead,
    epoch: usize,
    parts: (Arc<ClipExamples>, Arc<ClipExamples>),
    /// How many clips were replayed.
    replayed: usize,
    file: PathBuf,
    next: usize,
    learned: Duel,
    held_out: Duel,
    /// Of what the new head says of clips that it did not learn from.
    fit: CalibrationFit,
}

impl Comparing {
    pub fn new(
        best: &Best,
        parts: (Arc<ClipExamples>, Arc<ClipExamples>),
        replayed: usize,
        file: PathBuf,
    ) -> Self {
        Self {
            replayed,
            head: best.head.clone(),
            epoch: best.epoch,
            file,
            next: 0,
            learned: Duel::default(),
            held_out: Duel::default(),
            fit: CalibrationFit::new(best.head.task(), parts.1.classes()),
            parts,
        }
    }

    /// One clip. Says whether all are done.
    pub fn step(
        &mut self,
        spec: &FineTune,
        session: &mut ComputeSession,
    ) -> Result<bool, EngineError> {
        let (training, held_out) = &self.parts;
        let (part, clip, held) = match self.next.checked_sub(training.len()) {
            None => (training, self.next, false),
            Some(clip) => (held_out, clip, true),
        };
        if clip >= part.len() {
            return Ok(true);
        }
        // What was said, without what the head itself filled in.
        let said = spec.clips.iter().filter(|taught| taught.held_out == held);
        let Some(said) = said.map(|taught| &taught.targets).nth(clip) else {
            return Ok(true);
        };
        let ready = session.head(&spec.head)?;
        let device = session.pair(&spec.head.model)?.device().clone();
        let of = (&**part as &dyn Examples, clip);
        let before = agreement(&ready.head, said, of, &device)?;
        let duel = Duel::of(&before, &agreement(&self.head, said, of, &device)?);
        let sum = if held {
            &mut self.held_out
        } else {
            &mut self.learned
        };
        *sum = sum.and(duel);
        if held {
            let mut batch = Batch::read(&**part, &[clip], &device)?;
            batch.targets = vec![said.clone()];
            self.fit.add(&self.head, &batch, &device)?;
        }
        self.next += 1;
        Ok(false)
    }

    /// The head into a folder of its own, and word of it.
    pub fn write(
        self,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let folder = heads_folder(session)?;
        let ready = session.head(&spec.head)?;
        let pair = session.pair(&spec.head.model)?;
        let parent = &ready.file;
        let familiarity = match &parent.familiarity {
            Some(known) => Some(familiar_with(known, &*self.parts.0, pair.device())?),
            None => None,
        };
        let recipe = serde_json::to_value(&spec.config);
        let metrics = self.metrics();
        let data = self.data(spec, parent);
        let notes = HeadNotes {
            name: spec.name.clone(),
            config: parent.config.clone(),
            labels: spec.labels.clone(),
            parent: Some(parent.id),
            metrics,
            recipe: Some(recipe.map_err(|e| TrainError::Data(e.to_string()))?),
            data: Some(data),
            seed: Some(spec.config.seed),
            familiarity,
            calibration: self.fit.finish().map(|fitted| json!(fitted)),
        };
        let written = write_head(&folder, pair.about(), notes, &self.head)?;
        context.reply(ReplyBody::Trained(Box::new(TrainedHead {
            head: HeadLine::of(&written, false),
            epoch: self.epoch,
            learned: self.learned,
            held_out: self.held_out,
        })));
        // The head is there: what it would be gone on from is not needed, and may be gone.
        let _ = std::fs::remove_file(&self.file);
        match spec.replaces.filter(|old| *old != written.id) {
            Some(old) => Ok(session.heads().remove(old)?),
            None => Ok(()),
        }
    }

    /// On what it was trained, in short, and every word of a person that it learned, here or in the heads it goes on from.
    fn data(&self, spec: &FineTune, parent: &HeadFile) -> Value {
        let taught = spec.clips.iter().filter(|taught| !taught.held_out);
        let clips = taught.clone().count();
        let words = taught.map(|taught| (taught.clip.id, &taught.targets));
        let words = Learned::of(parent.task(), &spec.labels, words);
        let words = match Taught::of(parent) {
            Taught::Nothing => Some(words),
            Taught::Words(earlier) => Some(words.and(&earlier)),
            Taught::Unknown => None,
        };
        let mut data = json!({
            "corrections": self.learned.said,
            "clips": clips,
            "held_out": spec.clips.len() - clips,
            "pseudo_labels": spec.pseudo_labels,
            "replayed": self.replayed,
        });
        if let Some(data) = data.as_object_mut() {
            data.extend(words.map(|words| words.written()));
        }
        data
    }

    fn metrics(&self) -> BTreeMap<String, f64> {
        let share = |duel: &Duel| duel.after() as f64 / duel.said.max(1) as f64;
        let mut metrics = BTreeMap::new();
        for (name, duel) in [("learned", &self.learned), ("held_out", &self.held_out)] {
            if duel.said > 0 {
                metrics.insert(format!("{name}_right"), share(duel));
            }
        }
        metrics
    }
}
