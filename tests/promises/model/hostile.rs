//! Checkpoints made to harm are refused: no code runs, nothing overflows, memory stays small.

use std::io::Write;

use mettle_core::model::weights::{StateDict, read_checkpoint};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::golden::path;

/// A PyTorch archive with this pickle and one storage of 16 bytes named 0.
fn archive(pickle: &[u8]) -> Vec<u8> {
    zip_of(
        &[("a/data.pkl", pickle), ("a/data/0", &[0; 16])],
        CompressionMethod::Stored,
    )
}

fn zip_of(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<StateDict, String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hostile.ckpt");
    std::fs::write(&file, bytes).unwrap();
    read_checkpoint(&file).map_err(|e| e.to_string())
}

#[track_caller]
fn refused(pickle: &[u8], why: &str) {
    let error = read(&archive(pickle)).unwrap_err();
    assert!(error.contains("hostile.ckpt"), "{error}");
    assert!(error.contains(why), "{error}");
}

/// A pickle of one tensor `w` of the given storage class, element count, offset, sizes and strides.
fn tensor(class: &str, count: i32, offset: i32, shape: &[i32], strides: &[i32]) -> Vec<u8> {
    let mut p = b"\x80\x02}".to_vec();
    let text = |p: &mut Vec<u8>, s: &str| {
        p.push(b'X');
        p.extend((s.len() as u32).to_le_bytes());
        p.extend(s.as_bytes());
    };
    let int = |p: &mut Vec<u8>, v: i32| {
        p.push(b'J');
        p.extend(v.to_le_bytes());
    };
    text(&mut p, "w");
    p.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(&mut p, "storage");
    p.extend(format!("ctorch\n{class}\n").as_bytes());
    text(&mut p, "0");
    text(&mut p, "cpu");
    int(&mut p, count);
    p.extend(b"tQ");
    int(&mut p, offset);
    for list in [shape, strides] {
        p.push(b'(');
        list.iter().for_each(|v| int(&mut p, *v));
        p.push(b't');
    }
    p.extend(b"\x89N");
    p.extend(b"tRs.");
    p
}

#[test]
fn an_honest_tensor_is_read() {
    let state = read(&archive(&tensor("FloatStorage", 4, 0, &[2, 2], &[2, 1]))).unwrap();
    assert_eq!(state["w"].shape, [2, 2]);
    assert_eq!(state["w"].to_f32().unwrap(), [0.0; 4]);
    let turned = read(&archive(&tensor("HalfStorage", 8, 1, &[2, 3], &[1, 2]))).unwrap();
    assert_eq!(turned["w"].to_f32().unwrap().len(), 6);
}

/// Views that reach beyond their storage, storages beyond their entry, and numbers that overflow.
#[test]
fn tensors_beyond_their_bytes_are_refused() {
    let all = i32::MAX;
    for pickle in [
        tensor("FloatStorage", 4, 1, &[2, 2], &[2, 1]),
        tensor("FloatStorage", 4, 0, &[2, 2], &[3, 1]),
        tensor("FloatStorage", 4, 0, &[all, all, all], &[all, all, all]),
        tensor("FloatStorage", 4, all, &[1], &[1]),
    ] {
        refused(&pickle, "beyond its storage");
    }
    refused(&tensor("FloatStorage", 5, 0, &[1], &[1]), "cut short");
    refused(&tensor("DoubleStorage", all, 0, &[1], &[1]), "cut short");
    refused(&tensor("FloatStorage", -1, 0, &[1], &[1]), "cut short");
    refused(
        &tensor("FloatStorage", 4, 0, &[-1], &[1]),
        "no whole number",
    );
    refused(&tensor("FloatStorage", 4, 0, &[1, 1], &[1]), "strides");
    refused(&tensor("QInt8Storage", 4, 0, &[1], &[1]), "QInt8Storage");
}

/// Sizes that claim more elements than there are bytes cost nothing before a model asks for exactly that many.
#[test]
fn a_view_that_repeats_one_element_allocates_nothing() {
    let pickle = tensor("FloatStorage", 4, 0, &[i32::MAX, i32::MAX], &[0, 0]);
    let state = read(&archive(&pickle)).unwrap();
    assert_eq!(state["w"].len(), (i32::MAX as usize).pow(2));
}

/// What would run a command in Python is an inert name here: the file is read, and holds no tensors.
#[test]
fn no_code_runs() {
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let command = format!("touch {}", trace.display());
    let mut pickle = b"\x80\x02}X\x01\x00\x00\x00wcposix\nsystem\nX".to_vec();
    pickle.extend((command.len() as u32).to_le_bytes());
    pickle.extend(command.as_bytes());
    pickle.extend(b"\x85Rs.");
    refused(&pickle, "no tensors");
    assert!(!trace.exists());
    // The protocol 0 spelling is not even understood.
    refused(b"(S'touch trace'\nios\nsystem\n.", "opcode");
}

/// Lengths far beyond the file, in every opcode that has one.
#[test]
fn lengths_beyond_the_file_are_refused() {
    for op in [b'X', b'B', b'T', 0x8b] {
        refused(
            &[0x80, 2, op, 0xff, 0xff, 0xff, 0xff, b'a', b'.'],
            "ends in the middle",
        );
    }
    for op in [0x8d, 0x8e] {
        let mut pickle = vec![0x80, 4, op];
        pickle.extend(u64::MAX.to_le_bytes());
        refused(&pickle, "ends in the middle");
    }
    refused(&[0x80, 2, 0x8a, 0xff, 1, b'.'], "ends in the middle");
}

/// Structures a million deep, or that hold themselves, cost no stack, not even when they are dropped.
#[test]
fn deep_and_circular_structures_are_harmless() {
    let mut deep = b"\x80\x02N".to_vec();
    deep.resize(900_000, 0x85);
    deep.push(b'.');
    refused(&deep, "no dictionary");
    let mut marks = b"\x80\x02".to_vec();
    marks.resize(5_000_000, b'(');
    refused(&marks, "more than");
    let mut many = b"\x80\x02".to_vec();
    many.resize(5_000_000, b'N');
    refused(&many, "more than");
    // A list, and a dictionary, appended to themselves.
    refused(b"\x80\x02]q\x00h\x00a.", "no dictionary");
    refused(b"\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s.", "no tensors");
}

/// Opcodes that take what is not there, or what is of another kind.
#[test]
fn nonsense_is_refused_in_words() {
    for pickle in [
        &b""[..],
        b".",
        b"\x80",
        b"a.",
        b"(a.",
        b"u.",
        b"s.",
        b"R.",
        b"\x81.",
        b"\x93.",
        b"b.",
        b"\x87.",
        b"N(\x86.",
        b"h\x07.",
        b"q\x00.",
        b"t.",
        b"(0.",
        b"Q.",
        b"}(Nu.",
        b"NN\x93.",
        b"cno end",
        b"\x8c\x02\xff\xff.",
        b"I5\n.",
    ] {
        read(&archive(pickle)).unwrap_err();
    }
    // Containers of another kind than the opcode expects stay as they are.
    refused(b"\x80\x02N]a.", "no dictionary");
    refused(b"\x80\x02NK\x01K\x02s.", "no dictionary");
}

/// A checkpoint in the format of before 1.6: this pickle, and storages with the lengths they say they have.
fn legacy(pickle: &[u8], storages: &[(&str, u64, &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    bytes.extend(b"\x80\x02M\xe9\x03.");
    bytes.extend(b"\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.");
    bytes.extend(pickle);
    bytes.extend(b"\x80\x02]");
    for (key, ..) in storages {
        bytes.extend(
            [
                b"X",
                &(key.len() as u32).to_le_bytes()[..],
                key.as_bytes(),
                b"a",
            ]
            .concat(),
        );
    }
    bytes.push(b'.');
    for (_, length, content) in storages {
        bytes.extend(length.to_le_bytes());
        bytes.extend(*content);
    }
    bytes
}

/// The older format: honest, then with storages that are cut short, overflow, are unknown or not there.
#[test]
fn storages_of_the_older_format_are_bounded() {
    let pickle = tensor("FloatStorage", 4, 0, &[2, 2], &[2, 1]);
    let sixteen = [0_u8; 16];
    let state = read(&legacy(&pickle, &[("0", 4, &sixteen)])).unwrap();
    assert_eq!(state["w"].to_f32().unwrap(), [0.0; 4]);
    let refused = |storages: &[(&str, u64, &[u8])], why: &str| {
        let error = read(&legacy(&pickle, storages)).unwrap_err();
        assert!(error.contains(why), "{error}");
    };
    refused(&[("0", 5, &sixteen)], "ends before");
    for length in [u64::MAX, u64::MAX / 4, u64::MAX / 4 - 1, 1 << 62] {
        refused(&[("0", length, &sixteen)], "ends before");
    }
    refused(&[("0", 3, &sixteen[..12])], "cut short");
    refused(&[("1", 4, &sixteen)], "nothing uses");
    refused(&[], "lacks its storage 0");
    let whole = legacy(&pickle, &[("0", 4, &sixteen)]);
    for end in 0..whole.len() {
        read(&whole[..end]).unwrap_err();
    }
}

/// Archives that are not PyTorch's: compressed (a bomb must be), without a pickle, with two entries of a name.
#[test]
fn archives_pytorch_would_not_write_are_refused() {
    let zeros = vec![0; 10 << 20];
    let bomb = zip_of(&[("a/data.pkl", &zeros)], CompressionMethod::Deflated);
    assert!(bomb.len() < 100_000);
    assert!(read(&bomb).unwrap_err().contains("compressed"));
    let none = zip_of(&[("a/version", b"3")], CompressionMethod::Stored);
    assert!(
        read(&none)
            .unwrap_err()
            .contains("not one that PyTorch wrote")
    );
    let big = zip_of(
        &[("a/data.pkl", b"\x80\x02}."), ("a/byteorder", b"big")],
        CompressionMethod::Stored,
    );
    assert!(read(&big).unwrap_err().contains("big-endian"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Random bytes never do more than give an error or an answer.
    #[test]
    fn random_pickles_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&archive(&bytes));
    }

    /// A real checkpoint with a few bytes changed likewise; whatever tensors it still names can be read or refused.
    #[test]
    fn damaged_checkpoints_are_harmless(
        old in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let file = if old { "resnext_torchvision.pth" } else { "htsat_b.ckpt" };
        let mut bytes = std::fs::read(path(file)).unwrap();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(state) = read(&bytes) {
            for tensor in state.values().filter(|t| t.len() < 1 << 20) {
                let _ = tensor.to_f32();
            }
        }
    }
}
