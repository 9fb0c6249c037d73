//! How the published trainings make their inputs of a data set's clips, by name, so that a published figure can be compared like
//! for like.

use std::fmt;
use std::str::FromStr;

use crate::data::{Cut, DatasetKind, Moment, Windows};
use crate::model::{FbankPrep, Hearing, PairAbout, SoundInput};

/// Whose way of making inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetRecipe {
    /// As any clip is analysed: the picture in the middle of each second, the second's sound, repeated as the model says. Of
    /// AVSBench the frames that come with it.
    #[default]
    Ours,
    /// DG-SCT and AVMoE: frames by each data set's own extraction; a second's sound ten times, of AVSBench five times.
    DgSct,
    /// LAVISH: the same frames; seconds of sound spread up to 1.1 s before the end, and two sets of filter bank numbers.
    Lavish,
}

impl DatasetRecipe {
    /// All, by name.
    pub const ALL: [Self; 3] = [Self::Ours, Self::DgSct, Self::Lavish];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::DgSct => "dgsct",
            Self::Lavish => "lavish",
        }
    }

    /// Which pictures and which sound stand for a second.
    pub fn cut(self, kind: DatasetKind) -> Cut {
        let avs = matches!(kind, DatasetKind::S4 | DatasetKind::Ms3);
        let moment = match kind {
            DatasetKind::Ave => Moment::Spread,
            DatasetKind::Llp => Moment::Middle,
            DatasetKind::S4 | DatasetKind::Ms3 => Moment::Late,
        };
        let upstream = |windows| Cut {
            moment,
            windows,
            stored_frames: true,
        };
        match self {
            Self::Ours => Cut {
                stored_frames: avs,
                ..Cut::default()
            },
            Self::DgSct => upstream(Windows::Seconds),
            Self::Lavish => upstream(Windows::Spread),
        }
    }

    /// How a second of sound becomes the input of the one who listens in `pair`.
    pub fn hearing(self, kind: DatasetKind, pair: &PairAbout) -> Hearing {
        let avs = matches!(kind, DatasetKind::S4 | DatasetKind::Ms3);
        // LAVISH gives no numbers for pictures of sound of another size, of AVSBench.
        let fbank = match &pair.sound_prep {
            SoundInput::Fbank(own) if own.mel_bins == FbankPrep::swin_192().mel_bins => {
                Some(match avs {
                    true => FbankPrep::swin_192_avs(),
                    false => FbankPrep::swin_192(),
                })
            }
            _ => None,
        };
        match self {
            Self::Ours => Hearing::default(),
            Self::DgSct => Hearing {
                tile: Some(tile(avs)),
                fbank: None,
            },
            Self::Lavish => Hearing {
                tile: Some(tile(avs)),
                fbank,
            },
        }
    }
}

fn tile(avs: bool) -> usize {
    if avs { 5 } else { 10 }
}

impl fmt::Display for DatasetRecipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DatasetRecipe {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|recipe| recipe.name() == text);
        named.ok_or_else(|| "the recipes are: ours, dgsct, lavish".to_owned())
    }
}
