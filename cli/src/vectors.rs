//! `stub vectors`.
use super::Outcome;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Vectors {}

pub(super) fn run(_: &Vectors) -> Outcome {
    Ok(true)
}
