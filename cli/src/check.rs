//! `check`: where a capture breaks the rules of the specification, and what its answers tell about the servers.

use super::dissect::limits_with;
use super::summary::tell as tell_summary;
use super::{Capture, DecodeAs, Failure, Follow, Format, Look, Memory, Outcome, Secrets, Threads, output, source};
use clap::Args;
use cluscope::internals::conformance::{self, Checker, Rule};
use cluscope::internals::render::json;
use cluscope::internals::render::json::record::Records;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Captures, pcap or pcapng; - is standard input
    #[arg(required_unless_present_any = ["list", "follow"], value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    follow: Follow,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    memory: Memory,
    #[command(flatten)]
    decode_as: DecodeAs,
    #[command(flatten)]
    threads: Threads,
    /// As with the other commands; findings never have passwords and tokens that stand in messages
    #[arg(long)]
    hide_secrets: bool,
    /// Print the rules instead
    #[arg(long, conflicts_with_all = ["files", "follow"])]
    list: bool,
}

pub(super) fn run(check: Check) -> Outcome {
    let format = output::format(&check.look);
    let mut out = output::stdout_as(format);
    if check.list {
        list(&mut out, format)?;
        out.flush()?;
        return Ok(true);
    }
    let Check { files, follow, secrets, memory, decode_as, threads, hide_secrets, .. } = check;
    let capture = Capture {
        files,
        follow,
        secrets,
        filter: None,
        assume: Vec::new(),
        decode_as,
        hide_secrets,
        memory,
        threads,
        origins: Default::default(),
        begun: Default::default(),
        limits: None,
    };
    let mut checker = Checker::new(capture.memory.limits().conformance);
    let mut line = output::json();
    let mut records = Records::default();
    let (session, totals) = source::read(&capture, &mut |record| {
        let Some(record) = record else { return Ok(out.flush()?) };
        let mut result: std::io::Result<()> = Ok(());
        checker.record(&record, &mut |finding| {
            if result.is_ok() {
                result = match format {
                    Format::Jsonl => {
                        json::findings::finding(&mut line, &mut records, &finding);
                        output::line(&mut out, line.as_bytes())
                    }
                    Format::Text => output::line(&mut out, finding.to_string().as_bytes()),
                };
            }
        });
        Ok(result?)
    })?;
    summary(&mut out, &checker, format)?;
    fingerprints(&mut out, &checker, format)?;
    let own = checker.counters().all();
    limits_with(&mut out, &session, checker.tracker(), &own, format)?;
    tell_summary(&mut out, &session, &totals, format)?;
    out.flush()?;
    totals.outcome(&session)
}

/// What the servers' answers tell about them.
fn fingerprints(out: &mut impl Write, checker: &Checker, format: Format) -> Result<(), Failure> {
    let mut line = output::json();
    for fingerprint in checker.fingerprints() {
        if format == Format::Text {
            writeln!(out, "\nServer {}: {}", fingerprint.server, fingerprint.release)?;
            for clue in &fingerprint.evidence {
                writeln!(out, "  #{} {} -> {} ({})", clue.frame, clue.says, clue.points_to, clue.section)?;
            }
            continue;
        }
        json::findings::fingerprint(&mut line, &fingerprint);
        output::line(out, line.as_bytes())?;
    }
    Ok(())
}

/// How often each rule was broken, and what was given up for a limit.
fn summary(out: &mut impl Write, checker: &Checker, format: Format) -> Result<(), Failure> {
    let found = checker.summary();
    match format {
        Format::Jsonl => {
            let mut json = output::json();
            json::findings::summary(&mut json, checker);
            output::line(out, json.as_bytes())?;
        }
        Format::Text => {
            let messages = checker.checked();
            if found.is_empty() {
                writeln!(out, "No rule broken in {messages} requests and responses.")?;
            } else {
                let total: u64 = found.values().sum();
                writeln!(out, "\n{total} findings in {messages} requests and responses:")?;
                for rule in conformance::rules() {
                    if let Some(count) = found.get(rule.name) {
                        writeln!(out, "  {count:6}  {:26} {}: {}", rule.name, rule.section, rule.text)?;
                    }
                }
            }
            for (name, count) in checker.counters().all().iter().filter(|(_, count)| *count != 0) {
                writeln!(out, "Given up for a limit: {} {count}", name.trim_start_matches("check_"))?;
            }
        }
    }
    Ok(())
}

fn list(out: &mut impl Write, format: Format) -> Result<(), Failure> {
    let mut json = output::json();
    for rule in conformance::rules() {
        let Rule { name, section, text, grade, .. } = rule;
        match format {
            Format::Jsonl => {
                json.clear();
                json.begin();
                json::findings::rule(&mut json, rule);
                json.end();
                output::line(out, json.as_bytes())?;
            }
            Format::Text => writeln!(out, "{name:26} {:6} {section:22} {text}", grade.name())?,
        }
    }
    Ok(())
}
