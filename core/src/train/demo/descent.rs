//! How a backbone's numbers follow their gradients: by AdamW, and its matrices, where a schedule says so, by Muon, which a small
//! transformer learns far more from in as many steps.

use burn::module::{Module, ModuleDisplay, ModuleVisitor, Param, ParamId};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{
    AdamWConfig, GradientsAccumulator, GradientsParams, ModuleOptimizer, MuonConfig,
};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::lesson::Lesson;
use super::schedule::Schedule;
use super::tagger::{NARROW, Tagger};
use crate::model::Backbone;

/// The optimisers of a stage.
pub(super) struct Descent {
    schedule: Schedule,
    adam: ModuleOptimizer,
    muon: ModuleOptimizer,
    /// Those that Muon moves.
    matrices: Vec<ParamId>,
}

impl Descent {
    /// For a backbone that learns by a schedule.
    pub fn new<B: Module + ModuleDisplay + Backbone>(
        tagger: &Tagger<B>,
        schedule: Schedule,
    ) -> Self {
        let adam = AdamWConfig::new()
            .with_beta_2(0.99)
            .with_weight_decay(0.02)
            .with_epsilon(1e-8)
            .init();
        let muon = MuonConfig::new().with_weight_decay(Some(WeightDecayConfig::new(0.05)));
        let mut matrices = Matrices::default();
        if schedule.muon.is_some() {
            tagger.backbone.visit(&mut matrices);
        }
        Self {
            schedule,
            adam,
            muon: muon.init(),
            matrices: matrices.0,
        }
    }

    /// One step, the schedule's first being 0: what it costs is the mean of its parts, which are worked out at once and always added in
    /// the same order.
    pub fn step<B: Module + ModuleDisplay + Backbone>(
        &mut self,
        step: usize,
        tagger: Tagger<B>,
        lesson: &Lesson,
    ) -> (Tagger<B>, f32) {
        let parts = self.schedule.parts;
        let device = lesson.drawn.0.device();
        // Each has leaves of its own: two walks back over one graph would wait for each other.
        let part = |part| (tagger.clone().fork(&device), lesson.part(part, parts));
        let all: Vec<(Tagger<B>, Lesson)> = (0..parts).map(part).collect();
        let walked = all
            .into_par_iter()
            .map(|(tagger, part)| self.walked(&tagger, part));
        let (mut sum, mut cost) = (GradientsAccumulator::new(), 0.0);
        for (grads, loss) in walked.collect::<Vec<_>>() {
            sum.accumulate(&tagger, grads);
            cost += loss;
        }
        (self.moved(step, tagger, sum.grads()), cost)
    }

    /// Gradients of a part, and its share of the cost.
    fn walked<B: Module + ModuleDisplay + Backbone>(
        &self,
        tagger: &Tagger<B>,
        part: Lesson,
    ) -> (GradientsParams, f32) {
        let share = 1.0 / self.schedule.parts as f64;
        let loss = tagger.loss(part, self.schedule.weights) * share;
        let grads = GradientsParams::from_grads(loss.backward(), tagger);
        (grads, loss.into_scalar::<f32>())
    }

    fn moved<B: Module + ModuleDisplay + Backbone>(
        &mut self,
        step: usize,
        tagger: Tagger<B>,
        mut grads: GradientsParams,
    ) -> Tagger<B> {
        let mut turned = GradientsParams::new();
        for id in &self.matrices {
            if let Some(grad) = grads.remove::<2>(*id) {
                turned.register(*id, grad);
            }
        }
        let rate = |highest| self.schedule.rate(highest, step);
        let tagger = self.adam.step(rate(self.schedule.lr), tagger, grads);
        match self.schedule.muon {
            Some(highest) => self.muon.step(rate(highest), tagger, turned),
            None => tagger,
        }
    }
}

/// The matrices of a backbone, but for those of its position biases.
#[derive(Default)]
struct Matrices(Vec<ParamId>);

impl ModuleVisitor for Matrices {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.lazy_shape();
        if D == 2 && shape.iter().all(|side| *side >= NARROW) {
            self.0.push(param.id);
        }
    }
}
