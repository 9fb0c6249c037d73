//! Parameter counts of parsing and segmentation: the arithmetic is what modules hold, and the paper's totals stand beside it.

use burn::module::Module;
use burn::tensor::Device;
use mettle_core::model::heads::{HanConfig, MgnConfig};
use mettle_core::model::params::heads::{
    fitted_segmentation, mgn_as_published, parse_head, published, segment_head,
};
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

/// The paper's rows: events to the last digit printed, parsing and segmentation as far as they go.
#[test]
fn the_papers_rows_stand_beside_ours() {
    let rows = published();
    let names: Vec<&str> = rows.iter().map(|row| row.model).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    for row in &rows {
        let ours = row.ours.total() as f64 / 1e6;
        let printed = format!("{ours:.1}");
        println!(
            "{:<32} {ours:6.1} M {:4.1} %   paper {:5.1} M {:4.1} %   {}",
            row.model,
            row.ours.percent(),
            row.paper_millions,
            row.paper_percent,
            row.note
        );
        let same = printed == format!("{:.1}", row.paper_millions);
        assert_eq!(row.reproduced(), same, "{}", row.model);
        assert!(row.reproduced() || !row.note.is_empty(), "{}", row.model);
    }
    let reproduced: Vec<bool> = rows.iter().map(|row| row.reproduced()).collect();
    assert_eq!(reproduced, [true, true, false, false, false]);
}

/// The one reading found that fits both rows of segmentation: 257.2 M, 11.1 % and 291.7 M, 21.6 %.
#[test]
fn segmentation_can_be_fitted() {
    let shared = fitted_segmentation(true);
    let separate = fitted_segmentation(false);
    assert!(
        (shared.total() as f64 / 1e6 - 257.2).abs() < 0.05,
        "{shared:?}"
    );
    assert!((shared.percent() - 11.1).abs() < 0.05, "{shared:?}");
    assert!(
        (separate.total() as f64 / 1e6 - 291.7).abs() < 0.05,
        "{separate:?}"
    );
    assert!((separate.percent() - 21.6).abs() < 0.05, "{separate:?}");
}
