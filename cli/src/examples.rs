//! The examples at the end of each command's help. They name captures as a user would have them, or need no file at all.

/// A command, as it is typed behind the program's name, and its examples: what for, and the line.
type Examples = (&'static str, &'static [(&'static str, &'static str)]);

/// The examples of every command.
const EXAMPLES: &[Examples] = &[
    (
        "",
        &[
            ("What happened, one line an event", "cluscope story trace.pcapng"),
            ("Calls that failed", "cluscope calls --filter failed trace.pcapng"),
            ("What a command can do", "cluscope calls --help"),
        ],
    ),
    (
        "dissect",
        &[
            ("Every message, for a person", "cluscope dissect trace.pcapng"),
            (
                "Messages of one method, for a program",
                "cluscope dissect --filter 'method == ApiMoveGroup' trace.pcapng | jq .params",
            ),
            ("What is sealed in clear, with a keytab", "cluscope dissect --keytab cluster.keytab trace.pcapng"),
            ("What a ring of captures receives", "cluscope dissect --follow /var/captures --filter failed"),
        ],
    ),
    (
        "calls",
        &[
            ("A line a call, in local time", "cluscope calls --brief --time local trace.pcapng"),
            ("Failures, and answers that came late", "cluscope calls --filter 'failed or slow' trace.pcapng"),
            ("What was done to a resource", "cluscope calls --filter 'object == \"IP1\"' trace.pcapng"),
            ("A table for a spreadsheet", "cluscope calls --format csv trace.pcapng > calls.csv"),
        ],
    ),
    (
        "stats",
        &[
            ("Every table", "cluscope stats trace.pcapng"),
            ("Which methods failed how often", "cluscope stats --by method,status --filter failed trace.pcapng"),
            ("Rows for a program", "cluscope stats --format jsonl trace.pcapng | jq ."),
        ],
    ),
    (
        "story",
        &[
            ("What happened, with the frames that show it", "cluscope story --verbose trace.pcapng"),
            ("What happened to a group, and its states", "cluscope story --object SQL1 trace.pcapng"),
            ("Between two times of the day", "cluscope story --since 10:00 --until 10:05:30 trace.pcapng"),
            ("A sequence diagram for a ticket", "cluscope story --format mermaid --object SQL1 trace.pcapng"),
        ],
    ),
    (
        "report",
        &[
            ("A page to open in a browser", "cluscope report trace.pcapng -o report.html"),
            ("Of one client", "cluscope report --filter 'addr == 192.0.2.10' trace.pcapng -o report.html"),
        ],
    ),
    (
        "decrypt",
        &[
            ("Open what a keytab opens", "cluscope decrypt --keytab cluster.keytab trace.pcapng -o clear.pcapng"),
            (
                "Only what was opened, without passwords",
                "cluscope decrypt --keys keys.txt --only-opened --hide-secrets trace.pcapng -o clear.pcapng",
            ),
        ],
    ),
    (
        "export",
        &[
            ("Every table, for Spark or DuckDB", "cluscope export --to parquet -o tables trace.pcapng"),
            ("Calls as CSV", "cluscope export --to csv --table calls -o calls.csv trace.pcapng"),
        ],
    ),
    ("select", &[("The cluster's traffic of a large capture", "cluscope select trace.pcapng -o cluster.pcapng")]),
    ("check", &[("What breaks the rules", "cluscope check trace.pcapng"), ("The rules", "cluscope check --list")]),
    (
        "stub",
        &[(
            "A request of ApiOpenResource",
            "cluscope stub decode --interface clusapi --version 3.0 --method ApiOpenResource --direction request 0400000000000000040000004900500031000000",
        )],
    ),
    (
        "stub decode",
        &[
            (
                "One stub",
                "cluscope stub decode --interface clusapi --version 3.0 --opnum 8 --direction request 0400000000000000040000004900500031000000",
            ),
            ("Many, one JSON object a line", "cluscope stub decode --jsonl < stubs.jsonl"),
        ],
    ),
    (
        "stub encode",
        &[
            (
                "The least request of a method",
                "cluscope stub template ApiMoveGroup --direction request | cluscope stub encode",
            ),
            ("Many, one JSON object a line", "cluscope stub encode --jsonl < lines.jsonl"),
        ],
    ),
    (
        "stub explain",
        &[(
            "What each byte is",
            "cluscope stub explain --interface clusapi --version 3.0 --opnum 8 --direction request 0400000000000000040000004900500031000000",
        )],
    ),
    (
        "stub diff",
        &[(
            "Where two requests differ",
            "cluscope stub diff --interface clusapi --version 3.0 --opnum 8 --direction request mine.hex theirs.hex",
        )],
    ),
    (
        "stub template",
        &[
            ("The least request of a method", "cluscope stub template ApiMoveGroup --direction request"),
            ("Request and response in NDR64", "cluscope stub template ApiMoveGroup --syntax ndr64"),
        ],
    ),
    (
        "stub vectors",
        &[("Test vectors of one method", "cluscope stub vectors ApiOpenResource --count 3 --direction request")],
    ),
    (
        "struct",
        &[("Encode the least property list", "cluscope struct template PROPERTY_LIST | cluscope struct encode")],
    ),
    (
        "struct decode",
        &[
            ("A structure by its name", "cluscope struct decode CLUS_SCSI_ADDRESS 01020304"),
            ("Many, one JSON object a line", "cluscope struct decode --jsonl < structures.jsonl"),
        ],
    ),
    (
        "struct encode",
        &[("Encode the least property list", "cluscope struct template PROPERTY_LIST | cluscope struct encode")],
    ),
    ("struct template", &[("The least property list, to be edited", "cluscope struct template PROPERTY_LIST")]),
    (
        "list",
        &[
            ("The methods", "cluscope list methods"),
            ("A method with its layout on the wire", "cluscope list methods ApiMoveGroup --format text"),
            ("The control codes, for a program", "cluscope list control-codes --format jsonl"),
        ],
    ),
    (
        "make",
        &[
            ("A capture of lines that were edited", "cluscope make lines.jsonl -o made.pcapng"),
            (
                "A capture again, in small fragments",
                "cluscope dissect --format jsonl trace.pcapng | cluscope make - -o again.pcap --fragment 1432",
            ),
        ],
    ),
    (
        "schema",
        &[
            ("Of a method's messages", "cluscope schema ApiMoveGroup"),
            ("Of what dissect and calls print", "cluscope schema record"),
        ],
    ),
    ("completions", &[("For bash", "cluscope completions bash > /etc/bash_completion.d/cluscope")]),
    (
        "man",
        &[
            ("Read the program's page", "cluscope man | man -l -"),
            ("Pages of all commands", "cluscope man --into man1"),
        ],
    ),
];

/// What stands at the end of a command's help.
pub(super) fn of(command: &str) -> String {
    let found = EXAMPLES.iter().find(|(of, _)| *of == command).map_or(&[][..], |(_, examples)| examples);
    let lines = found.iter().map(|(what, line)| format!("  {what}:\n    {line}"));
    format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, of};
    use crate::Cli;
    use clap::{ArgMatches, Command, CommandFactory};
    use cluscope::internals::filter::Filter;

    /// Words of a line as a shell splits it; operators are words.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
                c => word.push(c),
            }
        }
        assert!(!quoted, "{line}");
        words.extend(Some(word).filter(|word| !word.is_empty()));
        words
    }

    /// Calls of this program in a line: the arguments of each.
    fn calls(line: &str) -> Vec<Vec<String>> {
        let words = words(line);
        let parts =
            words.split(|word| word == "|").filter(|part| part.first().is_some_and(|first| first == "cluscope"));
        parts
            .map(|part| part.iter().take_while(|word| !matches!(word.as_str(), "<" | ">")).cloned().collect())
            .collect()
    }

    /// The command that was asked for, and its own arguments.
    fn asked(matches: &ArgMatches) -> (String, &ArgMatches) {
        let (mut path, mut at) = (Vec::new(), matches);
        while let Some((name, inner)) = at.subcommand() {
            path.push(name);
            at = inner;
        }
        (path.join(" "), at)
    }

    fn paths(command: &Command, path: &str, to: &mut Vec<String>) {
        to.push(path.to_string());
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            paths(inner, format!("{path} {}", inner.get_name()).trim_start(), to);
        }
    }

    fn command_at(path: &str) -> Command {
        path.split(' ').filter(|name| !name.is_empty()).fold(Cli::command(), |command, name| {
            command.find_subcommand(name).unwrap_or_else(|| panic!("no command {path}")).clone()
        })
    }

    #[test]
    fn every_command_has_examples_in_its_help() {
        let mut all = Vec::new();
        paths(&Cli::command(), "", &mut all);
        assert!(all.len() > 15, "{all:?}");
        for path in &all {
            let help = command_at(path).get_after_help().map(ToString::to_string).unwrap_or_default();
            assert_eq!(help, of(path), "{path}");
            assert!(help.contains("\n    cluscope "), "{path} has no example");
        }
    }

    #[test]
    fn examples_are_command_lines() {
        for (path, examples) in EXAMPLES {
            // Some commands are not in every build.
            if matches!(*path, "decrypt" | "export") && Cli::command().find_subcommand(path).is_none() {
                continue;
            }
            for (_, line) in *examples {
                let calls = calls(line);
                let mut shown = false;
                for arguments in &calls {
                    let matches = match Cli::command().try_get_matches_from(arguments) {
                        Ok(matches) => matches,
                        Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => continue,
                        Err(error) => panic!("{line}: {error}"),
                    };
                    let (asked, own) = asked(&matches);
                    shown |= path.is_empty() || asked == *path || asked.starts_with(&format!("{path} "));
                    if let Ok(Some(text)) = own.try_get_one::<String>("filter") {
                        let filter = Filter::parse(text).unwrap_or_else(|e| panic!("{}", e.explain(text)));
                        assert!(filter.unknown_methods(text).is_empty(), "{line}");
                    }
                }
                assert!(shown || path.is_empty(), "{line} is no example of {path}");
            }
        }
    }

    /// Help names no file of the project: only the program is installed.
    #[test]
    fn help_needs_no_other_file() {
        let mut all = Vec::new();
        paths(&Cli::command(), "", &mut all);
        for path in all {
            let help = command_at(&path).render_long_help().to_string();
            let named = ["docs/", "captures/", "README", ".md"].into_iter().find(|named| help.contains(named));
            assert_eq!(named, None, "{path}");
        }
    }
}
