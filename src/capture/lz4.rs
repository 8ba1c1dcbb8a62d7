//! lz4 (frame format): any number of frames one after the other, and all that stands before a damage.
//!
//! The library's reader tells every end of a frame as an end of the input, an input that is cut between blocks too,
//! and does not expect another block size in a later frame. So each frame gets a reader of its own, and the end is
//! judged by the bytes: a frame ends with a mark of four zero bytes, behind which a checksum may stand.
//!
//! It also gives nothing of a block that is cut or corrupt, and a block takes up to 4 MiB. So the block being read is
//! kept, and when it can't be read, what stands before the damage is decompressed here.

use super::decompress::WindowTooLarge;
use lz4_flex::frame::FrameDecoder;
use std::io::{self, BufRead, ErrorKind, Read};

/// How far back a block refers, in bytes.
const WINDOW: usize = 64 << 10;

/// Flags in the first byte of a frame's descriptor.
const CONTENT_SIZE: u8 = 0x08;
const DICTIONARY: u8 = 0x01;
const INDEPENDENT: u8 = 0x20;
/// Flag in a block's size.
const UNCOMPRESSED: u32 = 1 << 31;

/// Decompresses what `B` gives.
pub(super) struct Lz4<B: BufRead> {
    /// Always there but while it is exchanged.
    decoder: Option<FrameDecoder<Window<B>>>,
    /// The last bytes of the frame so far, where its blocks refer to those before.
    past: Vec<u8>,
    /// What was saved of a block that can't be read, and how much of it was handed out.
    saved: Vec<u8>,
    given: usize,
    /// Why there is nothing more behind what was saved.
    failed: Option<io::Error>,
}

/// The input, with what the library has read of it since the last block that was whole.
pub(super) struct Window<B> {
    input: B,
    /// Magic number, flags, block size: the start of the frame.
    start: Vec<u8>,
    /// The block; in front of a frame's first one also the frame's header.
    block: Vec<u8>,
    first: bool,
    /// Whether the block kept was read.
    whole: bool,
    /// The limit of this name. A block is held four times over at the worst (as it was read, for the library and kept, as
    /// it came out, and what is saved of it), where a window is held three times: so it may have three quarters of it.
    window: u64,
}

impl<B: BufRead> Window<B> {
    fn new(input: B, window: u64) -> Self {
        Window { input, start: Vec::new(), block: Vec::new(), first: true, whole: false, window }
    }

    /// How large the frame's blocks may be, decompressed: 64 KiB, 256 KiB, 1 MiB or 4 MiB, in frames of old 8 MiB; 0 of
    /// what is no frame, which the library refuses.
    fn most(&self) -> u64 {
        match *self.start.as_slice() {
            [0x04, 0x22, 0x4d, 0x18, _, sizes] => 1 << (8 + 2 * (sizes >> 4 & 7)),
            [0x02, 0x21, 0x4c, 0x18, ..] => 8 << 20,
            _ => 0,
        }
    }

    /// The frame's flags and the byte with its block size; `None` before they were read, and in frames of old.
    fn descriptor(&self) -> Option<(u8, u8)> {
        match *self.start.as_slice() {
            [0x04, 0x22, 0x4d, 0x18, flags, sizes] => Some((flags, sizes)),
            _ => None,
        }
    }

    /// Whether blocks refer to those before.
    fn is_linked(&self) -> bool {
        self.descriptor().is_some_and(|(flags, _)| flags & INDEPENDENT == 0)
    }

    /// What can be read of the block, behind the output in `past`.
    fn save(&self, past: &[u8]) -> Option<Vec<u8>> {
        let (flags, _) = self.descriptor()?;
        let optional = |flag, size| if flags & flag == 0 { 0 } else { size };
        let header = 7 + optional(CONTENT_SIZE, 8) + optional(DICTIONARY, 4);
        let block = if self.first { self.block.get(header..)? } else { &self.block };
        let (size, data) = block.split_first_chunk()?;
        let size = u32::from_le_bytes(*size);
        let data = data.get(..usize::try_from(size & !UNCOMPRESSED).ok()?).unwrap_or(data);
        let most = usize::try_from(self.most()).unwrap_or(usize::MAX);
        Some(if size & UNCOMPRESSED == 0 { decompress(data, past, most) } else { data.to_vec() })
    }
}

impl<B: BufRead> Read for Window<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = loop {
            match self.input.read(into) {
                // Within a header the library does not try again.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        if std::mem::take(&mut self.whole) {
            self.block.clear();
            self.first = false;
        }
        let bytes = into.get(..count).unwrap_or(&[]);
        self.start.extend(bytes.iter().take(6_usize.saturating_sub(self.start.len())));
        self.block.extend_from_slice(bytes);
        let (requested, max) = (self.most(), self.window / 4 * 3);
        if self.start.len() == 6 && self.first && requested > max {
            // Before the library makes room for it.
            return Err(WindowTooLarge { requested, max, packed: "lz4 stream has blocks" }.into());
        }
        Ok(count)
    }
}

impl<B: BufRead> Lz4<B> {
    /// Blocks larger than `window` are refused.
    pub(super) fn new(input: B, window: u64) -> Self {
        let decoder = Some(FrameDecoder::new(Window::new(input, window)));
        Lz4 { decoder, past: Vec::new(), saved: Vec::new(), given: 0, failed: None }
    }

    /// What is decompressed.
    pub(super) fn input(&self) -> Option<&B> {
        self.decoder.as_ref().map(|decoder| &decoder.get_ref().input)
    }

    /// Reads on; `tail` are the input's last eight bytes so far.
    pub(super) fn read(&mut self, into: &mut [u8], tail: impl Fn(&B) -> [u8; 8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            if let Some(error) = self.failed.take() {
                let count = self.saved.get(self.given..).unwrap_or(&[]).read(into)?;
                self.given += count;
                return if count > 0 {
                    self.failed = Some(error);
                    Ok(count)
                } else {
                    Err(error)
                };
            }
            let count = match decoder.read(into) {
                Ok(count) => count,
                Err(error) => {
                    self.saved = decoder.get_ref().save(&self.past).unwrap_or_default();
                    self.given = 0;
                    self.failed = Some(error);
                    continue;
                }
            };
            if count > 0 {
                decoder.get_mut().whole = true;
                if decoder.get_ref().is_linked() {
                    self.past.extend_from_slice(into.get(..count).unwrap_or(&[]));
                    if self.past.len() > 2 * WINDOW {
                        self.past.drain(..self.past.len() - WINDOW);
                    }
                }
                return Ok(count);
            }
            if decoder.get_mut().input.fill_buf()?.is_empty() {
                let [a, b, c, d, e, f, g, h] = tail(&decoder.get_ref().input);
                let complete = [a, b, c, d] == [0; 4] || [e, f, g, h] == [0; 4];
                return if complete { Ok(0) } else { Err(ErrorKind::UnexpectedEof.into()) };
            }
            self.past.clear();
            let next = |decoder: FrameDecoder<Window<B>>| {
                let Window { input, window, .. } = decoder.into_inner();
                FrameDecoder::new(Window::new(input, window))
            };
            self.decoder = self.decoder.take().map(next);
        }
        Ok(0)
    }
}

/// Decompresses a block as far as it goes, to at most `most` bytes; `past` stands before it.
fn decompress(block: &[u8], past: &[u8], most: usize) -> Vec<u8> {
    let mut out = past.to_vec();
    let most = most.saturating_add(past.len());
    let mut rest = block.iter().copied();
    // Lengths from 15 on go on in bytes until one is not 255.
    let length = |start: u8, rest: &mut std::iter::Copied<std::slice::Iter<'_, u8>>| {
        let mut length = usize::from(start);
        let mut more = start == 15;
        while more {
            let byte = rest.next()?;
            length = length.saturating_add(usize::from(byte));
            more = byte == 255;
        }
        Some(length)
    };
    while let Some(token) = rest.next() {
        let Some(literals) = length(token >> 4, &mut rest) else { break };
        out.extend(rest.by_ref().take(literals.min(most.saturating_sub(out.len()))));
        let (Some(low), Some(high)) = (rest.next(), rest.next()) else { break };
        let Some(matched) = length(token & 0x0f, &mut rest) else { break };
        let offset = usize::from(u16::from_le_bytes([low, high]));
        let Some(from) = out.len().checked_sub(offset).filter(|_| offset > 0) else { break };
        for at in (from..).take(matched.saturating_add(4).min(most.saturating_sub(out.len()))) {
            out.push(out.get(at).copied().unwrap_or(0));
        }
    }
    out.split_off(past.len())
}
