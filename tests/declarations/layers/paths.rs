//! The modules that a source file names: in `use` lines, grouped or not, and in paths in the midst of code.

use super::tokens::{Token, tokens};

/// A path that begins in this crate, with its line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// From the crate's root: `["ndr", "wire", "Message"]`.
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// What a file says of modules.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) paths: Vec<Path>,
    /// Modules that are there for tests alone, declared here without a body; by the place of their file.
    pub(super) test_modules: Vec<Vec<String>>,
    /// Exported macros, which are named as if they were at the crate's root.
    pub(super) macros: Vec<String>,
    /// Names that `pub use` gives to something: the name and what it stands for.
    pub(super) names: Vec<(String, Vec<String>)>,
}

/// Looks through the source of a module; `directory` has the modules of the directory that the file lies in.
pub(super) fn look(module: &[String], directory: &[String], source: &str) -> Found {
    let mut reader = Reader { tokens: tokens(source), at: 0, directory, found: Found::default() };
    reader.items(&mut module.to_vec(), usize::MAX);
    reader.found
}

struct Reader<'s> {
    tokens: Vec<Token<'s>>,
    at: usize,
    directory: &'s [String],
    found: Found,
}

impl Reader<'_> {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    /// Reads up to the brace that closes the module, or to the end.
    fn items(&mut self, module: &mut Vec<String>, end: usize) {
        let mut exported = false;
        while self.at < self.tokens.len().min(end) {
            if self.text(0) == "#" && (self.text(1) == "[" || self.text(1) == "!" && self.text(2) == "[") {
                let attribute = self.attribute();
                exported |= attribute.iter().any(|word| word == "macro_export");
                if of_tests(&attribute) {
                    self.skip_item(module, None);
                } else if let Some(file) = file_named(&attribute) {
                    // `#[path]` before `#[cfg(test)]`.
                    if self.text(0) == "#" && of_tests(&self.attribute()) {
                        self.skip_item(module, Some(file));
                    }
                }
            } else if self.text(0) == "mod" && self.text(2) == "{" {
                module.push(self.text(1).to_owned());
                self.at += 2;
                let close = self.closing(self.at);
                self.at += 1;
                self.items(module, close);
                self.at = close + 1;
                module.pop();
            } else if self.text(0) == "macro_rules" && self.text(1) == "!" {
                if std::mem::take(&mut exported) {
                    let name = self.text(2).to_owned();
                    self.found.macros.push(name);
                }
                self.at += 3;
            } else if self.text(0) == "use" && self.at.checked_sub(1).is_none_or(|i| self.tokens[i].text != "::") {
                let public = self.at.checked_sub(1).is_some_and(|i| matches!(self.tokens[i].text, "pub" | ")"));
                self.at += 1;
                self.tree(module, &[], public);
            } else {
                self.path(module);
            }
        }
    }

    /// The words of an attribute.
    fn attribute(&mut self) -> Vec<String> {
        while self.text(0) != "[" {
            self.at += 1;
        }
        let close = self.closing(self.at);
        let words = self.tokens[self.at..close].iter().map(|token| token.text.to_owned()).collect();
        self.at = close + 1;
        words
    }

    /// Where what is opened at `open` is closed.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for (i, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return i;
            }
        }
        self.tokens.len()
    }

    /// Passes over an item that is there for tests alone: up to its semicolon or to the end of its body.
    fn skip_item(&mut self, module: &[String], mut file: Option<String>) {
        while self.text(0) == "#" {
            let attribute = self.attribute();
            file = file.or_else(|| file_named(&attribute));
        }
        // A field or an arm ends with a comma, an item does not.
        let item = matches!(
            self.text(0),
            "pub"
                | "fn"
                | "impl"
                | "mod"
                | "use"
                | "struct"
                | "enum"
                | "trait"
                | "type"
                | "const"
                | "static"
                | "macro_rules"
        );
        let mut before = "";
        while self.at < self.tokens.len() {
            let text = self.tokens[self.at].text;
            match text {
                ";" => break,
                "," if !item => break,
                "{" => {
                    self.at = self.closing(self.at);
                    // `use a::{b, c};` goes on behind its brace.
                    if self.text(1) != ";" {
                        break;
                    }
                }
                "(" | "[" => self.at = self.closing(self.at),
                _ => {}
            }
            if before == "mod" && self.text(1) == ";" {
                self.found.test_modules.push(match &file {
                    Some(file) => [self.directory, std::slice::from_ref(file)].concat(),
                    None => [module, &[text.to_owned()]].concat(),
                });
            }
            before = text;
            self.at += 1;
        }
        self.at += 1;
    }

    /// A tree of `use`: `crate::{a::b, c::{self, d as e}}`. `before` is what stands in front of the braces.
    fn tree(&mut self, module: &[String], before: &[String], public: bool) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = before.to_vec();
        loop {
            match self.text(0) {
                "{" => {
                    let close = self.closing(self.at);
                    self.at += 1;
                    while self.at < close {
                        self.tree(module, &segments, public);
                    }
                    self.at = close + 1;
                    // The comma or semicolon behind it.
                    if matches!(self.text(0), "," | ";") {
                        self.at += 1;
                    }
                    return;
                }
                "::" | "$" => self.at += 1,
                "," | ";" | "}" | "" => {
                    let last = segments.last().cloned().unwrap_or_default();
                    return self.leaf(module, segments, &last, line, public);
                }
                "as" => {
                    let name = self.text(1).to_owned();
                    self.at += 2;
                    return self.leaf(module, segments, &name, line, public);
                }
                word => {
                    segments.push(word.to_owned());
                    self.at += 1;
                }
            }
        }
    }

    fn leaf(&mut self, module: &[String], mut segments: Vec<String>, name: &str, line: usize, public: bool) {
        if matches!(self.text(0), "," | ";") {
            self.at += 1;
        }
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let named = segments.first().is_some_and(|first| !matches!(first.as_str(), "std" | "core" | "alloc"));
        if let Some(path) = absolute(module, &segments) {
            if public {
                self.found.names.push((name.to_owned(), path.clone()));
            }
            self.found.paths.push(Path { segments: path, line });
        } else if public && named {
            // `pub use limits::Limits`: from the module itself.
            self.found.names.push((name.to_owned(), [module, &segments].concat()));
        }
    }

    /// A path in the midst of code, or one token of something else.
    fn path(&mut self, module: &[String]) {
        let starts = matches!(self.text(0), "crate" | "super" | "self") && self.text(1) == "::";
        let goes_on = self.at.checked_sub(1).is_some_and(|i| self.tokens[i].text == "::");
        if !starts || goes_on || self.in_visibility() {
            self.at += 1;
            return;
        }
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && self.text(1).starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            segments.push(self.text(1).to_owned());
            self.at += 2;
        }
        if let Some(segments) = absolute(module, &segments) {
            self.found.paths.push(Path { segments, line });
        }
    }

    /// `pub(in crate::a)` is no use of `a`.
    fn in_visibility(&self) -> bool {
        self.at.checked_sub(1).is_some_and(|i| self.tokens[i].text == "in")
    }
}

/// Whether an attribute leaves an item to tests: `cfg(test)`, `cfg(all(test, …))`; not `cfg(not(test))`, `cfg_attr`.
fn of_tests(attribute: &[String]) -> bool {
    let words: Vec<&str> = attribute.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["[", "test"] | ["[", "cfg", "(", "test", ")"])
        || words.starts_with(&["[", "cfg", "(", "all", "("])
            && words.contains(&"test")
            && !words.windows(3).any(|w| w == ["not", "(", "test"])
}

/// The name of a file, without its ending, that `#[path = "…"]` gives to a module.
fn file_named(attribute: &[String]) -> Option<String> {
    match attribute {
        [open, path, equals, file] if open == "[" && path == "path" && equals == "=" => {
            Some(file.trim_matches('"').trim_end_matches(".rs").to_owned())
        }
        _ => None,
    }
}

/// A path from the crate's root; `None` for one that begins elsewhere.
fn absolute(module: &[String], segments: &[String]) -> Option<Vec<String>> {
    let (first, rest) = segments.split_first()?;
    let mut base = match first.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module[..module.len().saturating_sub(1)].to_vec(),
        _ => return None,
    };
    for segment in rest {
        match segment.as_str() {
            "super" => drop(base.pop()),
            segment => base.push(segment.to_owned()),
        }
    }
    Some(base)
}
