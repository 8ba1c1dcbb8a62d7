//! What the library takes: allocations, memory held under hostile traffic, work as input grows. Counted, never timed. Apart
//! from the other tests, because the allocator counts for the whole process: one test at a time, see [`alone`].

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/wire.rs"]
mod wire;

mod allocations;
mod faults;
#[cfg(feature = "work-counter")]
mod linear;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Without the feature the tests of growth are not there; this says so.
#[cfg(not(feature = "work-counter"))]
#[test]
fn linear() {
    common::data::skipped("counting work needs the feature work-counter");
}
