//! Generated stubs, what we read in them, and what peers show of them. Tests and `examples/differential.rs` share this;
//! each uses a part.
//!
//! [`subject`] makes the stubs; [`ndrdump`] and [`tshark`] ask the peers and compare; [`known`] lists where they differ
//! and why; [`tally`] counts. What came out is in `docs/differential.md`.
#![allow(dead_code, unreachable_pub)]

pub mod known;
pub mod ndrdump;
pub mod pdml;
pub mod subject;
pub mod tally;
pub mod tshark;

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Values that the peer showed and that were compared.
    pub values: usize,
    /// The first thing that the peer sees differently: where or what, without values, so that like differences count
    /// together; and what exactly.
    pub differs: Option<(String, String)>,
}

impl Outcome {
    /// Equal in so many values.
    pub fn equal(values: usize) -> Outcome {
        Outcome { values, differs: None }
    }

    /// Different.
    pub fn differs(values: usize, what: impl Into<String>, detail: impl Into<String>) -> Outcome {
        Outcome { values, differs: Some((what.into(), detail.into())) }
    }
}

/// A scratch directory that is removed when dropped.
pub struct Scratch(pub std::path::PathBuf);

impl Scratch {
    /// A new one; `name` tells those of one process apart.
    pub fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("cluscope-peers-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the directory for temporary files can be written");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
