//! Handles: what a pointer of the caller's leads to, and the guard that lets one function in at a time.

use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome};
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a handle begins with while it lives, by its kind. Zero once it was freed, as far as anybody can still see that.
pub(crate) trait Kind {
    const TAG: u64;
}

/// What a pointer of the caller's leads to.
#[repr(C)]
pub(crate) struct Handle<T> {
    tag: AtomicU64,
    busy: AtomicBool,
    /// A panic went through what is inside: nobody knows in which state it is.
    broken: AtomicBool,
    inner: UnsafeCell<T>,
}

// SAFETY: what is inside is reached by one thread at a time, the one that has set `busy`, and may move between threads.
unsafe impl<T: Send> Sync for Handle<T> {}

impl<T: Kind> Handle<T> {
    pub(crate) fn new(inner: T) -> Self {
        Handle {
            tag: AtomicU64::new(T::TAG),
            busy: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            inner: UnsafeCell::new(inner),
        }
    }

    /// The handle that a pointer of the caller's leads to.
    ///
    /// # Safety
    /// `pointer` is null, or leads to a handle of any kind that is not freed.
    pub(crate) unsafe fn of<'h, P>(pointer: *const P) -> Outcome<&'h Handle<T>> {
        let pointer = pointer.cast::<Handle<T>>();
        if pointer.is_null() {
            return Err(Failure::new(CLUSCOPE_ERROR_NULL, "the handle is null"));
        }
        if !pointer.is_aligned() {
            return Err(CLUSCOPE_ERROR_HANDLE.into());
        }
        // SAFETY: every handle begins with its tag; an atomic may be read whoever writes it.
        let tag = unsafe { &*pointer.cast::<AtomicU64>() }.load(Ordering::Relaxed);
        if tag != T::TAG {
            return Err(CLUSCOPE_ERROR_HANDLE.into());
        }
        // SAFETY: it is of this kind, by its tag; the rest is the caller's promise.
        Ok(unsafe { &*pointer })
    }

    /// What is inside, for as long as the guard lives; `CLUSCOPE_ERROR_BUSY` if somebody has it.
    pub(crate) fn enter(&self) -> Outcome<Entered<'_, T>> {
        if self.busy.swap(true, Ordering::Acquire) {
            return Err(CLUSCOPE_ERROR_BUSY.into());
        }
        let entered = Entered { handle: self };
        if self.broken.load(Ordering::Relaxed) {
            return Err(CLUSCOPE_ERROR_INTERNAL.into());
        }
        Ok(entered)
    }

    /// Takes the tag off, so that who uses the handle once more is told, as long as nothing else lies there. Fails where
    /// it is in use.
    pub(crate) fn retire(&self) -> Outcome {
        if self.busy.swap(true, Ordering::Acquire) {
            return Err(CLUSCOPE_ERROR_BUSY.into());
        }
        self.tag.store(0, Ordering::Relaxed);
        // For others that have a share in it.
        self.busy.store(false, Ordering::Release);
        Ok(())
    }
}

/// What is inside a handle, for one function.
pub(crate) struct Entered<'h, T: Kind> {
    handle: &'h Handle<T>,
}

impl<T: Kind> Deref for Entered<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `busy` was set by whoever made this guard, so there is no other one.
        unsafe { &*self.handle.inner.get() }
    }
}

impl<T: Kind> DerefMut for Entered<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.handle.inner.get() }
    }
}

impl<T: Kind> Drop for Entered<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.handle.broken.store(true, Ordering::Relaxed);
        }
        self.handle.busy.store(false, Ordering::Release);
    }
}
