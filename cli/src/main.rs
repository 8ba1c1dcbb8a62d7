//! The program `cluscope`; each command has a file of its own.
//!
//! Exit status: 0 done, 1 the input could not be read at all (or, for `stub` and `struct`, at
//! least one item failed), 2 wrong usage, 3 input was read but not all of it.

mod calls;
mod check;
#[cfg(feature = "decrypt")]
mod decrypt;
mod dissect;
mod examples;
#[cfg(feature = "columns")]
mod export;
mod follow;
mod interrupt;
mod layout;
mod list;
mod make;
mod output;
mod package;
mod period;
mod place;
mod pool;
mod report;
mod schema;
mod screen;
mod sealed;
mod select;
mod source;
mod stats;
mod story;
mod structure;
mod stub;
mod summary;
mod template;
mod traced;
mod vectors;
mod views;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use cluscope::internals::base::bounds;
use cluscope::internals::filter::{Field, Filter};
use cluscope::internals::limits::Limits;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Dissects the management traffic of Windows failover clusters: ClusAPI (MS-CMRP) and Witness (MS-SWN).
#[derive(Debug, Parser)]
#[command(name = "cluscope", version = env!("CLUSCOPE_VERSION"), about, max_term_width = 100)]
#[command(after_help = examples::of(""))]
struct Cli {
    /// How JSON has integers beyond 2^53: as numbers, or as text that programs with floating-point numbers alone (jq,
    /// JavaScript) do not round; encoding takes both
    #[arg(long, global = true, value_enum, default_value = "plain", value_name = "HOW", hide_default_value = true)]
    numbers: Numbers,
    #[command(flatten)]
    appearance: screen::Appearance,
    #[command(subcommand)]
    command: Command,
}

/// How JSON has large integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Numbers {
    /// As numbers
    Plain,
    /// Beyond 2^53 as decimal text
    Safe,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print every ClusAPI and Witness message of a capture
    #[command(after_help = examples::of("dissect"))]
    Dissect(Messages),
    /// Print calls: each request joined with its response or fault, with the latency
    #[command(after_help = examples::of("calls"))]
    Calls(views::Calls),
    /// Count calls by method, client, object and status: errors, latency, bytes
    #[command(after_help = examples::of("stats"))]
    Stats(stats::Stats),
    /// Tell what happened, one line an event
    #[command(after_help = examples::of("story"))]
    Story(story::Story),
    /// Write a page that shows what a capture holds: one file, which opens in a browser and needs no network
    #[command(after_help = examples::of("report"))]
    Report(report::Report),
    /// Write the capture again with what is sealed in clear
    #[cfg(feature = "decrypt")]
    #[command(after_help = examples::of("decrypt"))]
    Decrypt(decrypt::Decrypt),
    /// Write tables for engines that want columns: messages, calls, properties, handles, events and more
    #[cfg(feature = "columns")]
    #[command(after_help = examples::of("export"))]
    Export(export::Export),
    /// Write the packets that bear on cluster traffic, and leave the others out
    #[command(after_help = examples::of("select"))]
    Select(select::Select),
    /// List where a capture breaks the rules of the specification, and what tells the servers' Windows release
    #[command(after_help = examples::of("check"))]
    Check(check::Check),
    /// Decode or encode bare NDR stubs
    #[command(subcommand, after_help = examples::of("stub"))]
    Stub(stub::Stub),
    /// Decode or encode custom-marshalled structures
    #[command(subcommand, after_help = examples::of("struct"))]
    Struct(structure::Struct),
    /// Print what this build knows
    #[command(after_help = examples::of("list"))]
    List(list::List),
    /// Write a capture from records: those of dissect or calls, edited or written by hand
    #[command(after_help = examples::of("make"))]
    Make(make::Make),
    /// Print the JSON Schema of a method's messages, of a structure or of records
    #[command(after_help = examples::of("schema"))]
    Schema(schema::Schema),
    /// Print a script that completes commands and options in a shell
    #[command(after_help = examples::of("completions"))]
    Completions(package::Completions),
    /// Print the manual page
    #[command(after_help = examples::of("man"))]
    Man(package::Man),
}

/// How output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Blocks for a person
    Text,
    /// One JSON object a line
    Jsonl,
}

#[derive(Debug, Args)]
struct Look {
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Args)]
struct Capture {
    /// Captures, pcap, pcapng or ETL; - is standard input
    #[arg(required_unless_present = "follow", value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    follow: Follow,
    #[command(flatten)]
    secrets: Secrets,
    /// What connections without a bind carry, INTERFACE:VERSION:SYNTAX or the same with @ADDRESS:PORT of the server:
    /// clusapi:3.0:ndr64
    #[arg(long, value_name = "WHAT")]
    assume: Vec<cluscope::internals::session::inference::Assumption>,
    #[command(flatten)]
    decode_as: DecodeAs,
    /// Show only what this expression holds for, such as 'object == "IP1" and status != 0'
    #[arg(long, value_name = "EXPR", long_help = filter_help())]
    filter: Option<String>,
    /// Leave passwords and tokens that stand in messages out of JSON as well; nothing else has them
    #[arg(long)]
    hide_secrets: bool,
    #[command(flatten)]
    memory: Memory,
    #[command(flatten)]
    threads: Threads,
    /// Where the packets read come from, for those who print messages.
    #[arg(skip)]
    origins: traced::PacketOrigins,
    /// Told when a file begins: its name, and the packets before it.
    #[arg(skip)]
    begun: source::Begun,
    /// Other limits than those of `memory`.
    #[arg(skip)]
    limits: Option<Limits>,
}

/// What a filter can be made of.
fn filter_help() -> String {
    let mut help = "Show only what this expression holds for, such as 'object == \"IP1\" and status != 0'. \
        Operators are == != < <= > >= ~ (a regular expression) and contains, joined by and, or, not and parentheses; fields are:"
        .to_string();
    for (name, _, kind) in Field::ALL {
        help.push_str(&format!("\n  {name:<10} {}", kind.expected()));
    }
    help
}

/// Captures that are still being made.
#[derive(Clone, Debug, Default, Args)]
struct Follow {
    /// Read the captures of a folder, or those that a pattern matches (in quotes), oldest first, and further ones as they
    /// appear; the newest one is read on as it grows. For what dumpcap -b, tcpdump -C or -G leave behind
    #[arg(long, value_name = "DIR-or-GLOB", value_parser = followed)]
    follow: Option<PathBuf>,
    /// With --follow: end when nothing new has come for so many seconds, instead of at a signal
    #[arg(long, value_name = "SECONDS", requires = "follow", value_parser = seconds)]
    idle_exit: Option<Duration>,
}

/// A folder, a file or a pattern.
fn followed(text: &str) -> Result<PathBuf, String> {
    if let Err(error) = glob::Pattern::new(text)
        && !std::path::Path::new(text).exists()
    {
        return Err(error.to_string());
    }
    Ok(PathBuf::from(text))
}

/// A number of seconds, which may have a fraction.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// What to take numbers for.
#[derive(Clone, Debug, Default, Args)]
struct DecodeAs {
    /// Decode a port, EtherType, IP protocol or link type as something else, as tshark's -d does:
    /// udp.port==14789,vxlan
    #[arg(short = 'd', long = "decode-as", value_name = "LAYER==VALUE,PROTOCOL")]
    decode_as: Vec<cluscope::internals::net::DecodeRule>,
}

impl DecodeAs {
    fn rules(&self) -> cluscope::internals::net::DecodeAs {
        self.decode_as.iter().copied().collect()
    }
}

/// How many processors a command may take.
#[derive(Clone, Copy, Debug, Default, Args)]
struct Threads {
    /// Threads that work at a time; as many as there are processors unless given. What is printed is the same for every
    /// number, and so is what memory is kept to
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
}

impl Threads {
    fn number(self) -> usize {
        let there = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        self.threads.map_or_else(there, std::num::NonZeroUsize::get)
    }

    /// The same, not more than there is memory for ([`bounds::THREAD_MEMORY`]).
    fn number_within(self, memory: &Memory) -> usize {
        let room = usize::try_from(memory.memory_limit).unwrap_or(usize::MAX) / bounds::THREAD_MEMORY;
        self.number().min(room.max(2)).min(bounds::THREADS)
    }
}

/// How much memory a command may take.
#[derive(Clone, Copy, Debug, Args)]
struct Memory {
    /// Memory that is not exceeded whatever the input, such as 64M or 1GB; what has to be given up for it is counted
    #[arg(long, value_name = "SIZE", default_value = "256MB", value_parser = cluscope::internals::limits::parse_size)]
    memory_limit: u64,
}

impl Memory {
    fn limits(self) -> Limits {
        Limits::for_memory(self.memory_limit)
    }
}

#[derive(Debug, Args)]
struct Messages {
    #[command(flatten)]
    capture: Capture,
    #[command(flatten)]
    look: Look,
    /// Show buffers whole instead of their first bytes (text)
    #[arg(long)]
    full: bool,
    /// Decode everything and print nothing
    #[arg(long, conflicts_with_all = ["format", "full", "filter", "hide_secrets"])]
    quiet: bool,
}

impl Capture {
    /// The filter, if one was given.
    fn filter(&self) -> Result<Option<Filter>, Failure> {
        let Some(text) = &self.filter else { return Ok(None) };
        let filter = Filter::parse(text);
        let filter = filter.map_err(|e| Failure::Argument(format!("in --filter\n{}", e.explain(text))))?;
        Ok(Some(filter))
    }

    /// Tells of names in the filter that no method has.
    fn tell_unknown_methods(&self) {
        let Some(text) = &self.filter else { return };
        let Ok(filter) = Filter::parse(text) else { return };
        for (name, meant) in filter.unknown_methods(text) {
            match meant {
                Some(meant) => output::tell!("no method is called {name}; did you mean {meant}?"),
                None => output::tell!("no method is called {name}"),
            }
        }
    }
}

/// Where keys come from. Secrets themselves are never arguments.
#[derive(Debug, Args)]
struct Secrets {
    /// Kerberos keys of services, an MIT keytab
    #[arg(long, value_name = "FILE")]
    keytab: Vec<PathBuf>,
    /// Kerberos session keys, an MIT credential cache
    #[arg(long, value_name = "FILE")]
    ccache: Vec<PathBuf>,
    /// Passwords, NT hashes and session keys, one a line; the variable CLUSCOPE_KEYS names such a file too
    #[arg(long, value_name = "FILE")]
    keys: Vec<PathBuf>,
}

/// What a command came to.
type Outcome = Result<bool, Failure>;

/// Why a command stopped.
#[derive(Debug)]
enum Failure {
    /// One line for standard error.
    Message(String),
    /// The arguments are wrong.
    Usage(String),
    /// An argument is wrong, and this explains it.
    Argument(String),
    /// The reader of our output has gone: nothing to say.
    Gone,
    /// Input was read, but not all of it, which was told.
    Incomplete,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Gone,
            _ => Failure::Message(format!("writing: {error}")),
        }
    }
}

fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs the program with these arguments, the program's name first.
fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut program = Cli::command();
    let parsed = program.try_get_matches_from_mut(arguments);
    let parsed = parsed.and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (matches, cli)));
    let (matches, cli) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // A reader that has gone doesn't want the usage either.
            let _ = error.print();
            if !error.use_stderr() {
                return ExitCode::SUCCESS;
            }
            if !error.to_string().contains("Usage:") {
                eprintln!("{}", Cli::command().render_usage());
            }
            return ExitCode::from(2);
        }
    };
    output::numbers(cli.numbers);
    screen::set_up(&cli.appearance);
    let outcome = output::know_format(&program, &matches).and_then(|()| start(cli.command));
    let status = status(outcome);
    screen::finish();
    status
}

/// Runs a command.
fn start(command: Command) -> Outcome {
    match command {
        Command::Dissect(messages) => dissect::run(&messages),
        Command::Calls(calls) => views::run(&calls),
        Command::Stats(stats) => stats::run(&stats),
        Command::Story(story) => story::run(&story),
        Command::Report(report) => report::run(report),
        #[cfg(feature = "decrypt")]
        Command::Decrypt(decrypt) => decrypt::run(&decrypt),
        #[cfg(feature = "columns")]
        Command::Export(export) => export::run(export),
        Command::Select(select) => select::run(&select),
        Command::Check(check) => check::run(check),
        Command::Stub(stub) => stub::run(&stub),
        Command::Struct(structure) => structure::run(&structure),
        Command::List(list) => list::run(&list),
        Command::Make(make) => make::run(&make),
        Command::Schema(schema) => schema::run(&schema),
        Command::Completions(shell) => package::completions(&shell),
        Command::Man(man) => package::man(&man),
    }
}

/// Tells what a command came to.
fn status(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(true) | Err(Failure::Gone) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Failure::Incomplete) => ExitCode::from(3),
        Err(Failure::Usage(message)) => {
            let usage = Cli::command().render_usage();
            output::tell_lines(&message);
            eprintln!("{usage}");
            ExitCode::from(2)
        }
        Err(Failure::Argument(message)) => {
            output::tell_lines(&message);
            ExitCode::from(2)
        }
        Err(Failure::Message(message)) => {
            output::tell_lines(&message);
            ExitCode::from(1)
        }
    }
}
