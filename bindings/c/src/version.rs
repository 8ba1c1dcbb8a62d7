//! Versions, and the names of what functions return.

use crate::status::cluscope_status;
use std::ffi::{CStr, c_char};

/// The version of the binary interface that this header describes. It grows when something is added; what was there stays as
/// it is, or the library gets another file name.
pub const CLUSCOPE_ABI_VERSION: u32 = 1;

/// The version of the binary interface that the library has: at least `CLUSCOPE_ABI_VERSION` of the header that a program
/// was built with, or the program wants more than there is.
#[unsafe(no_mangle)]
pub extern "C" fn cluscope_abi_version() -> u32 {
    CLUSCOPE_ABI_VERSION
}

/// The version of the library, `0.2.0`, with its terminator.
#[unsafe(no_mangle)]
pub extern "C" fn cluscope_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}

/// The name of what a function returned, `CLUSCOPE_ERROR_NULL`, with its terminator. Of a number that none returns
/// `CLUSCOPE_ERROR_UNKNOWN`.
#[unsafe(no_mangle)]
pub extern "C" fn cluscope_status_name(status: i32) -> *const c_char {
    let known = cluscope_status::ALL.into_iter().find(|known| *known as i32 == status);
    known.map_or(c"CLUSCOPE_ERROR_UNKNOWN", |known| known.words().0).as_ptr()
}
