//! What a function returns, and the structure that says more about an error.

use crate::convert::{Plain, copy_out};
use cluscope::internals::base::error::Error;
use std::ffi::c_char;
use std::fmt::Write;

/// What every function returns: 0 is success, errors are negative; 1 is no error but says something.
#[allow(non_camel_case_types)]
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_status {
    /// Done.
    CLUSCOPE_OK = 0,
    /// Done; and the connection or flow carries no DCE/RPC: nothing more of it is of use.
    CLUSCOPE_NOT_WANTED = 1,
    /// A pointer that must not be null is null.
    CLUSCOPE_ERROR_NULL = -1,
    /// The `size` of a structure is none that it ever had, or a length is larger than memory can be.
    CLUSCOPE_ERROR_SIZE = -2,
    /// A number is none of those that it may be, or a pointer is not aligned.
    CLUSCOPE_ERROR_ARGUMENT = -3,
    /// Text is not UTF-8.
    CLUSCOPE_ERROR_UTF8 = -4,
    /// No interface has this UUID and version.
    CLUSCOPE_ERROR_INTERFACE = -5,
    /// No method has this opnum, or none that is sent.
    CLUSCOPE_ERROR_METHOD = -6,
    /// The bytes are not what they are said to be. What stood before the error was handed out.
    CLUSCOPE_ERROR_MALFORMED = -7,
    /// The JSON is none, or can't be encoded.
    CLUSCOPE_ERROR_JSON = -8,
    /// A callback asked to stop.
    CLUSCOPE_ERROR_STOPPED = -9,
    /// The handle is in use: by another thread, or by the function whose callback this is called from.
    CLUSCOPE_ERROR_BUSY = -10,
    /// The handle is of another kind, or none.
    CLUSCOPE_ERROR_HANDLE = -11,
    /// The stream, connection or session was finished before.
    CLUSCOPE_ERROR_FINISHED = -12,
    /// A line of keys, or a keytab, can't be read.
    CLUSCOPE_ERROR_KEYS = -13,
    /// A filter expression can't be read.
    CLUSCOPE_ERROR_FILTER = -14,
    /// There is no such thing at this place.
    CLUSCOPE_ERROR_NOT_FOUND = -15,
    /// A limit was reached.
    CLUSCOPE_ERROR_LIMIT = -16,
    /// A defect of the library. It went no further, but what it worked on is not to be used again, only freed.
    CLUSCOPE_ERROR_INTERNAL = -17,
}

use cluscope_status::*;

impl cluscope_status {
    pub(crate) const ALL: [cluscope_status; 19] = [
        CLUSCOPE_OK,
        CLUSCOPE_NOT_WANTED,
        CLUSCOPE_ERROR_NULL,
        CLUSCOPE_ERROR_SIZE,
        CLUSCOPE_ERROR_ARGUMENT,
        CLUSCOPE_ERROR_UTF8,
        CLUSCOPE_ERROR_INTERFACE,
        CLUSCOPE_ERROR_METHOD,
        CLUSCOPE_ERROR_MALFORMED,
        CLUSCOPE_ERROR_JSON,
        CLUSCOPE_ERROR_STOPPED,
        CLUSCOPE_ERROR_BUSY,
        CLUSCOPE_ERROR_HANDLE,
        CLUSCOPE_ERROR_FINISHED,
        CLUSCOPE_ERROR_KEYS,
        CLUSCOPE_ERROR_FILTER,
        CLUSCOPE_ERROR_NOT_FOUND,
        CLUSCOPE_ERROR_LIMIT,
        CLUSCOPE_ERROR_INTERNAL,
    ];

    /// The name in the header, and what it means in a few words.
    pub(crate) fn words(self) -> (&'static std::ffi::CStr, &'static str) {
        match self {
            CLUSCOPE_OK => (c"CLUSCOPE_OK", "done"),
            CLUSCOPE_NOT_WANTED => (c"CLUSCOPE_NOT_WANTED", "no DCE/RPC: nothing more of it is of use"),
            CLUSCOPE_ERROR_NULL => (c"CLUSCOPE_ERROR_NULL", "a pointer is null"),
            CLUSCOPE_ERROR_SIZE => (c"CLUSCOPE_ERROR_SIZE", "a size or length can't be"),
            CLUSCOPE_ERROR_ARGUMENT => (c"CLUSCOPE_ERROR_ARGUMENT", "an argument has a value that it can't have"),
            CLUSCOPE_ERROR_UTF8 => (c"CLUSCOPE_ERROR_UTF8", "text is not UTF-8"),
            CLUSCOPE_ERROR_INTERFACE => (c"CLUSCOPE_ERROR_INTERFACE", "no such interface or version"),
            CLUSCOPE_ERROR_METHOD => (c"CLUSCOPE_ERROR_METHOD", "no such method"),
            CLUSCOPE_ERROR_MALFORMED => (c"CLUSCOPE_ERROR_MALFORMED", "the bytes can't be read to their end"),
            CLUSCOPE_ERROR_JSON => (c"CLUSCOPE_ERROR_JSON", "the JSON can't be encoded"),
            CLUSCOPE_ERROR_STOPPED => (c"CLUSCOPE_ERROR_STOPPED", "a callback asked to stop"),
            CLUSCOPE_ERROR_BUSY => (c"CLUSCOPE_ERROR_BUSY", "the handle is in use"),
            CLUSCOPE_ERROR_HANDLE => (c"CLUSCOPE_ERROR_HANDLE", "the handle is of another kind"),
            CLUSCOPE_ERROR_FINISHED => (c"CLUSCOPE_ERROR_FINISHED", "it was finished before"),
            CLUSCOPE_ERROR_KEYS => (c"CLUSCOPE_ERROR_KEYS", "the keys can't be read"),
            CLUSCOPE_ERROR_FILTER => (c"CLUSCOPE_ERROR_FILTER", "the filter can't be read"),
            CLUSCOPE_ERROR_NOT_FOUND => (c"CLUSCOPE_ERROR_NOT_FOUND", "there is no such thing"),
            CLUSCOPE_ERROR_LIMIT => (c"CLUSCOPE_ERROR_LIMIT", "a limit was reached"),
            CLUSCOPE_ERROR_INTERNAL => (c"CLUSCOPE_ERROR_INTERNAL", "a defect of the library"),
        }
    }
}

/// More about an error. Whoever wants it sets `size` to `sizeof(struct cluscope_error)` and hands a pointer to a function;
/// null means that nobody wants it. It is written when the function returns something else than 0, and holds copies: it is
/// valid as long as its owner likes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_error {
    /// Set by the caller to the size of this structure.
    pub size: u32,
    /// What the function returned.
    pub status: i32,
    /// Byte of the stub or structure at which it went wrong, from 0; `UINT64_MAX` where it is none in particular.
    pub offset: u64,
    /// The path to the field (`ReturnEnum.Entry[3].Name`), with its terminator; empty where it is none in particular.
    pub field: [c_char; 200],
    /// What went wrong, in English, with its terminator.
    pub message: [c_char; 300],
}

// SAFETY: integers and arrays of them, for which zeros are values.
unsafe impl Plain for cluscope_error {
    const FIRST_SIZE: usize = size_of::<cluscope_error>();
}

/// Why a function does not return 0.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: cluscope_status,
    offset: Option<usize>,
    field: String,
    message: String,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// With a message of its own; the status says it where that is empty.
    pub(crate) fn new(status: cluscope_status, message: impl Into<String>) -> Failure {
        Failure { status, offset: None, field: String::new(), message: message.into() }
    }

    /// Bytes that can't be read.
    pub(crate) fn malformed(error: &Error) -> Failure {
        let mut field = String::new();
        if !error.path.segments().is_empty() {
            // Writing to memory does not fail.
            let _ = write!(field, "{}", error.path);
        }
        Failure { status: CLUSCOPE_ERROR_MALFORMED, offset: Some(error.offset), field, message: error.kind.to_string() }
    }

    /// Tells it to whoever wants to know, and returns the number.
    pub(crate) fn tell(&self, error: *mut cluscope_error) -> i32 {
        let message = if self.message.is_empty() { self.status.words().1 } else { &self.message };
        let mut told = cluscope_error {
            size: 0,
            status: self.status as i32,
            offset: self.offset.map_or(u64::MAX, |offset| offset as u64),
            field: [0; 200],
            message: [0; 300],
        };
        fill(&mut told.field, &self.field);
        fill(&mut told.message, message);
        // SAFETY: the caller's promise for `error` is that of `copy_out`.
        let _ = unsafe { copy_out(error, told) };
        self.status as i32
    }
}

impl From<cluscope_status> for Failure {
    fn from(status: cluscope_status) -> Failure {
        Failure::new(status, "")
    }
}

/// Text with its terminator, cut at a character if it does not fit.
fn fill(room: &mut [c_char], text: &str) {
    let mut end = text.len().min(room.len().saturating_sub(1));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    for (to, from) in room.iter_mut().zip(&text.as_bytes()[..end]) {
        *to = *from as c_char;
    }
}
