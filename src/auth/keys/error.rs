//! Why secrets can't be read: the place, never the contents.

use core::fmt;

/// What is wrong with a file of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// The file can't be read.
    Io(std::io::ErrorKind),
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    NotText,
    /// The first word is none of `password`, `nthash`, `session-key`, and the line is none of a dump of hashes.
    Keyword,
    /// A name that begins with a quotation mark doesn't end with one.
    Quote,
    /// The name or the key is missing.
    Missing,
    /// The key isn't hexadecimal.
    NotHex,
    /// The key has a wrong length.
    KeyLength,
    /// Not a keytab or credential cache, or of a version that isn't read.
    Version,
    /// The file ends inside an entry, or a length in it points outside.
    Truncated,
    /// The name is of a cache that is no file; the sentence says which and what to do.
    NoFile(&'static str),
    /// The tickets in a kirbi file are encrypted themselves.
    Encrypted,
    /// More entries or bytes than [`crate::auth::KeyStore`] takes.
    Full,
}

/// Why secrets couldn't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError {
    /// Line of a keys file, counted from 1.
    pub line: Option<usize>,
    /// Offset in a keytab or credential cache.
    pub offset: Option<usize>,
    /// What is wrong.
    pub kind: KeyErrorKind,
}

impl KeyError {
    pub(crate) const fn new(kind: KeyErrorKind) -> Self {
        KeyError { line: None, offset: None, kind }
    }

    pub(crate) const fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) const fn at_offset(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(offset) = self.offset {
            write!(f, "offset {offset}: ")?;
        }
        match self.kind {
            KeyErrorKind::Io(kind) => write!(f, "can't be read: {kind}"),
            KeyErrorKind::NotText => f.write_str("neither UTF-8 nor UTF-16 with a byte order mark"),
            KeyErrorKind::Quote => f.write_str("a quotation mark before the name and none behind it"),
            KeyErrorKind::NoFile(sentence) => f.write_str(sentence),
            KeyErrorKind::Encrypted => f.write_str("the tickets in it are encrypted themselves"),
            KeyErrorKind::Keyword => f.write_str("none of password, nthash, session-key"),
            KeyErrorKind::Missing => f.write_str("name or key missing"),
            KeyErrorKind::NotHex => f.write_str("the key isn't hexadecimal"),
            KeyErrorKind::KeyLength => f.write_str("the key has a wrong length"),
            KeyErrorKind::Version => f.write_str("not of a kind or version that is read"),
            KeyErrorKind::Truncated => f.write_str("ends inside an entry"),
            KeyErrorKind::Full => f.write_str("too large"),
        }
    }
}

impl core::error::Error for KeyError {}
