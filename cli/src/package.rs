//! `man` and `completions`: what packages of the program carry beside it.

use super::{Cli, Failure, Outcome, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write a page for the program and one for each command into this directory, instead of the program's page to standard
    /// output
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

pub(super) fn completions(completions: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Cli::command(), "cluscope", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(true)
}

pub(super) fn man(man: &Man) -> Outcome {
    let Some(directory) = &man.into else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        let mut out = output::stdout();
        out.write_all(&page)?;
        out.flush()?;
        return Ok(true);
    };
    clap_mangen::generate_to(Cli::command(), directory)
        .map_err(|error| Failure::Message(format!("{}: {error}", directory.display())))?;
    Ok(true)
}
