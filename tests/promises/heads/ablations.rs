//! The paper's ablation tables are configurations, and every one of them builds, runs and survives being saved.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use mettle_core::base::Task;
use mettle_core::model::heads::{Distiller, HanConfig};
use mettle_core::model::params::heads::segment_head;
use mettle_core::model::{
    AvelConfig, Distillation, DpBranch, Granularity, Injection, LayerFeatures, ParseConfig,
    ParseDecoder, SegmentConfig,
};

use super::features::{layers, pooled};

/// Rows of each table, from the paper.
const ROWS: [(u8, usize); 7] = [(5, 3), (6, 5), (7, 3), (8, 5), (9, 3), (10, 3), (12, 7)];

#[test]
fn every_row_of_every_table_runs() {
    let device = Device::flex();
    let features = pooled(2, &device);
    for task in [Task::Localize, Task::Parse, Task::Segment] {
        let base = Distillation {
            d: 8,
            ..Distillation::of(task)
        };
        for (table, rows) in ROWS {
            let all = base.ablation(table);
            assert_eq!(all.len(), rows, "Table {table}");
            for (name, row) in all {
                // The small backbone has two stages of the paper's four.
                let there = match row.granularity {
                    Granularity::Single(stage) | Granularity::SingleAndLast(stage) => stage < 2,
                    Granularity::Block | Granularity::Stage | Granularity::Last => true,
                };
                if !there {
                    continue;
                }
                for lcd in [&row.visual, &row.audio] {
                    let distiller = Distiller::new(&row, lcd, &layers(), &device)
                        .unwrap_or_else(|e| panic!("Table {table}, {name}: {e}"));
                    let found = distiller.forward(&features).dims();
                    assert_eq!(found, [2, distiller.width()], "Table {table}, {name}");
                }
                let text = serde_json::to_string(&row).unwrap();
                let again: Distillation = serde_json::from_str(&text).unwrap();
                assert_eq!(again, row, "Table {table}, {name}");
            }
        }
        assert!(base.ablation(13).is_empty());
    }
}

/// What each table varies.
#[test]
fn rows_say_what_they_change() {
    let base = Distillation::avel();
    let find = |table: u8, name: &str| {
        let rows = base.ablation(table);
        let row = rows.into_iter().find(|(n, _)| n == name);
        row.unwrap_or_else(|| panic!("Table {table} has no {name}"))
            .1
    };
    let row = find(6, "K_a=1 K_v=2");
    assert_eq!((row.audio.tokens, row.visual.tokens), (1, 2));
    let row = find(7, "{8,4,2,1}");
    assert_eq!(
        (0..4).map(|s| row.visual.tokens_of(s)).collect::<Vec<_>>(),
        [8, 4, 2, 1]
    );
    let row = find(8, "R_a=2 R_v=1");
    assert_eq!((row.audio.repeats, row.visual.repeats), (2, 1));
    let row = find(9, "DP");
    assert!(!row.audio.ts_branch && row.audio.dp_branch == DpBranch::Linear);
    let row = find(9, "TS");
    assert!(row.visual.ts_branch && row.visual.dp_branch == DpBranch::None);
    let row = find(10, "AvgPool.");
    assert_eq!(row.audio.dp_branch, DpBranch::Avgpool);
    let row = find(5, "Direct");
    assert!(!row.projection && row.granularity == Granularity::Last);
    assert_eq!(find(12, "stage 3").granularity, Granularity::Single(2));
    let row = find(12, "stage 3 and last");
    assert_eq!(row.granularity, Granularity::SingleAndLast(2));
    let rows = Injection::ablation();
    assert_eq!(
        rows.map(|(name, _)| name),
        ["intra", "cross", "intra and cross", "intra first"]
    );
    assert!(!rows[0].1.cross && rows[0].1.intra && !rows[3].1.cross_first);
}

/// Table 12's text: the last layer and an earlier one, both distilled to the same width, their meta-tokens averaged.
#[test]
fn an_earlier_stage_joins_the_last() {
    let device = Device::flex();
    let features = pooled(2, &device);
    let granularity = |g| Distillation {
        d: 8,
        granularity: g,
        ..Distillation::avs_ms3()
    };
    let (first, last) = (Granularity::SingleAndLast(0), Granularity::SingleAndLast(1));
    assert_eq!(first.pick(&layers()), [1, 3]);
    // The last stage and the last layer are one.
    assert_eq!(last.pick(&layers()), [3]);
    assert!(Granularity::SingleAndLast(2).pick(&layers()).is_empty());
    let joined = granularity(first);
    let lcd = &joined.visual;
    let distiller = Distiller::new(&joined, lcd, &layers(), &device).unwrap();
    assert_eq!(distiller.tokens(&features).dims(), [2, 1, 8]);
    let distil = |features: &LayerFeatures| -> Vec<f32> {
        distiller.forward(features).try_into_vec_as().unwrap()
    };
    let before = distil(&features);
    let reads = |change: &dyn Fn(&mut LayerFeatures)| {
        let mut changed = features.clone();
        change(&mut changed);
        distil(&changed) != before
    };
    let wrong = |x: &Tensor<3>| x.clone() * 2.0 + 1.0;
    let read = [0, 1, 2, 3].map(|l| reads(&|f| f.layers[l] = wrong(&f.layers[l])));
    // The last one after its norm.
    assert_eq!(read, [false, true, false, false]);
    assert!(reads(&|f| f.final_norm = wrong(&f.final_norm)));
    let missing = granularity(Granularity::SingleAndLast(2));
    assert!(Distiller::new(&missing, lcd, &layers(), &device).is_err());
    // Masks are made of it.
    let config = SegmentConfig {
        distill: joined.clone(),
        width: 16,
        mask: (16, 16),
        ..SegmentConfig::default()
    };
    let head = config.init(&layers(), &layers(), &device).unwrap();
    let said = head.forward(&features, &features, 1).unwrap();
    assert_eq!(said.logits.dims(), [2, 16, 16]);
    assert_eq!(
        head.num_params() as u64,
        segment_head(&config, &layers(), &layers())
    );
}

/// A head's configuration is one flat object; what older bundles left out is as it was for them.
#[test]
fn configurations_are_kept_with_the_head() {
    let parse = ParseConfig {
        decoder: ParseDecoder::Han(HanConfig::default()),
        motion: Some(512),
        ..ParseConfig::default()
    };
    let value = serde_json::to_value(&parse).unwrap();
    assert_eq!(value["d"], 768);
    assert_eq!(value["granularity"], "stage");
    assert_eq!(value["visual"]["final_norm"], true);
    assert_eq!(serde_json::from_value::<ParseConfig>(value).unwrap(), parse);
    let segment = SegmentConfig::default();
    let value = serde_json::to_value(&segment).unwrap();
    assert_eq!(value["granularity"], "last");
    assert_eq!(
        serde_json::from_value::<SegmentConfig>(value).unwrap(),
        segment
    );
    let older = serde_json::json!({
        "d": 128, "granularity": "block", "inter_modal": true,
        "visual": {"tokens": 2}, "audio": {},
    });
    let older: AvelConfig = serde_json::from_value(older).unwrap();
    assert!(older.distill.projection && !older.distill.visual.final_norm);
    assert_eq!(older.distill.visual.tokens, 2);
}
