//! The command line program; all of it is in `cluscope::cli`.

fn main() -> std::process::ExitCode {
    cluscope::cli::run(std::env::args_os())
}
