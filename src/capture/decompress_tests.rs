//! Compressed captures, whole, cut, corrupt, and made to explode.

use super::super::{CaptureError, CaptureLimits, Reader};
use super::Input;
use std::io::{Read, Write};

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
    count_with(bytes, CaptureLimits::default())
}

fn count_with(bytes: &[u8], limits: CaptureLimits) -> (u64, Option<CaptureError>) {
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
        let limits =
            CaptureLimits { decompressed_free: 10_000_000, decompressed_ratio: 100, ..CaptureLimits::default() };
        let (frames, error) = count_with(&packed, limits);
        let error = error.unwrap();
        assert!(matches!(error, CaptureError::Expansion { .. }), "{name}: {error}");
        assert!((9..60).contains(&frames), "{name}: {frames}");
        let limits = CaptureLimits { decompressed_total: 5_000_000, ..CaptureLimits::default() };
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
    let limits = CaptureLimits { window: (8 << 20) - 1, ..CaptureLimits::default() };
    let (0, Some(error)) = count_with(&packed, limits) else { panic!("read") };
    assert_eq!(
        error.to_string(),
        "reading failed at offset 0: the zstd stream needs a window of 8388608 bytes; the limit is 8388607 (a larger \
         memory limit allows more)"
    );
}

/// The same of lz4, whose blocks of up to 4 MiB are held several times over.
#[test]
fn blocks_that_are_too_large() {
    use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
    for (size, bytes) in [(BlockSize::Max64KB, 64 << 10), (BlockSize::Max4MB, 4 << 20)] {
        let info = FrameInfo::new().block_size(size);
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(&capture(2)).expect("memory");
        let packed = encoder.finish().expect("memory");
        // A block may have three quarters of a window.
        let limits = |window| CaptureLimits { window, ..CaptureLimits::default() };
        assert!(matches!(count_with(&packed, limits(bytes / 3 * 4 + 4)), (2, None)));
        let (0, Some(error)) = count_with(&packed, limits(bytes)) else { panic!("read") };
        assert_eq!(
            error.to_string(),
            format!(
                "reading failed at offset 0: the lz4 stream has blocks of {bytes} bytes; the limit is {} (a larger memory \
                 limit allows more)",
                bytes / 4 * 3
            )
        );
    }
    // What follows a frame and is none has no blocks: it is told as what it is.
    let mut packed = FrameEncoder::new(Vec::new());
    packed.write_all(&capture(2)).expect("memory");
    let mut packed = packed.finish().expect("memory");
    packed.extend([0x01; 64]);
    let (2, Some(error)) = count(&packed) else { panic!("read") };
    assert!(error.to_string().contains("WrongMagicNumber"), "{error}");
}

/// All that comes out, taken in pieces of an odd size.
fn unpack(bytes: &[u8]) -> (Vec<u8>, Option<String>) {
    let mut input = Input::new(bytes, &CaptureLimits::default()).unwrap();
    let (mut out, mut piece) = (Vec::new(), [0; 1001]);
    loop {
        match input.read(&mut piece) {
            Ok(0) => return (out, input.is_cut().then(|| "cut".to_owned())),
            Ok(count) => out.extend(&piece[..count]),
            Err(error) => return (out, Some(error.to_string())),
        }
    }
}

/// lz4 in blocks of 4 MiB, which refer to those before.
fn lz4_linked(data: &[u8]) -> Vec<u8> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let info = FrameInfo::new().block_size(BlockSize::Max4MB).block_mode(BlockMode::Linked).block_checksums(true);
    let mut encoder = FrameEncoder::with_frame_info(info.content_size(Some(data.len() as u64)), Vec::new());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// What a damaged byte leaves readable is at least what a cut there leaves, and as many packets.
#[test]
fn what_stands_before_a_damage_comes_out() {
    let file = capture(5000);
    for (name, pack) in PACKERS.into_iter().chain([("lz4", lz4_linked as Pack)]) {
        let packed = pack(&file);
        let (mut seen, mut most) = (0, 0);
        for at in (30..packed.len() - 8).step_by(packed.len() / 13) {
            let (before, error) = unpack(&packed[..at]);
            assert_eq!(error.as_deref(), Some("cut"), "{name} cut at {at}");
            assert!(file.starts_with(&before), "{name} cut at {at}");
            let mut broken = packed.clone();
            broken[at..at + 8].fill(0xff);
            let (out, error) = unpack(&broken);
            assert!(out.starts_with(&before), "{name} broken at {at}: {} of {}", out.len(), before.len());
            // Without checksums lz4 may not notice.
            let told = error.as_ref().map_or(name == "lz4", |error| error == "cut" || error.contains(name));
            assert!(told, "{name} broken at {at}: {error:?}");
            let whole = (before.len().saturating_sub(24) / 80) as u64;
            assert!(count(&broken).0 >= whole, "{name} broken at {at}");
            assert_eq!(count(&packed[..at]).0, whole, "{name} cut at {at}");
            // zstd gives whole blocks of 128 KiB; the others all there is.
            seen += usize::from(before.len() > most);
            most = before.len();
        }
        assert!(if name == "zstd" { seen >= 2 } else { seen >= 11 }, "{name}: {seen}");
    }
}

/// Byte after byte, deflate gives nothing that is not given here.
#[test]
fn deflate_is_emptied_before_its_error() {
    let packed = gzip(&capture(700));
    for at in (100..packed.len() - 8).step_by(packed.len() / 7) {
        for damage in [0x00, 0x41, 0xff] {
            let mut broken = packed.clone();
            broken[at..at + 6].fill(damage);
            let (mut slow, mut out, mut room) = (flate2::Decompress::new(false), Vec::<u8>::new(), [0; 4096]);
            for byte in &broken[10..broken.len() - 8] {
                let before = slow.total_out();
                let result = slow.decompress(&[*byte], &mut room, flate2::FlushDecompress::None);
                out.extend(&room[..(slow.total_out() - before) as usize]);
                if !matches!(result, Ok(flate2::Status::Ok)) {
                    break;
                }
            }
            assert!(unpack(&broken).0 == out, "{damage:02x} at {at}");
        }
    }
}

/// Stored blocks, then one of the reserved type (RFC 1951, 3.2.3): each byte before it comes out, wherever it ends
/// in the window of 32 KiB.
#[test]
fn gzip_up_to_the_byte() {
    let file = capture(1700);
    for size in [1, 100, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 98_304, 100_000, 131_072, 136_024] {
        let data = &file[..size];
        let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        for part in data.chunks(20_000) {
            packed.push(0);
            packed.extend((part.len() as u16).to_le_bytes());
            packed.extend((!(part.len() as u16)).to_le_bytes());
            packed.extend(part);
        }
        let stored = packed.clone();
        packed.extend([0b110, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let corrupt = "the gzip stream is corrupt: corrupt deflate stream".to_owned();
        assert_eq!(unpack(&packed), (data.to_vec(), Some(corrupt.clone())), "{size}");
        assert_eq!(unpack(&stored), (data.to_vec(), Some("cut".to_owned())), "{size}");
        // The same behind a member that is whole.
        let both = [gzip(b"first, "), packed].concat();
        assert_eq!(unpack(&both), ([b"first, ", data].concat(), Some(corrupt)), "{size}");
        if size == 136_024 {
            let (frames, error) = count(&both[both.len() - stored.len() - 12..]);
            assert_eq!(frames, 1700);
            assert!(error.unwrap().to_string().contains("corrupt deflate stream"));
        }
    }
}

/// Headers of members: all optional parts, and what is wrong with them.
#[test]
fn gzip_members() {
    let unpacked = |bytes: &[u8]| {
        let (out, error) = unpack(bytes);
        (String::from_utf8(out).unwrap(), error.unwrap_or_default())
    };
    let full = flate2::GzBuilder::new().filename("a.pcap").comment("of a test").extra(vec![1, 2, 3, 4]);
    let mut encoder = full.write(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"second").unwrap();
    let full = encoder.finish().unwrap();
    let first = gzip(b"first, ");
    assert_eq!(unpacked(&[&first[..], &full].concat()), ("first, second".into(), "".into()));
    for cut in 1..full.len() {
        let (out, error) = unpacked(&[&first, &full[..cut]].concat());
        assert!("first, second".starts_with(&out) && error == "cut", "{cut}");
    }
    let wrong = |at: usize, byte: u8| {
        let mut bent = full.clone();
        bent[at] = byte;
        unpacked(&[&first, &bent[..]].concat())
    };
    let header = "the gzip stream is corrupt: invalid gzip header".to_owned();
    for (at, byte) in [(0, 0x1e), (1, 0), (2, 7), (3, 0x20)] {
        assert_eq!(wrong(at, byte), ("first, ".into(), header.clone()), "{at}");
    }
    // The checksum, then the length.
    let checksum = "the gzip stream is corrupt: corrupt gzip stream does not have a matching checksum".to_owned();
    for back in 1..=8 {
        let at = full.len() - back;
        assert_eq!(wrong(at, !full[at]), ("first, second".into(), checksum.clone()), "{at}");
    }
}

/// A block of lz4 made by hand, cut after each byte, then corrupt.
#[test]
fn lz4_up_to_the_byte() {
    // "abcdef", 6 bytes of 4 before, then 20 literals in the long form, 30 bytes of 1 before, "end".
    let block = [&[0x62][..], b"abcdef", &[4, 0, 0xff, 5], b"01234567890123456789", &[1, 0, 11, 0x30], b"end"].concat();
    let text = [&b"abcdefcdefcd01234567890123456789"[..], &[b'9'; 30], b"end"].concat();
    assert_eq!(lz4_flex::block::decompress(&block, 100).unwrap(), text);
    let start = &lz4_independent()[..7];
    let frame = |size: usize, block: &[u8]| [start, &(size as u32).to_le_bytes()[..], block].concat();
    let end = [0; 4];
    assert_eq!(unpack(&[&frame(block.len(), &block)[..], &end].concat()), (text.clone(), None));
    let lengths = [0, 0, 1, 2, 3, 4, 5, 6, 6, 12, 12, 12, 13, 14];
    for (cut, length) in lengths.into_iter().enumerate() {
        let before = (text[..length].to_vec(), Some("cut".to_owned()));
        assert_eq!(unpack(&frame(block.len(), &block[..cut])), before, "cut at {cut}");
    }
    for (cut, length) in [(31, 32), (33, 32), (34, 62), (35, 62), (36, 63), (37, 64)] {
        assert_eq!(unpack(&frame(block.len(), &block[..cut])).0.len(), length, "cut at {cut}");
    }
    // A reference to before the start, and one to nowhere.
    for offset in [7, 0] {
        let mut bent = block.clone();
        bent[7] = offset;
        let (out, error) = unpack(&[&frame(block.len(), &bent)[..], &end].concat());
        assert_eq!(out, b"abcdef");
        assert!(error.unwrap().starts_with("the lz4 stream is corrupt: "));
    }
    // Not compressed.
    let raw = frame(1 << 31 | 10, b"0123456");
    assert_eq!(unpack(&raw), (b"0123456".to_vec(), Some("cut".to_owned())));
}

/// The start of a frame of independent blocks of 64 KiB, without checksums.
fn lz4_independent() -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(b"").unwrap();
    encoder.finish().unwrap()
}
