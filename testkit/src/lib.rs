//! For the fuzz targets and tests of `cluscope`: what must hold for any input ([`invariants`]), and values of any
//! structure made from bytes or random numbers ([`arbitrary`]).

pub mod arbitrary;
pub mod invariants;
