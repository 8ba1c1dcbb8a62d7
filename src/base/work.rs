//! Counts work, for tests that double the input and look at how the work grows: steps of the loops that hostile input
//! could make long, and bytes that they copy or look through. Without the feature `work-counter` nothing of it is left.

#[cfg(feature = "work-counter")]
use core::cell::Cell;

#[cfg(feature = "work-counter")]
std::thread_local! {
    static WORK: Cell<u64> = const { Cell::new(0) };
}

/// So many steps were taken on this thread.
#[inline(always)]
pub(crate) fn tick(steps: usize) {
    #[cfg(feature = "work-counter")]
    WORK.with(|work| work.set(work.get().saturating_add(steps as u64)));
    #[cfg(not(feature = "work-counter"))]
    let _ = steps;
}

/// Steps that this thread has taken since it was asked last.
#[cfg(feature = "work-counter")]
pub fn taken() -> u64 {
    WORK.with(|work| work.replace(0))
}
