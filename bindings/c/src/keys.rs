//! Keys that open what is signed and sealed.

use crate::convert::{cluscope_bytes, guard, put};
use crate::handle::{Handle, Kind};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use cluscope::auth::{KeyError, KeyStore};
use std::sync::Arc;

/// Keys. One thread at a time; any number of sessions may use them, and none may be added from then on. They are wiped from
/// memory when the last of those and the handle itself are freed.
#[derive(Debug)]
pub struct cluscope_keys {
    _never: (),
}

pub(crate) struct Keys {
    pub(crate) store: Arc<KeyStore>,
}

impl Kind for Keys {
    const TAG: u64 = u64::from_le_bytes(*b"cl.keys\0");
}

/// Makes an empty set of keys; `keys` gets a handle, to be freed by `cluscope_keys_free`.
///
/// # Safety
/// `keys` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_keys_new(keys: *mut *mut cluscope_keys, error: *mut cluscope_error) -> i32 {
    guard(error, || {
        let made = Box::into_raw(Box::new(Handle::new(Keys { store: Arc::default() })));
        // SAFETY: the caller's promise.
        unsafe { put(keys, made.cast(), "keys") }.inspect_err(|_| {
            // SAFETY: it was made above, and nobody has it.
            drop(unsafe { Box::from_raw(made) });
        })
    })
}

/// Adds what `read` finds in bytes of the caller's.
///
/// # Safety
/// As the functions below say.
unsafe fn add(
    keys: *mut cluscope_keys,
    bytes: cluscope_bytes,
    read: fn(&mut KeyStore, &[u8]) -> Result<usize, KeyError>,
) -> Outcome {
    // SAFETY: the caller's promise.
    let mut keys = unsafe { Handle::<Keys>::of(keys) }?.enter()?;
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes.get("bytes") }?;
    let store = Arc::get_mut(&mut keys.store)
        .ok_or_else(|| Failure::new(CLUSCOPE_ERROR_BUSY, "a session uses these keys: none can be added any more"))?;
    // The error names places, never what stands there.
    read(store, bytes).map_err(|e| Failure::new(CLUSCOPE_ERROR_KEYS, e.to_string()))?;
    Ok(())
}

/// Adds the text of a keys file: a line for each password, NT hash or session key. Returns `CLUSCOPE_ERROR_KEYS` for a line
/// that is none; those before it were added.
///
/// # Safety
/// `keys` is null or not freed; the bytes can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_keys_add_text(
    keys: *mut cluscope_keys,
    text: cluscope_bytes,
    error: *mut cluscope_error,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(error, || unsafe { add(keys, text, KeyStore::add_keys_file) })
}

/// Adds an MIT keytab, its bytes.
///
/// # Safety
/// As for `cluscope_keys_add_text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_keys_add_keytab(
    keys: *mut cluscope_keys,
    keytab: cluscope_bytes,
    error: *mut cluscope_error,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(error, || unsafe { add(keys, keytab, KeyStore::add_keytab) })
}

/// Adds an MIT credential cache or a kirbi file, its bytes.
///
/// # Safety
/// As for `cluscope_keys_add_text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_keys_add_ccache(
    keys: *mut cluscope_keys,
    ccache: cluscope_bytes,
    error: *mut cluscope_error,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(error, || unsafe { add(keys, ccache, KeyStore::add_ccache) })
}

/// Frees keys; null is none. Sessions that were made with them keep them.
///
/// # Safety
/// `keys` is null or not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_keys_free(keys: *mut cluscope_keys) -> i32 {
    guard(std::ptr::null_mut(), || {
        if keys.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        unsafe { Handle::<Keys>::of(keys) }?.retire()?;
        // SAFETY: it is of this kind, and nobody uses it.
        drop(unsafe { Box::from_raw(keys.cast::<Handle<Keys>>()) });
        Ok(())
    })
}
