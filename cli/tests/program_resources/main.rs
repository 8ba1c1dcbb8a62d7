//! What the program takes: memory on hostile streams and on captures longer than its tables, and whether it waits for input
//! that has not come. Apart from the other tests, because these measure the process or wait for it.

#[path = "../../../tests/common/data.rs"]
mod data;
#[path = "../../../tests/common/program.rs"]
mod program;
#[path = "../../../tests/common/wire.rs"]
mod wire;

mod bounded;
#[cfg(target_os = "linux")]
mod ceiling;
mod follow;
mod live;
mod opens;
