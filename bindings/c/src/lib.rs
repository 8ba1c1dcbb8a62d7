//! The C interface of cluscope. `include/cluscope.h` is made from this file and those beside it; a program in C needs that
//! header and the library, and nothing of Rust.
//!
//! What a function may assume stands in its `# Safety` section; everything else it checks. No panic leaves a function.

#![allow(non_camel_case_types)]
#![deny(unsafe_op_in_unsafe_fn)]

mod convert;
mod declarations;
mod handle;
mod keys;
mod message;
mod objects;
mod session;
mod status;
mod stream;
mod stub;
mod value;
mod version;
mod visitor;

pub use convert::{cluscope_bytes, cluscope_text};
pub use declarations::*;
pub use keys::*;
pub use message::*;
pub use objects::*;
pub use session::*;
pub use status::{cluscope_error, cluscope_status};
pub use stream::*;
pub use stub::*;
pub use value::*;
pub use version::*;
