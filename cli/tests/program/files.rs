//! Several files in a row as one time line, compressed or not, and standard input.

use crate::data;
use crate::program::{run, stderr, stdout};
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

fn dissect(files: &[&Path], input: &[u8]) -> String {
    let arguments = ["dissect", "--format", "jsonl"].map(OsStr::new).into_iter();
    let output = run(&arguments.chain(files.iter().map(|path| path.as_os_str())).collect::<Vec<_>>(), input);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    stdout(&output)
}

/// The packet blocks of a pcapng file of one section, and what stands before them.
fn blocks(file: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut head, mut packets, mut at) = (Vec::new(), Vec::new(), 0);
    while at + 12 <= file.len() {
        let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let length = word(at + 4) as usize;
        let block = &file[at..at + length];
        match word(at) {
            6 => packets.push(block.to_vec()),
            _ => head.extend(block),
        }
        at += length;
    }
    (head, packets)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut out).unwrap();
    out
}

#[test]
fn a_flow_goes_on_from_file_to_file() {
    let original = data::file("captures/tour.pcapng");
    let file = std::fs::read(&original).unwrap();
    let (head, packets) = blocks(&file);
    let folder = std::env::temp_dir().join(format!("cluscope-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let whole = dissect(&[&original], b"");
    for parts in [2, 3, 7] {
        let size = packets.len().div_ceil(parts);
        let mut names: Vec<PathBuf> = Vec::new();
        for (i, part) in packets.chunks(size).enumerate() {
            let mut bytes = head.clone();
            bytes.extend(part.concat());
            let (name, bytes) = match i % 2 {
                0 => (format!("part-{parts}-{i}.pcapng"), bytes),
                _ => (format!("part-{parts}-{i}.whatever"), gzip(&bytes)),
            };
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            names.push(path);
        }
        let list: Vec<&Path> = names.iter().map(PathBuf::as_path).collect();
        assert_eq!(dissect(&list, b""), whole, "{parts} parts");
        // The order is that of the time stamps.
        let reversed: Vec<&Path> = list.iter().rev().copied().collect();
        assert_eq!(dissect(&reversed, b""), whole, "{parts} parts, reversed");
    }
    assert_eq!(dissect(&[Path::new("-")], &gzip(&file)), whole);
    std::fs::remove_dir_all(&folder).unwrap();
}
