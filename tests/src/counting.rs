//! Backbones that count how often they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::Tensor;
use mettle_core::model::{Backbone, BackboneSpec, Backbones, LayerFeatures, LoadedModel};

/// How many segments went through each backbone.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    /// The one that looks.
    pub visual: Arc<AtomicUsize>,
    /// The one that listens.
    pub audio: Arc<AtomicUsize>,
}

impl Runs {
    /// Seen and heard segments so far.
    pub fn so_far(&self) -> (usize, usize) {
        let count = |runs: &AtomicUsize| runs.load(Ordering::Relaxed);
        (count(&self.visual), count(&self.audio))
    }
}

struct Counting {
    inner: Box<dyn Backbone>,
    runs: Arc<AtomicUsize>,
}

impl Backbone for Counting {
    fn spec(&self) -> &BackboneSpec {
        self.inner.spec()
    }

    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        self.runs.fetch_add(input.dims()[0], Ordering::Relaxed);
        self.inner.forward(input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        self.inner.classify(features)
    }
}

/// The same model, counted.
pub fn counted(model: LoadedModel) -> (LoadedModel, Runs) {
    let runs = Runs::default();
    let count = |inner: Box<dyn Backbone>, runs: &Arc<AtomicUsize>| {
        let runs = runs.clone();
        Box::new(Counting { inner, runs }) as Box<dyn Backbone>
    };
    let theirs = runs.clone();
    let pair = model.pair.with_backbones(move |pair| Backbones {
        visual: count(pair.visual, &theirs.visual),
        audio: count(pair.audio, &theirs.audio),
        ..pair
    });
    let model = LoadedModel { pair, ..model };
    (model, runs)
}
