//! What is distilled of which layers, for every task: one configuration, kept with the head. Also the paper's ablations of it.

use serde::{Deserialize, Serialize};

use crate::base::Task;
use crate::model::lcd::{DpBranch, LcdConfig};
use crate::model::{BackboneConfig, ModelError};

/// Which layers are distilled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// Every block: what the published parameter counts of AVEL fit.
    #[default]
    Block,
    /// The last block of every stage: what the published parameter count of AVVP fits best.
    Stage,
    /// The last block of one stage, from 0 (paper 4.4.3: single layers, on AVEL).
    Single(usize),
    /// The last block of one stage, from 0, and the last of all (paper 4.4.3: what the text says of Table 12).
    SingleAndLast(usize),
    /// The last block of all (AVS).
    Last,
}

/// The distillation of both modalities. In a head's configuration its fields stand beside the head's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distillation {
    /// Width of both modalities' features.
    pub d: usize,
    /// Which layers are distilled.
    pub granularity: Granularity,
    /// Distillation of pictures.
    pub visual: LcdConfig,
    /// Distillation of sound.
    pub audio: LcdConfig,
    /// Whether a linear layer brings each layer to `d` numbers (eq. 3.3). Without it features keep the layer's own width: the
    /// paper's "Direct" baseline.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub projection: bool,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

impl Distillation {
    /// Event localization with separate backbones (Table 14): two visual meta-tokens, one audio; 256 is what the published
    /// parameter counts fit.
    pub fn avel() -> Self {
        Self {
            d: 256,
            granularity: Granularity::Block,
            visual: LcdConfig {
                tokens: 2,
                final_norm: true,
                ..LcdConfig::default()
            },
            audio: LcdConfig::default(),
            projection: true,
        }
    }

    /// The same for a head on these backbones: sound is read as the one that listens is read, and where that is the one that
    /// looks too (`shared`), every layer has one visual meta-token (Tables 6 and 8, the best of the shared setting).
    #[must_use]
    pub fn on(mut self, ear: &BackboneConfig, shared: bool) -> Self {
        self.audio.final_norm = ear.is_read_after_norm();
        if shared {
            self.visual.tokens = 1;
        }
        self
    }

    /// Video parsing (Table 14). Stages and 768 are what the published count fits best; the paper does not say.
    pub fn avvp() -> Self {
        Self {
            d: 768,
            granularity: Granularity::Stage,
            visual: LcdConfig {
                final_norm: true,
                ..LcdConfig::default()
            },
            ..Self::avel()
        }
    }

    /// Segmentation of a single source (S4, Table 14): the last stage, two visual repeats. 1024 is what the published counts
    /// fit; the paper says only that both modalities have the same.
    pub fn avs_s4() -> Self {
        let mut this = Self::avs_ms3();
        this.visual.repeats = 2;
        this
    }

    /// Segmentation of several sources (MS3, Table 14).
    pub fn avs_ms3() -> Self {
        Self {
            d: 1024,
            granularity: Granularity::Last,
            ..Self::avvp()
        }
    }

    /// What a head of a task starts from.
    pub fn of(task: Task) -> Self {
        match task {
            Task::Localize => Self::avel(),
            Task::Parse => Self::avvp(),
            Task::Segment => Self::avs_s4(),
        }
    }

    /// Table 5, "Linear": the mean of the last frozen layer through one linear layer a modality. (The learnable meta-token
    /// is added to the mean, where it is one more bias.)
    pub fn linear_probe(&self) -> Self {
        let pooled = |lcd: &LcdConfig| LcdConfig {
            tokens: 1,
            tokens_per_stage: vec![],
            repeats: 1,
            ts_branch: false,
            dp_branch: DpBranch::Avgpool,
            ..lcd.clone()
        };
        Self {
            granularity: Granularity::Last,
            visual: pooled(&self.visual),
            audio: pooled(&self.audio),
            projection: true,
            ..*self
        }
    }

    /// Table 5, "Direct": the mean of the last frozen layer itself, straight into the task's head.
    pub fn direct(&self) -> Self {
        Self {
            projection: false,
            ..self.linear_probe()
        }
    }

    /// Checks what no modality checks for itself.
    ///
    /// # Errors
    /// Features of no or of absurd width.
    pub fn check(&self) -> Result<(), ModelError> {
        match self.d {
            1..=16384 => Ok(()),
            d => Err(ModelError::Config(format!("features of {d} numbers"))),
        }
    }

    /// The rows of an ablation table of the paper, each with the name it has there, as changes of this configuration. Tables 5
    /// to 10 and 12; of Table 11 see [`super::Injection::ablation`]. Empty for other tables.
    pub fn ablation(&self, table: u8) -> Vec<(String, Self)> {
        let change = |name: &str, change: &dyn Fn(&mut LcdConfig, bool)| {
            let mut this = self.clone();
            change(&mut this.visual, true);
            change(&mut this.audio, false);
            (name.to_owned(), this)
        };
        // Tables 6 and 8 have the same five rows: audio, visual.
        let pairs = [(1, 1), (1, 2), (2, 1), (2, 2), (4, 4)];
        let pick = |(a, v): (usize, usize), visual: bool| if visual { v } else { a };
        match table {
            5 => vec![
                ("Direct".into(), self.direct()),
                ("Linear".into(), self.linear_probe()),
                ("Ours".into(), self.clone()),
            ],
            6 => pairs
                .map(|pair| {
                    change(&format!("K_a={} K_v={}", pair.0, pair.1), &|lcd, visual| {
                        lcd.tokens = pick(pair, visual);
                        lcd.tokens_per_stage.clear();
                    })
                })
                .into(),
            7 => [vec![8, 4, 2, 1], vec![2, 2, 1, 1], vec![]]
                .map(|stages| {
                    let listed: Vec<String> = stages.iter().map(ToString::to_string).collect();
                    let name = match stages.is_empty() {
                        true => "default".to_owned(),
                        false => format!("{{{}}}", listed.join(",")),
                    };
                    change(&name, &|lcd, _| lcd.tokens_per_stage.clone_from(&stages))
                })
                .into(),
            8 => pairs
                .map(|pair| {
                    change(&format!("R_a={} R_v={}", pair.0, pair.1), &|lcd, visual| {
                        lcd.repeats = pick(pair, visual);
                    })
                })
                .into(),
            9 => vec![
                change("DP", &|lcd, _| lcd.ts_branch = false),
                change("TS", &|lcd, _| lcd.dp_branch = DpBranch::None),
                change("TS and DP", &|_, _| {}),
            ],
            10 => [
                ("Remove", DpBranch::None),
                ("AvgPool.", DpBranch::Avgpool),
                ("Linear", DpBranch::Linear),
            ]
            .map(|(name, branch)| change(name, &|lcd, _| lcd.dp_branch = branch))
            .into(),
            // The text has earlier layers join the last one; the table, and the same text on AVEL, name one layer a row.
            12 => {
                let single = (0..4).map(|s| (format!("stage {}", s + 1), Granularity::Single(s)));
                let joined = (0..3).map(|s| {
                    let granularity = Granularity::SingleAndLast(s);
                    (format!("stage {} and last", s + 1), granularity)
                });
                let with = |(name, granularity)| {
                    let this = self.clone();
                    (
                        name,
                        Self {
                            granularity,
                            ..this
                        },
                    )
                };
                single.chain(joined).map(with).collect()
            }
            _ => vec![],
        }
    }
}
