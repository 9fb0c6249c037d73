//! The embedded model's backbones learn real examples from a teacher's file: the file is checked before anything is learned, the
//! losses are what they are said to be, and the same seeds give the same weights.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::model::{ImagePrep, SwinV2Config};
use mettle_core::train::{
    DemoRecipe, LessonWeights, Lessons, Schedule, Side, classes_loss, distilled_loss, train_trunk,
};
use mettle_tests::program::alone;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize_to_file};

const SIDE: usize = 32;
/// Views in a file.
const VIEWS: usize = 12;
/// Cells along a side of a backbone's last map, and of the teacher's.
const CELLS: usize = 2;

type Tensors = HashMap<&'static str, (Dtype, Vec<usize>, Vec<u8>)>;

/// A teacher's file of plain pictures, dark where there is a bus and bright where there is none; `spoil` makes something else of it.
fn file(path: &Path, spoil: impl FnOnce(&mut Tensors)) {
    let bus = |i: usize| i.is_multiple_of(2);
    let pixels = SIDE * SIDE * 3;
    let input = (0..VIEWS).flat_map(|i| vec![if bus(i) { 40 } else { 210 }; pixels]);
    let floats = |count: usize, of: &dyn Fn(usize) -> [f32; 4]| -> Vec<u8> {
        let all = (0..count).flat_map(of);
        all.flat_map(f32::to_le_bytes).collect()
    };
    let folds = (0..VIEWS).map(|i| (i % 4) as u8 + 1).collect();
    let classes = (0..VIEWS).flat_map(|i| [u8::from(bus(i)), 0]).collect();
    let taught = |cell: usize| {
        if bus(cell / (CELLS * CELLS)) {
            [1.0, -1.0, 1.0, 1.0]
        } else {
            [-1.0; 4]
        }
    };
    let boxed = |i: usize| {
        if i < 6 {
            [0.0, 0.0, 0.5, 1.0]
        } else {
            [f32::NAN; 4]
        }
    };
    let mut tensors = HashMap::from([
        (
            "input",
            (Dtype::U8, vec![VIEWS, SIDE, SIDE, 3], input.collect()),
        ),
        ("fold", (Dtype::U8, vec![VIEWS], folds)),
        ("classes", (Dtype::U8, vec![VIEWS, 2], classes)),
        ("box", (Dtype::F32, vec![VIEWS, 4], floats(VIEWS, &boxed))),
        (
            "features",
            (
                Dtype::F32,
                vec![VIEWS, CELLS, CELLS, 4],
                floats(VIEWS * CELLS * CELLS, &taught),
            ),
        ),
    ]);
    spoil(&mut tensors);
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        let view = TensorView::new(*dtype, shape.clone(), bytes).unwrap();
        ((*name).to_owned(), view)
    });
    let notes = HashMap::from([("classes".to_owned(), r#"["Bus", "Bark"]"#.to_owned())]);
    serialize_to_file(views, Some(notes), path).unwrap();
}

#[test]
fn a_file_that_is_no_teachers_is_named_and_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pictures.safetensors");
    let prep = ImagePrep::imagenet(SIDE, SIDE);
    let refused = |what: &str| {
        let error = Lessons::pictures(&path, &prep, CELLS)
            .err()
            .map(|e| e.to_string());
        let error = error.unwrap_or_default();
        assert!(error.contains("pictures.safetensors"), "{error}");
        assert!(error.contains(what), "{error}");
    };
    refused("No such file");
    std::fs::write(&path, "no tensors at all").unwrap();
    refused("is no safetensors file");
    file(&path, |tensors| drop(tensors.remove("features")));
    refused("lacks the tensor \"features\"");
    file(&path, |tensors| {
        let (_, shape, bytes) = tensors.get_mut("fold").unwrap();
        (*shape, *bytes) = (vec![VIEWS - 1], vec![1; VIEWS - 1]);
    });
    refused("\"box\" has 12 rows where \"fold\" has 11");
    file(&path, |tensors| {
        tensors.get_mut("input").unwrap().1 = vec![VIEWS, SIDE * SIDE, 3];
    });
    refused("[32, 32, 3] is wanted");
    file(&path, |tensors| {
        tensors.get_mut("features").unwrap().1 = vec![VIEWS, CELLS * CELLS * 4];
    });
    refused("\"features\" is [12, 16] where each example has cells [2, 2] of numbers");
    file(&path, |_| ());
    let read = Lessons::pictures(&path, &prep, CELLS).unwrap();
    assert_eq!(read.len(), VIEWS);
}

#[test]
fn the_losses_are_what_is_computed_by_hand() {
    let device = Device::flex();
    let tensor = |rows: [[f32; 2]; 2]| Tensor::<2>::from_data(rows, &device);
    let said = tensor([[1.0, 0.0], [2.0, -1.0]]);
    let wanted = tensor([[1.0, 2.0], [0.0, 0.0]]);
    // (0 + 4 + 4 + 1) / 4
    let found = distilled_loss(said, wanted).into_scalar::<f32>();
    assert!((found - 2.25).abs() < 1e-6, "{found}");
    let logits = tensor([[0.0, 2.0], [-1.0, 0.0]]);
    let there = tensor([[1.0, 1.0], [0.0, 1.0]]);
    // (ln 2 + ln(1 + e^-2) + ln(1 + e^-1) + ln 2) / 2 examples
    let found = classes_loss(logits, there).into_scalar::<f32>();
    assert!((found - 0.913_242_2).abs() < 1e-5, "{found}");
}

/// In a process of its own: the tensor library has one source of random numbers a process, and other tests draw from it.
#[test]
fn the_same_seeds_give_the_same_backbone_and_the_loss_falls() {
    alone("train::trunks::bit_by_bit");
}

#[test]
#[ignore = "run by the one above"]
fn bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder.path().join("pictures.safetensors"), |_| ());
    let weights = |name: &str, steps: usize| {
        let (out, mut lines) = (folder.path().join(name), vec![]);
        let mut recipe = small(steps);
        // As the embedded model's is: in parts at once, by Muon, with parts of views pasted into others.
        let schedule = recipe.pictures[1];
        recipe.pictures[1] = schedule.in_parts(2).by_muon(0.01).pasting(0.5);
        let teachers = Some(folder.path());
        train_trunk(&out, &recipe, Side::Visual, teachers, |line| {
            lines.push(line.to_owned())
        })
        .unwrap();
        let bytes = std::fs::read(out.join("visual.safetensors")).unwrap();
        (bytes, loss(&lines))
    };
    let (first, early) = weights("first", 5);
    let (second, _) = weights("second", 5);
    assert!(first == second, "two trainings from the same seeds differ");
    let (longer, late) = weights("longer", 100);
    assert!(first != longer);
    assert!(late < 0.9 * early, "the loss went from {early} to {late}");
}

/// Half of the views are mirrored as they come: a cell's features must go where the cell goes, or nobody could learn them.
#[test]
fn what_the_teacher_makes_of_a_cell_is_mirrored_with_the_view() {
    alone("train::trunks::mirrored");
}

#[test]
#[ignore = "run by the one above"]
fn mirrored() {
    moved_with_its_view(0.0);
}

/// A part of another view that is pasted into one brings what is known of its cells.
#[test]
fn what_the_teacher_makes_of_a_cell_is_pasted_with_it() {
    alone("train::trunks::pasted");
}

#[test]
#[ignore = "run by the one above"]
fn pasted() {
    moved_with_its_view(1.0);
}

/// Learns views that are dark on one side, the teacher's cells likewise, and has so many pasted into each other.
fn moved_with_its_view(pasted: f32) {
    let folder = tempfile::tempdir().unwrap();
    let dark = |view: usize, left: bool| view.is_multiple_of(2) == left;
    file(&folder.path().join("pictures.safetensors"), |tensors| {
        let places = 0..VIEWS * SIDE * SIDE;
        let bytes = places.flat_map(|place| {
            let left = place % SIDE < SIDE / 2;
            [if dark(place / (SIDE * SIDE), left) {
                40
            } else {
                210
            }; 3]
        });
        tensors.get_mut("input").unwrap().2 = bytes.collect();
        let cells = 0..VIEWS * CELLS * CELLS;
        let floats = cells.flat_map(|cell| {
            let of_dark = dark(cell / (CELLS * CELLS), cell % CELLS == 0);
            [if of_dark { 1.0f32 } else { -1.0 }; 4]
        });
        let bytes = floats.flat_map(f32::to_le_bytes).collect();
        tensors.get_mut("features").unwrap().2 = bytes;
    });
    let learned = |steps: usize| {
        let (mut recipe, mut lines) = (small(steps), vec![]);
        recipe.pictures[1].pasted = pasted;
        recipe.pictures[1].weights = LessonWeights {
            cells: 0.0,
            classes: 0.0,
            teacher: 20.0,
        };
        let out = folder.path().join(steps.to_string());
        train_trunk(&out, &recipe, Side::Visual, Some(folder.path()), |line| {
            lines.push(line.to_owned())
        })
        .unwrap();
        loss(&lines)
    };
    let (early, late) = (learned(2), learned(100));
    assert!(late < 0.6 * early, "the loss went from {early} to {late}");
}

fn small(steps: usize) -> DemoRecipe {
    DemoRecipe {
        visual: SwinV2Config {
            img_size: (SIDE, SIDE),
            patch_size: 8,
            embed_dim: 16,
            depths: vec![2, 2],
            num_heads: vec![2, 4],
            window_size: 2,
            num_classes: 0,
            ..SwinV2Config::default()
        },
        pictures: vec![
            Schedule::scenes(3, 2, 2e-3),
            Schedule::scenes(steps, 2, 2e-3).and_real(4),
        ],
        ..DemoRecipe::default()
    }
}

/// The mean loss that the last line of steps tells.
fn loss(lines: &[String]) -> f32 {
    let line = lines
        .iter()
        .rev()
        .find(|line| line.contains("loss"))
        .unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "loss").unwrap();
    words[at + 1].parse().unwrap()
}
