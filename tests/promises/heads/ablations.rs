//! The paper's ablation tables are configurations, and every one of them builds, runs and survives being saved.

use burn::tensor::Device;
use mettle_core::base::Task;
use mettle_core::model::heads::{Distiller, HanConfig};
use mettle_core::model::{
    AvelConfig, Distillation, DpBranch, Granularity, Injection, ParseConfig, ParseDecoder,
    SegmentConfig,
};

use super::features::{layers, pooled};

/// Rows of each table, from the paper.
const ROWS: [(u8, usize); 7] = [(5, 3), (6, 5), (7, 3), (8, 5), (9, 3), (10, 3), (12, 4)];

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
                if matches!(row.granularity, Granularity::Single(stage) if stage > 1) {
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
    let rows = Injection::ablation();
    assert_eq!(
        rows.map(|(name, _)| name),
        ["intra", "cross", "intra and cross", "intra first"]
    );
    assert!(!rows[0].1.cross && rows[0].1.intra && !rows[3].1.cross_first);
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
