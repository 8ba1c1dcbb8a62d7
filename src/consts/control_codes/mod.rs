//! Control codes (3.1.4.3): what a control method is asked for, and what its buffers hold.

mod bits;

pub use bits::ControlCodeBits;
pub(in crate::consts) use bits::TABLES;
