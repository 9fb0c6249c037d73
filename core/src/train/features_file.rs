//! Frozen features of scenes kept in a file, so that heads can be trained again without drawing and listening again.

use std::path::Path;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::demo::TrainError;
use super::features::{Bank, Frozen};
use crate::data::scenes::{Scene, SceneOptions};
use crate::model::ModelError;

impl Bank {
    /// Writes everything that takes time to compute; what is true of the scenes is had from their seeds.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), TrainError> {
        let wrong = |e: safetensors::SafeTensorError| {
            TrainError::from(ModelError::format(
                path,
                format!("could not be written: {e}"),
            ))
        };
        let halves = |data: &[f16]| {
            data.iter()
                .flat_map(|x| x.to_bits().to_le_bytes())
                .collect()
        };
        let floats = |rows: &[Vec<f32>]| -> Vec<u8> {
            rows.iter()
                .flatten()
                .flat_map(|x| x.to_le_bytes())
                .collect()
        };
        let mut parts: Vec<(String, Dtype, Vec<u8>)> = vec![
            ("maps".into(), Dtype::U8, self.maps.clone()),
            ("pooled".into(), Dtype::F32, floats(&self.pooled)),
            ("described".into(), Dtype::F32, floats(&self.described)),
        ];
        for (modality, layers) in self.layers.iter().enumerate() {
            for (l, layer) in layers.iter().enumerate() {
                parts.push((format!("{modality}.{l}"), Dtype::F16, halves(&layer.data)));
            }
        }
        let mut views = vec![];
        for (name, dtype, bytes) in &parts {
            let size = match dtype {
                Dtype::U8 => 1,
                Dtype::F16 => 2,
                _ => 4,
            };
            let view = TensorView::new(*dtype, vec![bytes.len() / size], bytes).map_err(wrong)?;
            views.push((name.clone(), view));
        }
        safetensors::serialize_to_file(views, None, path).map_err(wrong)
    }

    /// Reads what [`Self::keep`] wrote of the same backbones, seeds and options.
    ///
    /// # Errors
    /// The file cannot be read, or is of something else.
    pub fn read(
        path: &Path,
        frozen: &Frozen,
        seeds: &[u64],
        options: &SceneOptions,
    ) -> Result<Self, TrainError> {
        let bytes = std::fs::read(path).map_err(|source| TrainError::Io {
            path: path.display().to_string(),
            source,
        })?;
        let wrong = |what: String| TrainError::from(ModelError::format(path, what));
        let file = SafeTensors::deserialize(&bytes).map_err(|e| wrong(e.to_string()))?;
        let data = |name: &str| {
            let tensor = file.tensor(name).map_err(|e| wrong(e.to_string()))?;
            Ok::<&[u8], TrainError>(tensor.data())
        };
        let mut bank = Self::extract(frozen, &[], options, |_| {});
        for seed in seeds {
            let scene = Scene::generate(*seed, options);
            bank.seconds = scene.seconds().len();
            bank.truths.push(scene.truth());
        }
        let segments = bank.len() * bank.seconds;
        bank.maps = data("maps")?.to_vec();
        for (modality, layers) in bank.layers.iter_mut().enumerate() {
            for (l, layer) in layers.iter_mut().enumerate() {
                let bytes = data(&format!("{modality}.{l}"))?.chunks_exact(2);
                let half = |b: &[u8]| f16::from_bits(u16::from_le_bytes([b[0], b[1]]));
                layer.data = bytes.map(half).collect();
                if layer.data.len() != segments * layer.shape.tokens * layer.shape.width {
                    return Err(wrong("holds features of something else".into()));
                }
            }
        }
        let rows = |bytes: &[u8]| -> Vec<Vec<f32>> {
            let floats: Vec<f32> = bytes
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            let width = (floats.len() / segments.max(1)).max(1);
            floats.chunks_exact(width).map(<[f32]>::to_vec).collect()
        };
        bank.pooled = rows(data("pooled")?);
        bank.described = rows(data("described")?);
        bank.visual_part = described_width(frozen);
        Ok(bank)
    }
}

/// How many numbers of what familiarity is judged by are visual: two of the first layer's width and one of the last's.
fn described_width(frozen: &Frozen) -> usize {
    let layers = &frozen.visual.spec().layers;
    let (first, last) = (layers.first(), layers.last());
    first.map_or(0, |l| 2 * l.width) + last.map_or(0, |l| l.width)
}
