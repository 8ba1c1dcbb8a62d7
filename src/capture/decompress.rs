//! Compressed captures: gzip, zstd and lz4 (frame format), recognised by content and decompressed as they are read.
//!
//! What comes out is bounded against what went in, by [`CaptureLimits::decompressed_free`] and its neighbours. A compressed
//! stream that ends too early counts as a capture that is cut, one that can't be decompressed as corrupt: all that can be
//! decompressed before comes out first. Next: `gzip.rs`, `lz4.rs`.

use super::CaptureLimits;
#[cfg(feature = "compress")]
use super::gzip::Gzip;
#[cfg(feature = "compress")]
use super::lz4::Lz4;
#[cfg(feature = "compress")]
pub(super) use packed::WindowTooLarge;
use std::fmt;
use std::io::{self, Cursor, ErrorKind, Read};

/// The input with the bytes looked at put back in front.
type Whole<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// A capture's bytes, decompressed where they were compressed.
pub(super) struct Input<R: Read> {
    kind: Kind<R>,
    /// Decompressed bytes so far.
    #[cfg(feature = "compress")]
    produced: u64,
    #[cfg(feature = "compress")]
    limits: CaptureLimits,
    /// Whether a compressed stream ended too early.
    cut: bool,
}

enum Kind<R: Read> {
    Plain(Whole<R>),
    #[cfg(feature = "compress")]
    Gzip(Gzip<packed::Source<R>>),
    #[cfg(feature = "compress")]
    Zstd(Box<packed::Zstd<R>>),
    #[cfg(feature = "compress")]
    Lz4(Lz4<packed::Source<R>>),
}

/// Why decompressing was stopped. Travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expansion {
    pub(super) compressed: u64,
    pub(super) decompressed: u64,
}

impl fmt::Display for Expansion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} compressed bytes expand to more than {}", self.compressed, self.decompressed)
    }
}

impl std::error::Error for Expansion {}

impl<R: Read> fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("compressed", &!matches!(self.kind, Kind::Plain(_))).finish_non_exhaustive()
    }
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes.
    pub(super) fn new(mut input: R, limits: &CaptureLimits) -> io::Result<Self> {
        let mut start = Vec::new();
        while start.len() < 4 {
            let mut bytes = [0; 4];
            let Some(room) = bytes.get_mut(..4 - start.len()) else { break };
            match input.read(room) {
                Ok(0) => break,
                Ok(count) => start.extend_from_slice(room.get(..count).unwrap_or(&[])),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let magic = <[u8; 4]>::try_from(start.as_slice()).unwrap_or_default();
        let whole = Cursor::new(start).chain(input);
        #[cfg(not(feature = "compress"))]
        let (kind, _) = (Kind::Plain(whole), (magic, limits));
        #[cfg(feature = "compress")]
        let kind = match magic {
            [0x1f, 0x8b, 0x08, _] => Kind::Gzip(Gzip::new(packed::source(whole))),
            // A frame, or the skippable frame that some writers put in front.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                Kind::Zstd(Box::new(packed::Zstd::new(packed::source(whole), limits.window)))
            }
            [0x04, 0x22, 0x4d, 0x18] => Kind::Lz4(Lz4::new(packed::source(whole), limits.window)),
            _ => Kind::Plain(whole),
        };
        Ok(Input {
            kind,
            #[cfg(feature = "compress")]
            produced: 0,
            #[cfg(feature = "compress")]
            limits: limits.clone(),
            cut: false,
        })
    }

    /// Bytes read of a compressed input; `None` for others.
    pub(super) fn compressed(&self) -> Option<u64> {
        match &self.kind {
            Kind::Plain(_) => None,
            #[cfg(feature = "compress")]
            _ => self.packed_source().map(packed::Tally::count),
        }
    }

    /// Whether the end that [`Read::read`] told is the end of a compressed stream that is not complete.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.cut || into.is_empty() {
            return Ok(0);
        }
        match &mut self.kind {
            Kind::Plain(input) => input.read(into),
            #[cfg(feature = "compress")]
            _ => self.read_packed(into),
        }
    }
}

#[cfg(feature = "compress")]
mod packed {
    use super::*;
    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
    use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder as ZstdDecoder};
    use std::fmt;
    use std::io::{BufRead, BufReader};

    /// What the decoders read from.
    pub(super) type Source<R> = BufReader<Tally<Whole<R>>>;

    pub(super) fn source<R: Read>(whole: Whole<R>) -> Source<R> {
        BufReader::new(Tally { input: whole, count: 0, ended: false, failed: false, tail: [0xff; 8] })
    }

    /// Counts what a decoder reads, and sees how the input ends.
    pub(super) struct Tally<R> {
        input: R,
        count: u64,
        ended: bool,
        failed: bool,
        /// The last bytes.
        tail: [u8; 8],
    }

    impl<R> Tally<R> {
        pub(super) fn count(&self) -> u64 {
            self.count
        }
    }

    impl<R: Read> Read for Tally<R> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.input.read(into) {
                Ok(count) => {
                    self.failed = false;
                    self.ended |= count == 0 && !into.is_empty();
                    self.count += count as u64;
                    for byte in into.get(count.saturating_sub(8)..count).unwrap_or(&[]) {
                        self.tail.rotate_left(1);
                        if let Some(last) = self.tail.last_mut() {
                            *last = *byte;
                        }
                    }
                    Ok(count)
                }
                Err(error) => {
                    self.failed |= error.kind() != ErrorKind::Interrupted;
                    Err(error)
                }
            }
        }
    }

    impl<R: Read> Input<R> {
        pub(super) fn packed_source(&self) -> Option<&Tally<Whole<R>>> {
            match &self.kind {
                Kind::Plain(_) => None,
                Kind::Gzip(decoder) => decoder.input().map(Source::get_ref),
                Kind::Zstd(decoder) => Some(decoder.source()),
                Kind::Lz4(decoder) => decoder.input().map(Source::get_ref),
            }
        }

        pub(super) fn read_packed(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let (name, result) = match &mut self.kind {
                Kind::Plain(input) => return input.read(into),
                Kind::Gzip(decoder) => ("gzip", decoder.read(into)),
                Kind::Zstd(decoder) => ("zstd", decoder.read(into)),
                Kind::Lz4(decoder) => ("lz4", decoder.read(into, |source| source.get_ref().tail)),
            };
            let Some(&Tally { count: read, ended, failed, .. }) = self.packed_source() else { return Ok(0) };
            match result {
                Ok(count) => {
                    self.produced = self.produced.saturating_add(count as u64);
                    let allowed = read.saturating_mul(self.limits.decompressed_ratio);
                    let allowed = allowed.max(self.limits.decompressed_free).min(self.limits.decompressed_total);
                    if self.produced > allowed {
                        let expansion = Expansion { compressed: read, decompressed: allowed };
                        return Err(io::Error::new(ErrorKind::InvalidData, expansion));
                    }
                    Ok(count)
                }
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::OutOfMemory) || failed => {
                    Err(error)
                }
                // The decoder asked for more than there is.
                Err(_) if ended => {
                    self.cut = true;
                    Ok(0)
                }
                Err(error) => {
                    Err(io::Error::new(ErrorKind::InvalidData, format!("the {name} stream is corrupt: {error}")))
                }
            }
        }
    }

    /// A zstd stream of any number of frames, skippable ones among them.
    ///
    /// The library's own reader stops after one frame, does not compare checksums, and keeps the last window of a
    /// frame back when the input is cut.
    pub(super) struct Zstd<R: Read> {
        source: Source<R>,
        decoder: ZstdDecoder,
        in_frame: bool,
        /// Why there is nothing more behind what was decoded already.
        failed: Option<io::Error>,
    }

    impl<R: Read> Zstd<R> {
        pub(super) fn new(source: Source<R>, window: u64) -> Self {
            let mut decoder = ZstdDecoder::new();
            decoder.set_max_window_size(window);
            Zstd { source, decoder, in_frame: false, failed: None }
        }

        fn source(&self) -> &Tally<Whole<R>> {
            self.source.get_ref()
        }

        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            loop {
                if !self.in_frame {
                    if let Some(error) = self.failed.take() {
                        return Err(error);
                    }
                    if self.source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    if !self.start()? {
                        continue;
                    }
                }
                while self.decoder.can_collect() < into.len() && !self.decoder.is_finished() {
                    if let Err(error) =
                        self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    {
                        // An empty last block (and checksum) sets free what was decoded before the error.
                        self.failed = Some(io::Error::other(error));
                        let end = &[1_u8, 0, 0, 0, 0, 0, 0][..];
                        self.decoder.decode_blocks(end, BlockDecodingStrategy::All).map_err(io::Error::other)?;
                    }
                }
                let count = self.decoder.read(into)?;
                if count > 0 {
                    return Ok(count);
                }
                self.in_frame = false;
                let (told, found) = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
                if self.failed.is_none() && told.is_some() && told != found {
                    return Err(io::Error::new(ErrorKind::InvalidData, "wrong checksum"));
                }
            }
        }

        /// Reads a frame's header; `false` when it was a skippable frame, which is passed over.
        fn start(&mut self) -> io::Result<bool> {
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.in_frame = true;
                    Ok(true)
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
                    if skipped < length { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(false) }
                }
                // Not corrupt: whoever has the memory can read it.
                Err(FrameDecoderError::WindowSizeTooBig { requested, max }) => {
                    Err(WindowTooLarge { requested, max, packed: "zstd stream needs a window" }.into())
                }
                Err(error) => Err(io::Error::other(error)),
            }
        }
    }

    /// A frame asks for more memory than it is given.
    #[derive(Debug)]
    pub(crate) struct WindowTooLarge {
        pub(crate) requested: u64,
        pub(crate) max: u64,
        /// What needs it, as a few words.
        pub(crate) packed: &'static str,
    }

    impl fmt::Display for WindowTooLarge {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let WindowTooLarge { requested, max, packed } = self;
            write!(f, "the {packed} of {requested} bytes; the limit is {max} (a larger memory limit allows more)")
        }
    }

    impl From<WindowTooLarge> for io::Error {
        fn from(error: WindowTooLarge) -> Self {
            io::Error::new(ErrorKind::OutOfMemory, error)
        }
    }

    impl std::error::Error for WindowTooLarge {}
}

#[cfg(all(test, feature = "compress"))]
#[path = "decompress_tests.rs"]
mod tests;
