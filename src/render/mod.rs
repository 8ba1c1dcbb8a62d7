//! Everything that prints: a folder for each format.
//!
//! `buffer.rs` and `digits.rs`: what they all append to, and how numbers and bytes become digits fast.

#[cfg(feature = "session")]
use alloc::boxed::Box;
#[cfg(feature = "session")]
use alloc::vec::Vec;

mod buffer;
#[cfg(feature = "session")]
pub(crate) mod call;
#[cfg(feature = "session")]
pub mod csv;
mod digits;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod ecs;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod eve;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "session")]
pub mod mermaid;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod perfetto;
#[cfg(feature = "session")]
mod row;
#[cfg(feature = "serde")]
pub(crate) mod schema;
#[cfg(feature = "session")]
pub(crate) mod stats;
pub mod text;
#[cfg(feature = "session")]
pub mod zeek;

#[cfg(all(feature = "session", feature = "serde"))]
pub use row::objects;

/// The formats of calls for other tools: what `calls --format` knows beside text and JSON lines.
#[cfg(all(feature = "session", feature = "serde"))]
pub const CALL_FORMATS: &[CallFormat] =
    &[csv::FORMAT, zeek::FORMAT, zeek::JSON_FORMAT, ecs::FORMAT, eve::FORMAT, perfetto::CALLS];

/// The formats of events for other tools: what `story --format` knows beside text and JSON lines.
#[cfg(all(feature = "session", feature = "serde"))]
pub const STORY_FORMATS: &[StoryFormat] = &[mermaid::FORMAT, perfetto::STORY];

/// A format of events, one after the other.
#[cfg(feature = "session")]
#[derive(Clone, Copy, Debug)]
pub struct StoryFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Begins to print.
    pub printer: fn(&crate::limits::Pictures) -> Box<dyn StoryPrinter>,
}

/// Prints events in one of the formats; each function appends to `out`.
#[cfg(feature = "session")]
pub trait StoryPrinter {
    /// What stands in front of the first event, where that is known before it.
    fn begin(&mut self, _out: &mut Vec<u8>) {}
    /// An event.
    fn event(&mut self, out: &mut Vec<u8>, event: &crate::analysis::story::Event);
    /// What stands behind the last event; `timelines` are the states of the objects.
    fn end(&mut self, out: &mut Vec<u8>, timelines: &[crate::analysis::story::Timeline]);
}

/// A format of calls, one after the other.
#[cfg(feature = "session")]
#[derive(Clone, Copy, Debug)]
pub struct CallFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Begins to print.
    pub printer: fn(Settings) -> Box<dyn CallPrinter>,
}

/// How the formats for other tools print.
#[cfg(feature = "session")]
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Cells of comma-separated values.
    pub cells: csv::Cells,
    /// Tracks of a picture.
    pub tracks: usize,
}

/// Prints calls in one of the formats; each function appends to `out`.
#[cfg(feature = "session")]
pub trait CallPrinter {
    /// What stands in front of the first call, where that is known before it.
    fn begin(&mut self, _out: &mut Vec<u8>) {}
    /// A call, with the end of its line.
    fn call(&mut self, out: &mut Vec<u8>, call: &crate::analysis::calls::Call);
    /// What stands behind the last call.
    fn end(&mut self, _out: &mut Vec<u8>) {}
    /// How many calls could not be given a place of their own for a limit.
    fn crowded(&self) -> u64 {
        0
    }
}

/// A printer for formats in which every call is a line and nothing is remembered.
#[cfg(all(feature = "session", feature = "serde"))]
struct LinePrinter<F>(F);

#[cfg(all(feature = "session", feature = "serde"))]
impl<F: FnMut(&mut Vec<u8>, &crate::analysis::calls::Call)> CallPrinter for LinePrinter<F> {
    fn call(&mut self, out: &mut Vec<u8>, call: &crate::analysis::calls::Call) {
        (self.0)(out, call);
        out.push(b'\n');
    }
}

/// The same for formats whose lines are JSON.
#[cfg(all(feature = "session", feature = "serde"))]
fn json_lines(print: fn(&mut json::out::Out, &crate::analysis::calls::Call)) -> Box<dyn CallPrinter> {
    let mut line = json::out::Out::new();
    Box::new(LinePrinter(move |out: &mut Vec<u8>, call: &crate::analysis::calls::Call| {
        line.clear();
        print(&mut line, call);
        out.extend_from_slice(line.as_bytes());
    }))
}

#[cfg(feature = "session")]
pub use call::{CallEnd, PrintedRequest};
