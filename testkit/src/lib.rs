//! For the fuzz targets and tests of `cluscope`: what must hold for any input ([`invariants`]), values of any
//! structure made from bytes or random numbers ([`arbitrary`]), and captures with bits flipped ([`flips`]).

pub mod arbitrary;
pub mod drops;
pub mod etl_writer;
pub mod flips;
pub mod invariants;
