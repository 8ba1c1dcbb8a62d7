//! Compressed captures, whole, cut, corrupt, and made to explode.

use super::super::{CaptureError, Limits, Reader};
use std::io::Write;

/// A small pcap file of `count` packets.
fn capture(count: u32) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    let mut state = 1_u32;
    for n in 0..count {
        for value in [n, 0, 64, 64] {
            file.extend(value.to_le_bytes());
        }
        for _ in 0..64 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            file.push((state >> 28) as u8);
        }
    }
    file
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

fn lz4(data: &[u8]) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn count(bytes: &[u8]) -> (u64, Option<CaptureError>) {
    count_with(bytes, Limits::default())
}

fn count_with(bytes: &[u8], limits: Limits) -> (u64, Option<CaptureError>) {
    let mut reader = match Reader::with_limits(bytes, limits) {
        Ok(reader) => reader,
        Err(error) => return (0, Some(error)),
    };
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return (reader.frames(), None),
            Err(error) => return (reader.frames(), Some(error)),
        }
    }
}

type Pack = fn(&[u8]) -> Vec<u8>;
const PACKERS: [(&str, Pack); 3] = [("gzip", gzip), ("zstd", zstd), ("lz4", lz4)];

#[test]
fn whole_files() {
    let file = capture(5000);
    for (name, pack) in PACKERS {
        let (frames, error) = count(&pack(&file));
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(frames, 5000, "{name}");
        // Several members or frames one after the other.
        let (frames, error) = count(&[pack(&file[..100_000]), pack(&[]), pack(&file[100_000..])].concat());
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(frames, 5000, "{name}");
    }
    // Frames of different block sizes.
    let mut large = lz4_flex::frame::FrameEncoder::new(Vec::new());
    large.write_all(&file[..300_000]).unwrap();
    let (frames, error) = count(&[large.finish().unwrap(), lz4(&file[300_000..])].concat());
    assert!(error.is_none() && frames == 5000, "{error:?}");
    // A skippable frame in front, as parallel compressors write it.
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4][..], &zstd(&file)].concat();
    assert_eq!(count(&skippable).0, 5000);
}

#[test]
fn positions() {
    let file = capture(5000);
    for (name, pack) in PACKERS {
        let packed = pack(&file);
        let mut reader = Reader::new(&packed[..]).unwrap();
        while reader.next().unwrap().is_some() {
            assert!(reader.input_position() <= packed.len() as u64);
        }
        assert_eq!(reader.input_position(), packed.len() as u64, "{name}");
        assert_eq!(reader.position(), file.len() as u64, "{name}");
    }
    let mut reader = Reader::new(&file[..]).unwrap();
    while reader.next().unwrap().is_some() {}
    assert_eq!(reader.input_position(), file.len() as u64);
}

#[test]
fn cut_files_give_what_comes_before() {
    let file = capture(5000);
    for (name, pack) in PACKERS {
        let packed = pack(&file);
        let mut most = 0;
        for cut in (4..packed.len()).step_by(packed.len() / 97) {
            let (frames, error) = count(&packed[..cut]);
            assert!(error.as_ref().is_some_and(CaptureError::is_truncated), "{name} cut at {cut}: {error:?}");
            assert!(frames >= most);
            most = frames;
        }
        assert!(most > 3000, "{name}: {most}");
    }
}

#[test]
fn corrupt_files_end_in_an_error() {
    let file = capture(5000);
    for (name, pack) in PACKERS {
        let packed = pack(&file);
        for at in (4..packed.len()).step_by(packed.len() / 61) {
            let mut broken = packed.clone();
            broken[at] ^= 0x41;
            // A broken byte may also go unnoticed where nothing checks it.
            let (_, error) = count(&broken);
            if let Some(error) = error {
                assert!(!error.to_string().is_empty(), "{name}");
            }
        }
    }
    let mut broken = gzip(&file);
    let at = broken.len() - 6; // the checksum
    broken[at] ^= 1;
    let (frames, error) = count(&broken);
    assert_eq!(frames, 5000);
    assert!(error.unwrap().to_string().contains("the gzip stream is corrupt"));
}

#[test]
fn bombs_are_stopped() {
    let mut bomb = capture(1);
    // One packet after the other of nothing but zeros.
    for _ in 0..60 {
        bomb.extend([0; 8]);
        bomb.extend(1_000_000_u32.to_le_bytes().repeat(2));
        bomb.resize(bomb.len() + 1_000_000, 0);
    }
    for (name, pack) in PACKERS {
        let packed = pack(&bomb);
        let limits = Limits { decompressed_free: 10_000_000, decompressed_ratio: 100, ..Limits::default() };
        let (frames, error) = count_with(&packed, limits);
        let error = error.unwrap();
        assert!(matches!(error, CaptureError::Expansion { .. }), "{name}: {error}");
        assert!((9..60).contains(&frames), "{name}: {frames}");
        let limits = Limits { decompressed_total: 5_000_000, ..Limits::default() };
        let (frames, error) = count_with(&packed, limits);
        assert!(frames < 6);
        assert!(error.unwrap().to_string().starts_with("decompressing was stopped after packet"));
        assert!(count(&packed).1.is_none(), "{name}");
    }
}

#[test]
fn compressed_nonsense_is_no_capture() {
    for (_, pack) in PACKERS {
        let error = Reader::new(&pack(b"hello, world")[..]).unwrap_err();
        assert!(error.to_string().ends_with("which is text"), "{error}");
        assert!(matches!(Reader::new(&pack(b"")[..]), Err(CaptureError::Empty)));
        let error = Reader::new(&pack(&pack(b"twice"))[..]).unwrap_err();
        assert!(matches!(error, CaptureError::NotACapture { .. }));
    }
}

/// A window that is not allowed is no damage: the message says what is needed and what is allowed.
#[test]
fn windows_that_are_too_large() {
    let mut packed = zstd(&capture(2));
    // One frame with a header of its own: no checksum, no size, a window of 2^(10 + 13) bytes; then a raw block.
    let data = capture(2);
    packed.truncate(4);
    packed.extend([0, 13 << 3]);
    packed.extend(&((data.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    packed.extend(&data);
    assert!(matches!(count(&packed), (2, None)));
    let limits = Limits { window: (8 << 20) - 1, ..Limits::default() };
    let (0, Some(error)) = count_with(&packed, limits) else { panic!("read") };
    assert_eq!(
        error.to_string(),
        "reading failed at offset 0: the zstd stream needs a window of 8388608 bytes; the limit is 8388607 (a larger \
         memory limit allows more)"
    );
}
