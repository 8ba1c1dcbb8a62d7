//! Standard output: format, and a writer through which nothing of a capture acts on a terminal and no line is wider than it.

use super::screen::{self, screen};
use super::{Failure, Format, Look, Numbers, Outcome};
use cluscope::internals::base::printable::{Printable, is_active};
use cluscope::internals::ndr::value::MAX_LINE;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::text::columns::wrap;
use cluscope::internals::render::text::{COLOURS, Style};
use std::io::{BufRead, BufWriter, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// The variable that names a format where no option does.
pub(super) const FORMAT: &str = "CLUSCOPE_FORMAT";

/// The format that was named by the variable, in lower case.
pub(super) fn named_format() -> Option<String> {
    screen::variable(FORMAT).map(|name| name.to_lowercase())
}

/// Refuses a value of the variable that no command has as a format, where the variable counts: the command has formats, and
/// the command line names none.
pub(super) fn know_format(program: &clap::Command, matches: &clap::ArgMatches) -> Result<(), Failure> {
    let Some(named) = named_format() else { return Ok(()) };
    let (mut command, mut asked) = (program, matches);
    while let Some((name, inner)) = asked.subcommand() {
        let Some(found) = command.find_subcommand(name) else { return Ok(()) };
        (command, asked) = (found, inner);
    }
    let mut known = Vec::new();
    formats_of(program, &mut known);
    let has_formats = command.get_arguments().any(|argument| argument.get_id() == "format");
    if !has_formats || asked.contains_id("format") || known.contains(&named) {
        return Ok(());
    }
    let known = known.join(", ");
    Err(Failure::Argument(format!("{FORMAT} names the format {named:?}, which there is not\n  formats: {known}")))
}

/// What `--format` takes, of all commands together.
fn formats_of(command: &clap::Command, to: &mut Vec<String>) {
    let format = command.get_arguments().find(|argument| argument.get_id() == "format");
    for value in format.map(clap::Arg::get_possible_values).unwrap_or_default() {
        if !to.iter().any(|known| known == value.get_name()) {
            to.push(value.get_name().to_string());
        }
    }
    command.get_subcommands().for_each(|inner| formats_of(inner, to));
}

/// The format that was named, or the one that fits where the output goes.
pub(super) fn format(look: &Look) -> Format {
    let by_variable = || match named_format()?.as_str() {
        "text" => Some(Format::Text),
        // What this command doesn't have is for programs as well.
        _ => Some(Format::Jsonl),
    };
    let here = if screen().terminal { Format::Text } else { Format::Jsonl };
    look.format.or_else(by_variable).unwrap_or(here)
}

/// How text looks here.
pub(super) fn style(full: bool) -> Style {
    let mut style =
        Style { color: screen().color, width: screen::columns(), clock: screen::clock(), ..Style::default() };
    if full {
        style.max_bytes = usize::MAX;
        style.max_elements = u64::MAX;
    }
    style
}

/// Standard output with a large buffer.
pub(super) type Stdout = Screen<BufWriter<std::io::Stdout>>;

/// Standard output for one of the formats for programs.
pub(super) fn stdout() -> Stdout {
    let out = BufWriter::with_capacity(1 << 16, std::io::stdout());
    Screen { out, text: false, colours: false, columns: None, line: Vec::new() }
}

/// Standard output for a format; what a capture holds can't act on a terminal through text.
pub(super) fn stdout_as(format: Format) -> Stdout {
    if format == Format::Text {
        screen::page();
    }
    let columns = screen().columns.filter(|_| format == Format::Text);
    Screen { text: format == Format::Text, columns, ..stdout() }
}

/// Says on top how times are written, where a person looks or asked for it.
pub(super) fn head(out: &mut impl Write, format: Format) -> std::io::Result<()> {
    match screen::times().filter(|_| format == Format::Text) {
        Some(times) => line(out, times.as_bytes()),
        None => Ok(()),
    }
}

/// The same for text in a style, whose colours go through.
pub(super) fn stdout_in(format: Format, style: &Style) -> Stdout {
    Screen { colours: style.color, ..stdout_as(format) }
}

/// A writer that lets nothing act on a terminal but line ends and our own colours, if what is written to it is text for a
/// person. The printers escape what they print of a capture; this holds for all of them.
#[derive(Debug)]
pub(super) struct Screen<W> {
    out: W,
    text: bool,
    colours: bool,
    /// Columns of the screen, where it is one: wider lines are broken between words.
    columns: Option<usize>,
    /// The beginning of a line for the screen.
    line: Vec<u8>,
}

impl Stdout {
    /// How it shows text, for what other threads make.
    pub(super) fn like(&self) -> Screen<()> {
        let Screen { text, colours, columns, .. } = *self;
        Screen { out: (), text, colours, columns, line: Vec::new() }
    }

    /// Writes what has gone through such a screen.
    pub(super) fn write_made(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.out.write_all(bytes)
    }
}

impl Screen<()> {
    /// A buffer for text that is to be shown so.
    pub(super) fn buffer(&self) -> Screen<Vec<u8>> {
        let Screen { text, colours, columns, .. } = *self;
        Screen { out: Vec::new(), text, colours, columns, line: Vec::new() }
    }
}

impl Screen<Vec<u8>> {
    /// What was written to it.
    pub(super) fn made(&self) -> &[u8] {
        &self.out
    }

    /// Makes it empty; of its room so much is kept.
    pub(super) fn clear(&mut self, room: usize) {
        self.out.clear();
        self.out.shrink_to(room);
    }
}

impl<W: Write> Screen<W> {
    /// Writes text for a screen of so many columns.
    fn write_lines(&mut self, bytes: &[u8], columns: usize) -> std::io::Result<()> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line(columns)?;
            }
        }
        Ok(())
    }

    /// Writes the line for the screen, as much as there is of it.
    fn end_line(&mut self, columns: usize) -> std::io::Result<()> {
        let line = std::mem::take(&mut self.line);
        if line.len() <= columns && is_plain(&line) {
            self.out.write_all(&line)?;
        } else {
            let mut safe =
                Screen { out: Vec::new(), text: true, colours: self.colours, columns: None, line: Vec::new() };
            safe.write_safely(&line)?;
            let text = String::from_utf8_lossy(&safe.out);
            let (text, end) = text.strip_suffix('\n').map_or((&*text, ""), |text| (text, "\n"));
            let indent = text.len() - text.trim_start_matches(' ').len() + HANGING;
            let mut broken = String::new();
            wrap(&mut broken, text, indent, columns);
            self.out.write_all(broken.as_bytes())?;
            self.out.write_all(end.as_bytes())?;
        }
        self.line = line;
        self.line.clear();
        Ok(())
    }

    /// Writes text that has something in it that may act.
    #[cold]
    fn write_safely(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        // Printers write whole texts; what is none is shown with replacement characters.
        let text = String::from_utf8_lossy(bytes);
        for line in text.split_inclusive('\n') {
            if is_plain(line.as_bytes()) {
                self.out.write_all(line.as_bytes())?;
            } else {
                self.write_line_safely(line)?;
            }
        }
        Ok(())
    }

    fn write_line_safely(&mut self, mut rest: &str) -> std::io::Result<()> {
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| *c != '\n' && is_active(*c)) {
            let (plain, more) = rest.split_at(at);
            self.out.write_all(plain.as_bytes())?;
            let ours = COLOURS.iter().filter(|_| self.colours).find(|code| more.starts_with(**code));
            match ours {
                Some(code) => self.out.write_all(code.as_bytes())?,
                None => write!(self.out, "{}", c.escape_default())?,
            }
            rest = more.get(ours.map_or(c.len_utf8(), |code| code.len())..).unwrap_or_default();
        }
        self.out.write_all(rest.as_bytes())
    }
}

/// Columns by which what goes on in a further line is indented more.
const HANGING: usize = 4;

/// Whether all bytes are printable ASCII or line ends. Every byte of a block is looked at, which a processor does many at
/// a time.
fn is_plain(bytes: &[u8]) -> bool {
    let plain =
        |bytes: &[u8]| bytes.iter().fold(true, |plain, byte| plain & ((0x20..0x7f).contains(byte) | (*byte == b'\n')));
    let (blocks, rest) = bytes.as_chunks::<32>();
    blocks.iter().all(|block| plain(block)) && plain(rest)
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if let Some(columns) = self.columns {
            return self.write_lines(bytes, columns);
        }
        if !self.text || is_plain(bytes) {
            return self.out.write_all(bytes);
        }
        self.write_safely(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if let Some(columns) = self.columns.filter(|_| !self.line.is_empty()) {
            self.end_line(columns)?;
        }
        self.out.flush()
    }
}

/// Tells a person something on standard error; names from captures and files in it can't act on a terminal.
macro_rules! tell {
    ($($message:tt)*) => {
        eprintln!("cluscope: {}", cluscope::internals::base::printable::Printable(format_args!($($message)*)))
    };
}
pub(crate) use tell;

/// The same of a message of several lines, of which the first one begins with the program's name.
pub(super) fn tell_lines(message: &str) {
    let mut lines = message.lines();
    tell!("{}", lines.next().unwrap_or_default());
    lines.for_each(|line| eprintln!("{}", Printable(line)));
}

/// Whether integers beyond 2^53 are printed as text; set once, when the arguments were read.
static SAFE_NUMBERS: AtomicBool = AtomicBool::new(false);

/// Prints integers beyond 2^53 as text from now on, if this is asked for.
pub(super) fn numbers(numbers: Numbers) {
    SAFE_NUMBERS.store(numbers == Numbers::Safe, Ordering::Relaxed);
}

/// A buffer for JSON as it is asked for.
pub(super) fn json() -> Out {
    json_within(usize::MAX)
}

/// The same, never to hold much more than so many bytes.
pub(super) fn json_within(limit: usize) -> Out {
    let mut out = Out::with_limit(limit);
    if SAFE_NUMBERS.load(Ordering::Relaxed) {
        out.safe_numbers();
    }
    out
}

/// Writes a line.
pub(super) fn line(out: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    out.write_all(bytes)?;
    out.write_all(b"\n")
}

/// Reads a line; of one that is longer than may be, one byte more than that, by which it is refused. False at the end.
pub(super) fn next_line(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    bytes.clear();
    let limit = MAX_LINE + 1;
    (&mut *input).take(limit as u64).read_until(b'\n', bytes)?;
    if bytes.len() == limit && bytes.last() != Some(&b'\n') {
        // A character that was cut is no mistake of the line's.
        bytes.truncate(
            bytes.len() - std::str::from_utf8(bytes).err().map_or(0, |e| bytes.len() - e.valid_up_to()).min(3),
        );
        bytes.resize(limit, b' ');
        // The rest of it is read, but not kept.
        loop {
            let more = input.fill_buf()?;
            let end = more.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(more.len(), |at| at + 1);
            let done = end.is_some() || more.is_empty();
            input.consume(used);
            if done {
                break;
            }
        }
    }
    Ok(!bytes.is_empty())
}

/// Where JSON is put together, with or without what messages have of secrets.
pub(super) fn out_with(hide_secrets: bool) -> Out {
    let mut out = json();
    if hide_secrets {
        out.hide_secrets();
    }
    out
}

/// Answers JSON lines one by one; true if every line could be answered.
pub(super) fn lines(
    input: &mut dyn BufRead,
    hide_secrets: bool,
    mut answer: impl FnMut(&mut Out, &str) -> bool,
) -> Outcome {
    let mut out = stdout();
    let mut json = out_with(hide_secrets);
    let mut all = true;
    let mut bytes = Vec::new();
    let mut number = 0;
    while next_line(input, &mut bytes).map_err(|e| Failure::Message(format!("reading: {e}")))? {
        number += 1;
        json.at_line(number);
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => all &= answer(&mut json, text),
            Err(e) => {
                json.clear();
                json.begin();
                json.key("error");
                json.begin();
                json.key("line");
                json.uint(number);
                json.key("message");
                json.display(format_args!("not UTF-8 from byte {} on", e.valid_up_to()));
                json.end();
                json.end();
                all = false;
            }
        }
        line(&mut out, json.as_bytes())?;
    }
    out.flush()?;
    Ok(all)
}
