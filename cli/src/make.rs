//! `make`: a capture from lines.

use super::{Failure, Outcome, output};
use clap::Args;
use cluscope::internals::make::{Credentials, Format, LEAST_FRAGMENT, Maker, Options};
use cluscope::internals::ndr::{Endian, Syntax};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Make {
    /// Records of dissect or calls, or lines of stub decode, one JSON object a line; - is standard input
    #[arg(value_name = "LINES.jsonl")]
    lines: PathBuf,
    /// The capture to be written: pcapng, or pcap where the name ends in .pcap
    #[arg(short, long, value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// The largest fragment in bytes, header and security trailer included; what the bind says unless given
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u16).range(i64::from(LEAST_FRAGMENT)..))]
    fragment: Option<u16>,
    /// This transfer syntax, whatever the lines say: ndr or ndr64
    #[arg(long, value_parser = super::template::syntax)]
    syntax: Option<Syntax>,
    /// This byte order, whatever the lines say: little or big
    #[arg(long, value_parser = super::vectors::endian)]
    endian: Option<Endian>,
    /// Send lines that name no transport over UDP
    #[arg(long)]
    udp: bool,
    /// Seal with NTLM as this user: DOMAIN\USER or USER; the password is read from --password-file
    #[arg(long, value_name = "USER", requires = "password_file")]
    seal: Option<String>,
    /// A file whose first line is the user's password
    #[arg(long, value_name = "FILE", requires = "seal")]
    password_file: Option<PathBuf>,
}

impl Make {
    /// By the name of the output.
    fn format(&self) -> Format {
        match self.output.extension() {
            Some(name) if name.eq_ignore_ascii_case("pcap") => Format::Pcap,
            _ => Format::Pcapng,
        }
    }

    fn options(&self) -> Result<Options, Failure> {
        let seal = match (&self.seal, &self.password_file) {
            (Some(user), Some(file)) => {
                let text =
                    std::fs::read_to_string(file).map_err(|e| Failure::Message(format!("{}: {e}", file.display())))?;
                let password = text.lines().next().unwrap_or_default().to_string();
                let (domain, user) = user.split_once('\\').unwrap_or(("", user));
                Some(Credentials { domain: domain.into(), user: user.into(), password })
            }
            _ => None,
        };
        Ok(Options { fragment: self.fragment, syntax: self.syntax, endian: self.endian, udp: self.udp, seal })
    }
}

pub(super) fn run(args: &Make) -> Outcome {
    let options = args.options()?;
    let stdin = args.lines.as_os_str() == "-";
    if !stdin && same_file(&args.lines, &args.output) {
        return Err(Failure::Usage("the lines and the capture are the same file".into()));
    }
    if args.output.exists() && !args.force {
        return Err(Failure::Usage(format!("{} is there: --force replaces it", args.output.display())));
    }
    let mut input: Box<dyn BufRead> = match stdin {
        true => Box::new(std::io::stdin().lock()),
        false => {
            let file = File::open(&args.lines);
            Box::new(BufReader::new(file.map_err(|e| Failure::Message(format!("{}: {e}", args.lines.display())))?))
        }
    };
    let start = input.fill_buf().map_err(|e| Failure::Message(format!("reading: {e}")))?;
    if CAPTURES.iter().any(|magic| start.starts_with(magic)) {
        return Err(Failure::Usage("the lines are a capture: dissect --format jsonl prints lines of it".into()));
    }
    // Beside the file, so that renaming never crosses devices, and nothing half-made ever has its name.
    let beside = Beside::new(&args.output)?;
    let mut maker = Maker::new(BufWriter::new(beside.file()?), args.format(), options);
    let (mut bytes, mut number) = (Vec::new(), 0u64);
    while output::next_line(&mut *input, &mut bytes).map_err(|e| Failure::Message(format!("reading: {e}")))? {
        number += 1;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::Message(format!("line {number}: not UTF-8")))?;
        if !text.trim().is_empty() {
            maker.line(text).map_err(|e| Failure::Message(format!("line {number}: {e}")))?;
        }
    }
    let made = maker.made();
    if made.messages == 0 {
        return Err(Failure::Message("no line is a message".into()));
    }
    let written = maker.finish().and_then(|mut out| out.flush());
    written.map_err(|e| Failure::Message(format!("writing: {e}")))?;
    beside.keep(&args.output)?;
    output::tell!(
        "{} messages in {} packets; {} made besides, {} lines passed over",
        made.messages,
        made.packets,
        made.added,
        made.passed_over
    );
    Ok(true)
}

/// What capture files begin with: pcapng, pcap in both byte orders with microseconds and nanoseconds, gzip, zstd, lz4.
const CAPTURES: &[[u8; 4]] = &[
    [0x0a, 0x0d, 0x0d, 0x0a],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0x1f, 0x8b, 0x08, 0x00],
    [0x1f, 0x8b, 0x08, 0x08],
    [0x28, 0xb5, 0x2f, 0xfd],
    [0x04, 0x22, 0x4d, 0x18],
];

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// A file under another name until it is complete; removed if it never is.
struct Beside {
    path: PathBuf,
    kept: bool,
}

impl Beside {
    fn new(target: &Path) -> Result<Beside, Failure> {
        let name = target.file_name().ok_or_else(|| Failure::Usage("-o names no file".into()))?;
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.part", std::process::id()));
        Ok(Beside { path: target.with_file_name(beside), kept: false })
    }

    fn file(&self) -> Result<File, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path).map_err(|e| Failure::Message(format!("{}: {e}", self.path.display())))
    }

    fn keep(mut self, target: &Path) -> Result<(), Failure> {
        std::fs::rename(&self.path, target).map_err(|e| Failure::Message(format!("{}: {e}", target.display())))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.kept {
            // What can't be removed stays; there is nobody to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
