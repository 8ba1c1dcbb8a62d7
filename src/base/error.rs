//! Errors of everything that reads protocol bytes: where, in which field, and who claimed the length.
//!
//! The type owns nothing borrowed from the input and needs no allocator, so that an embedder can keep it as long as
//! it likes. Next: [`crate::base::diagnostic`] for what is legal to read but breaks the specification.

use core::fmt;

/// One step of the way from a stub or a structure down to the field that an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A parameter or member, by its name in the specification.
    Name(&'static str),
    /// An element of an array, counted from 0.
    Index(u32),
}

/// The way to a field: `ReturnEnum.Entry[3].Name`. At most [`Path::MAX`] steps are kept, the outermost ones first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Path {
    segments: [Segment; Path::MAX],
    len: u8,
}

impl Path {
    /// The deepest path that is kept whole. The deepest one in the declarations has seven steps.
    pub const MAX: usize = crate::base::bounds::ERROR_PATH;

    /// The path of the stub itself.
    pub const fn new() -> Self {
        Path { segments: [Segment::Index(0); Path::MAX], len: 0 }
    }

    /// Appends a step at the inner end; beyond [`Path::MAX`] it is left out.
    pub fn push(&mut self, segment: Segment) {
        if let Some(slot) = self.segments.get_mut(usize::from(self.len)) {
            *slot = segment;
            self.len += 1;
        }
    }

    /// A path of one name.
    pub fn of(name: &'static str) -> Self {
        let mut path = Path::new();
        path.push(Segment::Name(name));
        path
    }

    /// The same path with one more step at the outer end, for errors on their way up.
    #[must_use]
    pub fn within(self, outer: Segment) -> Self {
        let mut path = Path::new();
        path.push(outer);
        for segment in self.segments() {
            path.push(*segment);
        }
        path
    }

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        self.segments.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

impl Default for Path {
    fn default() -> Self {
        Path::new()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments().iter().enumerate() {
            match segment {
                Segment::Name(name) if i == 0 => write!(f, "{name}")?,
                Segment::Name(name) => write!(f, ".{name}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the field does.
    Truncated {
        /// Bytes that the field needs from the error's offset on.
        needed: u64,
        /// Bytes that are there.
        available: u64,
        /// Which field or rule claimed the length: `"maximum count"`, `"frag_length"`, or the fixed size of a type.
        claimed_by: &'static str,
    },
    /// A count or length contradicts another one or a limit.
    Count {
        /// The value read.
        value: u64,
        /// The largest that could have been accepted.
        limit: u64,
        /// Which field claimed it.
        claimed_by: &'static str,
    },
    /// A field has a value that leaves no way to go on.
    Value {
        /// The value read.
        value: u64,
        /// What was expected, in a few words.
        expected: &'static str,
    },
    /// The bytes can't be this structure at all.
    Mismatch {
        /// What was expected, in a few words.
        expected: &'static str,
    },
    /// Nesting, number of elements or another configured limit was reached.
    Limit {
        /// The limit's name in the configuration.
        limit: &'static str,
    },
}

/// An error of decoding: can't go on in this stub, structure or PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Offset of the offending byte, counted from the start of the stub, structure or PDU.
    pub offset: usize,
    /// What went wrong.
    pub kind: ErrorKind,
    /// The field, empty when it is none in particular.
    pub path: Path,
}

impl Error {
    /// An error without a path.
    pub const fn new(offset: usize, kind: ErrorKind) -> Self {
        Error { offset, kind, path: Path::new() }
    }

    /// The bytes end too early: `needed` bytes from `offset` on, `available` are there.
    pub const fn truncated(offset: usize, needed: u64, available: u64, claimed_by: &'static str) -> Self {
        Error::new(offset, ErrorKind::Truncated { needed, available, claimed_by })
    }

    /// The same error one level further out.
    #[must_use]
    pub fn within(mut self, outer: Segment) -> Self {
        self.path = self.path.within(outer);
        self
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ErrorKind::Truncated { needed, available, claimed_by } => {
                write!(f, "{needed} bytes needed ({claimed_by}), {available} left")
            }
            ErrorKind::Count { value, limit, claimed_by } => {
                write!(f, "{claimed_by} {value} is more than {limit}")
            }
            ErrorKind::Value { value, expected } => write!(f, "{value:#x} where {expected} was expected"),
            ErrorKind::Mismatch { expected } => write!(f, "not {expected}"),
            ErrorKind::Limit { limit } => write!(f, "limit {limit} reached"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}", self.offset)?;
        if !self.path.segments().is_empty() {
            write!(f, ", {}", self.path)?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl core::error::Error for Error {}
