//! gzip (RFC 1952): any number of members one after the other, and all that stands before a damage.
//!
//! The library's own reader drops what it had decompressed when it meets bytes that are no deflate, up to a window of
//! it. Here the library reads the headers and inflates; what came out before the error is handed out first.

use flate2::bufread::GzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, ErrorKind, Read};
use std::ops::Range;

/// The window of deflate in bytes (RFC 1951).
const WINDOW: usize = 32 << 10;

/// Decompresses what `B` gives. After an error other than the input's own there is nothing more.
pub(super) struct Gzip<B> {
    /// Reads the headers of members and holds the input. Always there but while it is exchanged.
    header: Option<GzDecoder<B>>,
    stage: Stage,
    inflate: Decompress,
    crc: Crc,
    trailer: [u8; 8],
    /// One window of what came out, of which `ready` is still to be handed out.
    out: Vec<u8>,
    ready: Range<usize>,
    /// Why there is nothing more behind what is ready.
    failed: Option<io::Error>,
}

/// What comes next in the input.
#[derive(Clone, Copy)]
enum Stage {
    Header,
    Body,
    /// The trailer, of which so many bytes are there.
    Trailer(usize),
    /// Another member, or the end.
    Member,
    /// Nothing more is read.
    Over,
}

impl<B: BufRead> Gzip<B> {
    pub(super) fn new(input: B) -> Self {
        Gzip {
            header: Some(GzDecoder::new(input)),
            stage: Stage::Header,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            trailer: [0; 8],
            out: vec![0; WINDOW],
            ready: 0..0,
            failed: None,
        }
    }

    /// What is decompressed.
    pub(super) fn input(&self) -> Option<&B> {
        self.header.as_ref().map(GzDecoder::get_ref)
    }

    /// Takes one step in the input; `false` at its end.
    fn step(&mut self) -> io::Result<bool> {
        let Some(header) = &mut self.header else { return Ok(false) };
        match self.stage {
            Stage::Header => {
                // No room for a body, so the library reads the header only.
                match header.read(&mut []) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(error),
                    Err(error) => {
                        self.failed = Some(error);
                        return Ok(true);
                    }
                }
                self.inflate.reset(false);
                self.crc.reset();
                self.stage = Stage::Body;
            }
            Stage::Body => self.body()?,
            Stage::Trailer(have) => {
                let room = self.trailer.get_mut(have..).unwrap_or(&mut []);
                let have = match header.get_mut().read(room)? {
                    0 => return Err(ErrorKind::UnexpectedEof.into()),
                    count => have + count,
                };
                self.stage = if have < self.trailer.len() { Stage::Trailer(have) } else { Stage::Member };
                let told = u64::from(self.crc.sum()) | u64::from(self.crc.amount()) << 32;
                if have >= self.trailer.len() && u64::from_le_bytes(self.trailer) != told {
                    self.failed = Some(invalid("corrupt gzip stream does not have a matching checksum"));
                }
            }
            Stage::Member => {
                if header.get_mut().fill_buf()?.is_empty() {
                    return Ok(false);
                }
                self.header = self.header.take().map(|header| GzDecoder::new(header.into_inner()));
                self.stage = Stage::Header;
            }
            Stage::Over => return Ok(false),
        }
        Ok(true)
    }

    /// Inflates what there is of the input, up to the end of the window.
    fn body(&mut self) -> io::Result<()> {
        let Some(input) = self.header.as_mut().map(GzDecoder::get_mut) else { return Ok(()) };
        let bytes = input.fill_buf()?;
        let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
        // The library decompresses into a window of its own and keeps back what finds no room here; when that ends
        // in an error, it never comes. So there is room for as much as the library's window takes until it wraps.
        let room = WINDOW - usize::try_from(before_out % WINDOW as u64).unwrap_or(0);
        let room = self.out.get_mut(..room).unwrap_or(&mut []);
        let result = self.inflate.decompress(bytes, room, FlushDecompress::None);
        let used = usize::try_from(self.inflate.total_in() - before_in).unwrap_or(0);
        let made = usize::try_from(self.inflate.total_out() - before_out).unwrap_or(0);
        let ended = bytes.is_empty();
        input.consume(used);
        self.ready = 0..made;
        self.crc.update(self.out.get(..made).unwrap_or(&[]));
        match result {
            Ok(Status::StreamEnd) => self.stage = Stage::Trailer(0),
            Ok(_) if made > 0 || used > 0 => {}
            Ok(_) if ended => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(_) => self.failed = Some(invalid("corrupt deflate stream")),
        }
        Ok(())
    }
}

impl<B: BufRead> Read for Gzip<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = self.out.get(self.ready.clone()).unwrap_or(&[]);
            let count = ready.len().min(into.len());
            if let (Some(to), Some(from), 1..) = (into.get_mut(..count), ready.get(..count), count) {
                to.copy_from_slice(from);
                self.ready.start += count;
                return Ok(count);
            }
            if let Some(error) = self.failed.take() {
                self.stage = Stage::Over;
                return Err(error);
            }
            if into.is_empty() || !self.step()? {
                return Ok(0);
            }
        }
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, what)
}
