//! An analysis as comma-separated values.

use std::collections::BTreeMap;

use super::{Analysis, SegmentPart};

impl Analysis {
    /// The segments as comma-separated values, one line each after a header.
    pub fn to_csv(&self) -> String {
        let first = self.segments.first();
        let kinds = [
            (
                "",
                SegmentPart::scores as fn(&SegmentPart) -> &BTreeMap<String, f32>,
            ),
            ("audible ", |segment| &segment.audible),
            ("visible ", |segment| &segment.visible),
        ];
        let columns: Vec<_> = kinds
            .into_iter()
            .flat_map(|(kind, of)| {
                let classes = first.map(of).into_iter().flat_map(BTreeMap::keys);
                classes.map(move |class| (kind, of, class))
            })
            .collect();
        let mut csv = String::from("start_s,end_s,label,score");
        for (kind, _, class) in &columns {
            csv.push(',');
            csv.push_str(&quoted(&format!("{kind}{class}")));
        }
        csv.push('\n');
        for segment in &self.segments {
            let (start, end, score) = (segment.start_s, segment.end_s, segment.score);
            csv.push_str(&format!("{start},{end},{},{score}", quoted(&segment.label)));
            for (_, of, class) in &columns {
                let score = of(segment).get(*class).copied().unwrap_or_default();
                csv.push_str(&format!(",{score}"));
            }
            csv.push('\n');
        }
        csv
    }
}

impl SegmentPart {
    fn scores(&self) -> &BTreeMap<String, f32> {
        &self.scores
    }
}

/// A field as RFC 4180 wants it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
