//! Reading EAF, of this program or of ELAN: slots without a time lie evenly between their neighbours, `TIME_ORIGIN` moves all, and
//! an annotation that refers to another has its time.

use std::collections::HashMap;

use roxmltree::Node;

use super::eaf::{MODEL, PERSON};
use super::text::lane;
use super::xml::{children, need, number, parsed, words};
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Label, Modality, Time, TimeSpan};

pub(super) fn read(text: &str, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let document = parsed(text)?;
    let root = document.root_element();
    if !root.has_tag_name("ANNOTATION_DOCUMENT") {
        return Err(Wrong::new(
            "its outermost element is not ANNOTATION_DOCUMENT",
        ));
    }
    let slots = slots(root)?;
    let tiers: Vec<Node<'_, '_>> = children(root, "TIER").collect();
    let mut spans: HashMap<&str, TimeSpan> = HashMap::new();
    for annotation in root.descendants() {
        if annotation.has_tag_name("ALIGNABLE_ANNOTATION") {
            let slot = |name| {
                let id = need(annotation, name)?;
                let found = slots.get(id).copied();
                found.ok_or_else(|| Wrong::new(format!("there is no time slot {id}")))
            };
            let span = TimeSpan::new(slot("TIME_SLOT_REF1")?, slot("TIME_SLOT_REF2")?);
            spans.insert(need(annotation, "ANNOTATION_ID")?, span);
        }
    }
    refer(root, &mut spans)?;
    let scores = scores(&tiers)?;
    let who = tiers.iter().filter_map(|tier| tier.attribute("ANNOTATOR"));
    let mut models = who.filter_map(|who| who.strip_prefix(MODEL)?.strip_prefix(' '));
    sheet.model = models.next().unwrap_or_default().to_owned();
    for tier in tiers.iter().filter(|tier| !is_score(tier)) {
        let name = need(*tier, "TIER_ID")?;
        for annotation in annotations(*tier) {
            let id = need(annotation, "ANNOTATION_ID")?;
            let Some(span) = spans.get(id) else {
                continue;
            };
            let said = value(annotation);
            // Our own tiers name the class in every annotation; others may name it once.
            let said = if said.trim().is_empty() {
                lane(name).1
            } else {
                &said
            };
            sheet.marks.push(Mark {
                span: *span,
                modality: lane(name).0.unwrap_or(usual),
                label: Label::from(said),
                by: speaker(tier.attribute("ANNOTATOR"), scores.get(id).copied()),
            });
        }
    }
    Ok(sheet)
}

/// What an annotation says; what stands around it is for people.
fn value(annotation: Node<'_, '_>) -> String {
    let values = children(annotation, "ANNOTATION_VALUE");
    values.map(words).collect()
}

fn speaker(annotator: Option<&str>, score: Option<f32>) -> By {
    match annotator {
        Some(PERSON) => By::Person { yes: true },
        Some(who) if who == MODEL || who.starts_with("model ") => By::model(score),
        _ => score.map_or(By::Unsaid, |score| By::model(Some(score))),
    }
}

/// Whether a tier holds scores of another.
fn is_score(tier: &Node<'_, '_>) -> bool {
    tier.attribute("LINGUISTIC_TYPE_REF") == Some("score") && tier.has_attribute("PARENT_REF")
}

fn annotations<'a, 'input>(tier: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    let inside = children(tier, "ANNOTATION");
    inside.filter_map(|annotation| annotation.first_element_child())
}

/// When each slot is.
fn slots<'a>(root: Node<'a, '_>) -> Result<HashMap<&'a str, Time>, Wrong> {
    let header = children(root, "HEADER").next();
    let media = header.and_then(|header| children(header, "MEDIA_DESCRIPTOR").next());
    let origin = media.and_then(|media| media.attribute("TIME_ORIGIN"));
    let origin: i64 = origin
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    let mut named: Vec<(&str, Option<i64>)> = Vec::new();
    for order in children(root, "TIME_ORDER") {
        for slot in children(order, "TIME_SLOT") {
            let value = match slot.has_attribute("TIME_VALUE") {
                true => Some(number(slot, "TIME_VALUE")?),
                false => None,
            };
            named.push((need(slot, "TIME_SLOT_ID")?, value));
        }
    }
    let times = (0..named.len()).map(|place| {
        let before = (0..=place).rev().find_map(|i| Some((i, named[i].1?)));
        let after = (place..named.len()).find_map(|i| Some((i, named[i].1?)));
        let ms = match (before, after) {
            (Some((i, from)), Some((k, to))) if k > i => {
                from + (to - from) * (place - i) as i64 / (k - i) as i64
            }
            (Some((_, at)), _) | (None, Some((_, at))) => at,
            (None, None) => 0,
        };
        (
            named[place].0,
            Time::from_micros(ms.saturating_sub(origin).saturating_mul(1000)),
        )
    });
    Ok(times.collect())
}

/// Annotations that refer to others have their times, also where those refer to others in turn.
fn refer<'a>(root: Node<'a, '_>, spans: &mut HashMap<&'a str, TimeSpan>) -> Result<(), Wrong> {
    let mut open: Vec<(&str, &str)> = Vec::new();
    for annotation in root.descendants() {
        if annotation.has_tag_name("REF_ANNOTATION") {
            let of = need(annotation, "ANNOTATION_REF")?;
            open.push((need(annotation, "ANNOTATION_ID")?, of));
        }
    }
    loop {
        let before = open.len();
        open.retain(|(id, of)| {
            let found = spans.get(of).copied();
            if let Some(span) = found {
                spans.insert(id, span);
            }
            found.is_none()
        });
        if open.len() == before {
            return Ok(());
        }
    }
}

/// The score of each annotation that has one.
fn scores<'a>(tiers: &[Node<'a, '_>]) -> Result<HashMap<&'a str, f32>, Wrong> {
    let mut scores = HashMap::new();
    for tier in tiers.iter().filter(|tier| is_score(tier)) {
        for annotation in annotations(*tier) {
            let of = need(annotation, "ANNOTATION_REF")?;
            if let Ok(score) = value(annotation).trim().parse() {
                scores.insert(of, score);
            }
        }
    }
    Ok(scores)
}
