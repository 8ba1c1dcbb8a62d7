//! In place of `traced.rs` without the feature `etl`: there are no event traces, and nothing to tell of them.

use super::{Failure, Format};
use cluscope::internals::capture::Reader;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::TextBuffer;
use cluscope::internals::session::Record;
use std::fs::File;
use std::io::{Read, Write};

/// Nothing is known of packets.
#[derive(Clone, Debug, Default)]
pub(super) struct PacketOrigins;

pub(super) fn ordered(file: File) -> std::io::Result<File> {
    Ok(file)
}

/// Nothing is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces;

impl Traces {
    pub(super) fn take<R: Read>(&mut self, _: &mut Reader<R>) {}

    pub(super) fn see(&mut self, _: &Record<'_>) {}

    pub(super) fn read<R: Read>(&mut self, _: &mut Reader<R>) {}

    pub(super) fn print(&self, _: &mut impl Write, _: Format) -> Result<(), Failure> {
        Ok(())
    }

    pub(super) fn tell(&self) {}

    pub(super) fn counts(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

pub(super) fn noting<R: Read>(reader: Reader<R>, _: &PacketOrigins) -> Reader<R> {
    reader
}

pub(super) fn telling(records: Records, _: &PacketOrigins) -> Records {
    records
}

pub(super) fn text(_: &mut TextBuffer, _: &PacketOrigins, _: &Record<'_>) {}

pub(super) fn json(_: &mut Out, _: &PacketOrigins, _: &Record<'_>) {}
