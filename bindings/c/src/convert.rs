//! What crosses the boundary: structures that begin with their size, text and bytes that are lent, and the guard that every
//! function runs in.

use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// UTF-8 text that is lent. It has no terminator; print it with `"%.*s"`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_text {
    /// The first byte; never null when handed out. Where the caller gives text, null is an empty one.
    pub data: *const c_char,
    /// Bytes.
    pub length: usize,
}

/// Bytes that are lent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_bytes {
    /// The first byte; null where there are none.
    pub data: *const u8,
    /// How many.
    pub length: usize,
}

impl cluscope_text {
    pub(crate) const fn of(text: &str) -> cluscope_text {
        cluscope_text { data: text.as_ptr().cast(), length: text.len() }
    }

    /// The caller's text.
    ///
    /// # Safety
    /// `data` is null, or `length` bytes can be read there that nobody changes for as long as `'t`.
    pub(crate) unsafe fn get<'t>(self, what: &str) -> Outcome<&'t str> {
        let bytes = cluscope_bytes { data: self.data.cast(), length: self.length };
        // SAFETY: the same promise.
        let bytes = unsafe { bytes.get(what) }?;
        std::str::from_utf8(bytes).map_err(|e| Failure::new(CLUSCOPE_ERROR_UTF8, format!("{what}: {e}")))
    }
}

impl cluscope_bytes {
    pub(crate) const NONE: cluscope_bytes = cluscope_bytes { data: std::ptr::null(), length: 0 };

    pub(crate) const fn of(bytes: &[u8]) -> cluscope_bytes {
        cluscope_bytes { data: bytes.as_ptr(), length: bytes.len() }
    }

    /// The caller's bytes.
    ///
    /// # Safety
    /// `data` is null, or `length` bytes can be read there that nobody changes for as long as `'t`.
    pub(crate) unsafe fn get<'t>(self, what: &str) -> Outcome<&'t [u8]> {
        match (self.data.is_null(), self.length) {
            (_, 0) => Ok(&[]),
            (true, _) => Err(Failure::new(CLUSCOPE_ERROR_NULL, format!("{what}: null, with a length"))),
            (_, length) if length > isize::MAX as usize => {
                Err(Failure::new(CLUSCOPE_ERROR_SIZE, format!("{what}: a length of {length}")))
            }
            // SAFETY: not null, not longer than memory can be; the rest is the caller's promise.
            (_, length) => Ok(unsafe { std::slice::from_raw_parts(self.data, length) }),
        }
    }
}

/// A structure that begins with its size as a `uint32_t`.
///
/// # Safety
/// `repr(C)`, the size first, and every byte may be zero. Later versions only append to it, without gaps in between.
pub(crate) unsafe trait Plain: Copy {
    /// Bytes of its first version.
    const FIRST_SIZE: usize;
}

/// The size that a structure says it has.
///
/// # Safety
/// `pointer` is null, or a structure with its size in front can be read there.
unsafe fn size_of_given<T: Plain>(pointer: *const T) -> Outcome<usize> {
    if pointer.is_null() {
        return Err(Failure::new(CLUSCOPE_ERROR_NULL, format!("{}: null", name::<T>())));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("{}: not aligned", name::<T>())));
    }
    // SAFETY: not null and aligned; the size stands in front.
    let size = unsafe { pointer.cast::<u32>().read() } as usize;
    if size < T::FIRST_SIZE {
        let message = format!("{}: a size of {size}, at least {} is needed", name::<T>(), T::FIRST_SIZE);
        return Err(Failure::new(CLUSCOPE_ERROR_SIZE, message));
    }
    Ok(size)
}

fn name<T>() -> &'static str {
    std::any::type_name::<T>().rsplit("::").next().unwrap_or_default()
}

/// A structure of the caller's: what this version knows of it. What an older caller does not have is zero; what a newer
/// caller has beyond must be zero, or it would want something that is not done here.
///
/// # Safety
/// `pointer` is null, or points to as many bytes as the structure says in front.
pub(crate) unsafe fn copy_in<T: Plain>(pointer: *const T) -> Outcome<T> {
    // SAFETY: the same promise.
    let size = unsafe { size_of_given(pointer) }?;
    if size > size_of::<T>() {
        // SAFETY: the caller's structure has `size` bytes; these are the ones behind those known here.
        let beyond = unsafe {
            std::slice::from_raw_parts(pointer.cast::<u8>().add(size_of::<T>()), size.min(1 << 16) - size_of::<T>())
        };
        if size > 1 << 16 || beyond.iter().any(|byte| *byte != 0) {
            let message = format!("{}: a size of {size}, {} are known", name::<T>(), size_of::<T>());
            return Err(Failure::new(CLUSCOPE_ERROR_SIZE, message));
        }
    }
    let mut copy = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: both have at least so many bytes; zeros are a value of `T`, and so is what the caller filled in.
    unsafe {
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), size.min(size_of::<T>()));
        Ok(copy.assume_init())
    }
}

/// Fills a structure of the caller's, as much of it as the caller has; its size stays. Null is no error: nobody wants it.
///
/// # Safety
/// `pointer` is null, or points to as many bytes as the structure says in front, which may be written.
pub(crate) unsafe fn copy_out<T: Plain>(pointer: *mut T, value: T) -> Outcome {
    if pointer.is_null() {
        return Ok(());
    }
    // SAFETY: the same promise.
    let size = unsafe { size_of_given(pointer.cast_const()) }?.min(size_of::<T>());
    let skip = size_of::<u32>();
    // SAFETY: both have at least `size` bytes, and the caller's may be written.
    unsafe {
        let from = (&raw const value).cast::<u8>().add(skip);
        std::ptr::copy_nonoverlapping(from, pointer.cast::<u8>().add(skip), size - skip);
    }
    Ok(())
}

/// The place that a result goes to.
///
/// # Safety
/// `pointer` is null, or a `T` may be written there.
pub(crate) unsafe fn put<T>(pointer: *mut T, value: T, what: &str) -> Outcome {
    if pointer.is_null() {
        return Err(Failure::new(CLUSCOPE_ERROR_NULL, format!("{what}: null")));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("{what}: not aligned")));
    }
    // SAFETY: not null and aligned; the rest is the caller's promise.
    unsafe { pointer.write(value) };
    Ok(())
}

/// Runs a function so that no panic leaves it, and makes a number of what it returns.
pub(crate) fn guard(error: *mut cluscope_error, run: impl FnOnce() -> Outcome) -> i32 {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => 0,
        Ok(Err(failure)) => failure.tell(error),
        Err(payload) => {
            // Dropping it may panic once more.
            std::mem::forget(payload);
            Failure::from(CLUSCOPE_ERROR_INTERNAL).tell(error)
        }
    }
}
