//! Rust source as far as finding paths needs it: words and signs with their lines; comments and characters left out,
//! strings kept whole (an attribute may name a file).

/// A word (an identifier, a keyword, a number), a string, `::`, or one sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    pub(super) line: usize,
}

pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let rest = &source[at..];
        let (length, kept) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (block_comment(rest), false)
        } else if let Some(length) = raw_string(rest) {
            (length, true)
        } else if rest.starts_with('"') || rest.starts_with("b\"") || rest.starts_with("c\"") {
            (string(rest), true)
        } else if let Some(length) = character(rest) {
            (length, false)
        } else if rest.starts_with("::") {
            (2, true)
        } else {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let first = rest.chars().next().expect("not empty");
            if word > 0 { (word, true) } else { (first.len_utf8(), !first.is_whitespace()) }
        };
        let text = &rest[..length];
        if kept {
            tokens.push(Token { text, line });
        }
        line += text.matches('\n').count();
        at += length;
    }
    tokens
}

/// They nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let Some(next) = text.get(at..).filter(|rest| !rest.is_empty()) else { return text.len() };
        let step = match next {
            _ if next.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if next.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => next.chars().next().map_or(1, char::len_utf8),
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
}

/// `r"…"`, `r#"…"#`, `br"…"`; a raw identifier (`r#type`) is none.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"]
        .into_iter()
        .find(|p| text.strip_prefix(p).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"')))?;
    let hashes = text[prefix.len()..].find('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = prefix.len() + hashes + 1;
    Some(text[start..].find(&end).map_or(text.len(), |found| start + found + end.len()))
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    let start = text.find('"').expect("a string") + 1;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return start + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A character, as opposed to a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'').or_else(|| text.strip_prefix("b'"))?;
    let start = text.len() - inner.len();
    if let Some(escape) = inner.strip_prefix('\\') {
        // The escaped sign may be a quote.
        let signs = escape.chars().next()?.len_utf8();
        return Some(start + 1 + signs + escape[signs..].find('\'')? + 1);
    }
    let first = inner.chars().next()?.len_utf8();
    inner[first..].starts_with('\'').then_some(start + first + 1)
}

#[test]
fn what_is_left_out() {
    let source = "a /* b /* c */ d */ e // f\n\"g\\\" h\" 'i' '\\'' b'{' 'j: r#\"k \" l\"# r#m n::o";
    let texts: Vec<&str> = tokens(source).iter().map(|token| token.text).collect();
    assert_eq!(texts, ["a", "e", "\"g\\\" h\"", "'", "j", ":", "r#\"k \" l\"#", "r", "#", "m", "n", "::", "o"]);
    assert_eq!(tokens("a\n\"\n\"\nb")[2], Token { text: "b", line: 4 });
}
