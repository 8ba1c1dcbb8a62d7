//! In place of `told.rs` without the feature `etl`: there are no event traces, and nothing to tell of them.

use crate::{Failure, Format};
use cluscope::internals::capture::Reader;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::TextBuffer;
use cluscope::internals::session::Record;
use std::fs::File;
use std::io::{Read, Write};

/// Nothing is known of packets.
#[derive(Clone, Debug, Default)]
pub(crate) struct PacketOrigins {}

/// A file that may be a trace.
pub(crate) type Ordered = File;

pub(crate) fn ordered(file: File) -> std::io::Result<Ordered> {
    Ok(file)
}

/// Nothing is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces {}

impl Traces {
    pub(crate) fn begin<R: Read>(&mut self, _: &Reader<R>) {}

    pub(crate) fn take<R: Read>(&mut self, _: &mut Reader<R>) {}

    pub(crate) fn see(&mut self, _: &Record<'_>) {}

    pub(crate) fn read<R: Read>(&mut self, _: &mut Reader<R>) {}

    pub(crate) fn print(&self, _: &mut impl Write, _: Format) -> Result<(), Failure> {
        Ok(())
    }

    pub(crate) fn tell(&self) {}

    pub(crate) fn counts(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

pub(crate) fn noting<R: Read>(reader: Reader<R>, _: &PacketOrigins) -> Reader<R> {
    reader
}

pub(crate) fn telling(records: Records, _: &PacketOrigins) -> Records {
    records
}

pub(crate) fn text(_: &mut TextBuffer, _: &PacketOrigins, _: &Record<'_>) {}

pub(crate) fn json(_: &mut Out, _: &PacketOrigins, _: &Record<'_>) {}
