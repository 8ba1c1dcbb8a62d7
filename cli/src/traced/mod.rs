//! What event traces of Windows tell beside packets; without the feature `etl` there are none, and nothing is told.

#[cfg(feature = "etl")]
mod told;
#[cfg(not(feature = "etl"))]
mod untold;

#[cfg(feature = "etl")]
pub(super) use told::*;
#[cfg(not(feature = "etl"))]
pub(super) use untold::*;
