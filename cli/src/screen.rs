//! The terminal that text is for: its width and height, colours, a pager, and how times are written.
//!
//! What is found out when the program starts holds until its end, since a pager takes the place of the terminal.

use super::output::tell;
use clap::{Args, ValueEnum};
use cluscope::internals::base::Timestamp;
use cluscope::internals::render::text::Clock;
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::sync::OnceLock;

/// How text looks; for every command.
#[derive(Clone, Debug, Args)]
pub(super) struct Appearance {
    /// Colours in text; auto: on a terminal, unless NO_COLOR is set or TERM is dumb
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN", hide_default_value = true)]
    color: When,
    /// Don't show text on a terminal through a pager (CLUSCOPE_PAGER, PAGER, or less)
    #[arg(long, global = true)]
    no_pager: bool,
    /// How text has times; utc unless named
    #[arg(long, global = true, value_enum, value_name = "HOW")]
    time: Option<Time>,
}

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal
    Auto,
    /// Wherever text goes
    Always,
    /// Nowhere
    Never,
}

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Time {
    /// Date and time in UTC
    Utc,
    /// Date and time in this computer's zone
    Local,
    /// Seconds since the first one that is printed
    Relative,
    /// Seconds since 1970-01-01 UTC
    Epoch,
}

/// What was found out.
#[derive(Debug)]
pub(super) struct Screen {
    /// Whether standard output was a terminal when the program started.
    pub(super) terminal: bool,
    /// Whether text has colours.
    pub(super) color: bool,
    /// Columns that were asked for (COLUMNS) or that the terminal has; `None` where there is no terminal.
    pub(super) columns: Option<usize>,
    /// Lines of the terminal.
    pub(super) rows: usize,
    pager: bool,
    time: Option<Time>,
}

static SCREEN: OnceLock<Screen> = OnceLock::new();

/// A variable that is set to something.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Columns within reason.
fn within_reason(value: Option<&str>) -> Option<usize> {
    value.and_then(|value| value.trim().parse::<usize>().ok()).map(|columns| columns.clamp(40, 4096))
}

/// Looks at the terminal; once, when the arguments were read.
pub(super) fn set_up(appearance: &Appearance) {
    let terminal = std::io::stdout().is_terminal();
    let dumb = variable("TERM").is_none_or(|term| term == "dumb");
    let size = terminal.then(terminal_size::terminal_size).flatten();
    let named = within_reason(variable("COLUMNS").as_deref());
    let color = match appearance.color {
        When::Auto => terminal && !dumb && variable("NO_COLOR").is_none(),
        When::Always => true,
        When::Never => false,
    };
    let columns = named.or(size.map(|(width, _)| usize::from(width.0).clamp(40, 4096)));
    let _ = SCREEN.set(Screen {
        terminal,
        color,
        columns: columns.or(Some(80)).filter(|_| terminal),
        rows: size.map_or(24, |(_, height)| usize::from(height.0).max(4)),
        pager: terminal && !dumb && !appearance.no_pager,
        time: appearance.time,
    });
}

/// What was found out about the screen.
pub(super) fn screen() -> &'static Screen {
    SCREEN.get_or_init(|| Screen { terminal: false, color: false, columns: None, rows: 24, pager: false, time: None })
}

/// Columns of text that goes where its width is not known: what COLUMNS says, else 100.
pub(super) fn columns() -> usize {
    screen().columns.or(within_reason(variable("COLUMNS").as_deref())).unwrap_or(100)
}

/// How times are written.
pub(super) fn clock() -> Clock {
    match screen().time {
        None | Some(Time::Utc) => Clock::Utc,
        Some(Time::Local) => Clock::Zone(local),
        Some(Time::Relative) => Clock::Seconds(relative),
        Some(Time::Epoch) => Clock::Seconds(epoch),
    }
}

/// What the times are, for the head of what is printed; `None` where nobody asked and no person looks.
pub(super) fn times() -> Option<String> {
    let screen = screen();
    match screen.time {
        None if !screen.terminal => None,
        None | Some(Time::Utc) => Some("Times are in UTC".to_string()),
        Some(Time::Local) => {
            let zone = zone();
            Some(format!("Times are local, in the zone {}", zone.iana_name().unwrap_or("of this computer")))
        }
        Some(Time::Relative) => Some("Times are seconds since the first one printed".to_string()),
        Some(Time::Epoch) => Some("Times are seconds since 1970-01-01 UTC".to_string()),
    }
}

/// The zone that times without one are in.
pub(super) fn time_zone() -> TimeZone {
    if screen().time == Some(Time::Local) { zone().clone() } else { TimeZone::UTC }
}

fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(TimeZone::system)
}

/// Date and time to the microsecond in this computer's zone.
fn local(time: Timestamp) -> String {
    let zoned = jiff::Timestamp::from_nanosecond(i128::from(time.0)).map(|time| time.to_zoned(zone().clone()));
    match zoned {
        Ok(zoned) => zoned.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string(),
        Err(_) => String::from_utf8_lossy(&time.to_ascii()).into_owned(),
    }
}

fn seconds(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    format!("{sign}{}.{:06}", nanos / 1_000_000_000, nanos % 1_000_000_000 / 1000)
}

fn epoch(time: Timestamp) -> String {
    seconds(time.0)
}

fn relative(time: Timestamp) -> String {
    static FIRST: OnceLock<Timestamp> = OnceLock::new();
    seconds(time.0.saturating_sub(FIRST.get_or_init(|| time).0))
}

/// What stands in for the terminal while a person reads.
#[cfg(unix)]
static PAGER: std::sync::Mutex<Option<std::process::Child>> = std::sync::Mutex::new(None);

/// Shows what is printed from here on through a pager, if text goes to a terminal; as git does, what is told on standard
/// error as well.
#[cfg(unix)]
pub(super) fn page() {
    use std::process::{Command, Stdio};
    let Ok(mut running) = PAGER.lock() else { return };
    if !screen().pager || running.is_some() {
        return;
    }
    let command = std::env::var("CLUSCOPE_PAGER").or_else(|_| std::env::var("PAGER"));
    let command = command.unwrap_or_else(|_| "less".to_string());
    if matches!(command.trim(), "" | "cat") {
        return;
    }
    let mut pager = Command::new("sh");
    pager.arg("-c").arg(&command).stdin(Stdio::piped());
    for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(name).is_none() {
            pager.env(name, value);
        }
    }
    let mut child = match pager.spawn() {
        Ok(child) => child,
        Err(error) => return tell!("{command}: {error}"),
    };
    let Some(input) = child.stdin.take() else { return };
    let errors = std::io::stderr().is_terminal();
    if rustix::stdio::dup2_stdout(&input).is_ok() && errors {
        let _ = rustix::stdio::dup2_stderr(&input);
    }
    *running = Some(child);
}

/// There are no pagers here.
#[cfg(not(unix))]
pub(super) fn page() {}

/// Waits until the reader has left the pager.
pub(super) fn finish() {
    #[cfg(unix)]
    if let Some(mut child) = PAGER.lock().ok().and_then(|mut running| running.take()) {
        // The pager's input ends when nothing is left that writes to it.
        if let Ok(nothing) = std::fs::OpenOptions::new().write(true).open("/dev/null") {
            let _ = rustix::stdio::dup2_stdout(&nothing);
            let _ = rustix::stdio::dup2_stderr(&nothing);
        }
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{seconds, within_reason};

    #[test]
    fn columns_stay_within_reason() {
        let most = u64::MAX.to_string();
        for (value, width) in [
            (None, None),
            (Some(""), None),
            (Some("-1"), None),
            (Some("99999999999999999999999"), None),
            (Some(most.as_str()), Some(4096)),
            (Some("0"), Some(40)),
            (Some(" 132 "), Some(132)),
        ] {
            assert_eq!(within_reason(value), width, "{value:?}");
        }
    }

    #[test]
    fn seconds_of_any_sign() {
        for (nanos, text) in [(0, "0.000000"), (1_234_567_890, "1.234567"), (-1_500_000_000, "-1.500000")] {
            assert_eq!(seconds(nanos), text);
        }
        assert!(seconds(i64::MIN).starts_with("-9223372036."));
    }
}
