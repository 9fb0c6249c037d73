//! Parameter counts of parsing and segmentation: the arithmetic is what modules hold, and the paper's totals stand beside it.

use burn::module::Module;
use burn::tensor::Device;
use mettle_core::model::heads::{HanConfig, MgnConfig};
use mettle_core::model::params::fitted::Fitted;
use mettle_core::model::params::heads::{mgn_as_published, parse_head, segment_head};
use mettle_core::model::params::published::published;
use mettle_core::model::{
    Distillation, Injection, LcdConfig, ParseConfig, ParseDecoder, SegmentConfig,
};

use super::features::layers;

/// BatchNorm keeps two running statistics a channel beside its parameters.
fn running(config: &SegmentConfig) -> u64 {
    match config.tpavi {
        true => 2 * 2 * config.width as u64,
        false => 0,
    }
}

#[test]
fn arithmetic_agrees_with_allocated_heads() {
    let device = Device::flex();
    let layers = layers();
    let distill = |d: usize| Distillation {
        d,
        ..Distillation::avvp()
    };
    let mgn = ParseDecoder::Mgn(MgnConfig {
        width: 16,
        heads: 4,
        depth: 2,
        depth_joint: 3,
        ..MgnConfig::default()
    });
    let han = ParseDecoder::Han(HanConfig {
        width: 24,
        hidden: 20,
        ..HanConfig::default()
    });
    for (decoder, motion) in [(mgn.clone(), None), (mgn, Some(9)), (han, Some(7))] {
        let config = ParseConfig {
            distill: distill(8),
            decoder,
            motion,
        };
        let head = config.init(&layers, &layers, 5, &device).unwrap();
        let counted = parse_head(&config, &layers, &layers, 5);
        assert_eq!(head.num_params() as u64, counted, "{config:?}");
    }
    let variants = [
        (false, false, Injection::default()),
        (true, true, Injection::default()),
        (false, true, Injection::none()),
    ];
    for (tpavi, matching, injection) in variants {
        let config = SegmentConfig {
            distill: Distillation {
                d: 8,
                visual: LcdConfig {
                    repeats: 3,
                    own_weights: true,
                    ..LcdConfig::default()
                },
                ..Distillation::avs_s4()
            },
            tpavi,
            matching,
            injection,
            width: 16,
            mask: (32, 32),
        };
        let head = config.init(&layers, &layers, &device).unwrap();
        let counted = segment_head(&config, &layers, &layers) + running(&config);
        assert_eq!(head.num_params() as u64, counted, "{config:?}");
    }
}

/// AVMoE's grouping network with its first layers, counted from its code: 4,382,449.
#[test]
fn the_grouping_network_has_its_published_count() {
    assert_eq!(mgn_as_published(), 4_382_449);
}

/// The paper's rows: events on Swin to the last digit printed; of the others it is said that they are not.
#[test]
fn the_papers_rows_stand_beside_ours() {
    let rows = published();
    for row in &rows {
        let ours = row
            .ours
            .map(|ours| format!("{:.1}", ours.total() as f64 / 1e6));
        let same = ours == Some(format!("{:.1}", row.paper_millions));
        assert_eq!(row.reproduced(), same, "{}", row.model);
        let told = row.note.contains("not reproduced");
        assert_eq!(row.reproduced(), !told, "{}", row.model);
    }
    let reproduced = rows.iter().filter(|row| row.reproduced());
    let reproduced: Vec<&str> = reproduced.map(|row| row.model).collect();
    assert_eq!(
        reproduced,
        ["AVEL, Swin-V2-L and HTS-AT", "AVEL, Swin-V2-L"]
    );
    let millions: Vec<f64> = rows.iter().map(|row| row.paper_millions).collect();
    // Tables 1, 2, 3, 4 and 15.
    let printed = [
        338.0, 364.4, 532.2, 283.5, 257.2, 291.7, 347.8, 343.2, 347.7, 286.1, 285.5, 286.0, 151.6,
        151.9,
    ];
    assert_eq!(millions, printed);
    let vit = rows[2].ours.unwrap();
    // 24 blocks a modality of 4 x 1024 x 1024, biases, meta-tokens, token weights and projections, and CMBS.
    assert_eq!(vit.trainable, 214_723_733, "{vit:?}");
}

/// What was found to give the paper's totals: 283.5 M, 8.3 %; 257.2 M, 11.1 %; 291.7 M, 21.6 %.
#[test]
fn presets_give_the_papers_totals() {
    let totals = Fitted::ALL.map(|preset| preset.count().total());
    assert_eq!(totals, [283_549_833, 257_226_448, 291_652_328]);
    for preset in Fitted::ALL {
        let (count, (millions, percent)) = (preset.count(), preset.paper());
        let tenths = |x: f64| format!("{x:.1}");
        let name = preset.name();
        assert_eq!(
            tenths(count.total() as f64 / 1e6),
            tenths(millions),
            "{name}"
        );
        assert_eq!(tenths(count.percent()), tenths(percent), "{name}");
    }
    let avvp = Fitted::Avvp.count();
    assert_eq!(format!("{:.2}", avvp.percent()), "8.27");
    // Piece by piece: LCDs of Swin at 192, 384, 768, 1536 and of HTS-AT at 192, 384, 768, 768 numbers, each with four square
    // matrices, a meta-token, weights of its tokens and a layer to 256; MGN with R(2+1)D features on 256 numbers.
    let lcd =
        |width: u64, tokens: u64| 4 * (width + 1) * width + width + tokens + 1 + (width + 1) * 256;
    let swin = lcd(192, 2304) + lcd(384, 576) + lcd(768, 144) + lcd(1536, 36);
    let htsat = lcd(192, 1024) + lcd(384, 256) + 2 * lcd(768, 64);
    let mgn = 4_382_449 - 769 * 128 - 1537 * 128 + 2 * 257 * 128;
    assert_eq!(avvp.trainable, swin + htsat + mgn);
    // The second visual repeat's matrices and token weights, 28 more tokens heard, layers to 256 channels, HTS-AT.
    let (shared, separate) = (Fitted::AvsShared.count(), Fitted::AvsSeparate.count());
    let more = 4 * 769 * 768 + 37 + 28 + 256 * (193 + 385 + 769 + 1537) + 31_325_143;
    assert_eq!(separate.trainable, shared.trainable + more);
    assert_eq!(separate.frozen, shared.frozen);
}
