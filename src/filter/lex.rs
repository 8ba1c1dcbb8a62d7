//! Expressions to tokens.

use super::parse::Error;
use core::ops::Range;

/// A token with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Bytes of the expression.
    pub at: Range<usize>,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `~`: a regular expression matches somewhere.
    Matches,
    /// `contains`
    Contains,
}

/// Kinds of tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `and`, `&&`
    And,
    /// `or`, `||`
    Or,
    /// `not`, `!`
    Not,
    /// A comparison.
    Operator(Operator),
    /// Text in quotes.
    Quoted {
        /// Unescaped.
        text: String,
        /// As it stands: a regular expression has escapes of its own.
        raw: String,
    },
    /// Anything else: a field, a number, an address, a status.
    Word(String),
    /// Behind the last token.
    End,
}

/// Takes an expression apart.
///
/// # Errors
/// An unknown character or a string without its closing quote.
pub fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, len) = match first {
            '"' | '\'' => quoted(rest, first, at)?,
            _ => match symbol(rest) {
                Some(found) => found,
                None => word(rest, at)?,
            },
        };
        tokens.push(Token { kind, at: at..at + len });
        at += len;
    }
    tokens.push(Token { kind: Kind::End, at: at..at });
    Ok(tokens)
}

/// Operators and brackets, longest first.
fn symbol(rest: &str) -> Option<(Kind, usize)> {
    use Operator::{AtLeast, AtMost, Equal, Greater, Less, Matches, Unequal};
    const SYMBOLS: [(&str, Kind); 12] = [
        ("==", Kind::Operator(Equal)),
        ("!=", Kind::Operator(Unequal)),
        ("<=", Kind::Operator(AtMost)),
        (">=", Kind::Operator(AtLeast)),
        ("&&", Kind::And),
        ("||", Kind::Or),
        ("<", Kind::Operator(Less)),
        (">", Kind::Operator(Greater)),
        ("~", Kind::Operator(Matches)),
        ("!", Kind::Not),
        ("(", Kind::Open),
        (")", Kind::Close),
    ];
    SYMBOLS.into_iter().find(|(symbol, _)| rest.starts_with(symbol)).map(|(symbol, kind)| (kind, symbol.len()))
}

fn quoted(rest: &str, quote: char, at: usize) -> Result<(Kind, usize), Error> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            let raw = rest.get(1..i).unwrap_or_default().to_string();
            return Ok((Kind::Quoted { text, raw }, i + c.len_utf8()));
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        // Only the quote and the backslash are escaped, so that paths and regular expressions stay readable.
        match chars.next() {
            Some((_, c)) if c == quote || c == '\\' => text.push(c),
            Some((_, c)) => text.extend(['\\', c]),
            None => break,
        }
    }
    Err(Error::new(at..at + rest.len(), format!("the closing {quote}")))
}

fn word(rest: &str, at: usize) -> Result<(Kind, usize), Error> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-' | '/' | '\\' | '[' | ']' | '$' | '@');
    let len = rest.find(|c| !part(c)).unwrap_or(rest.len());
    match rest.get(..len).unwrap_or_default() {
        "" => {
            let len = rest.chars().next().map_or(0, char::len_utf8);
            // What other languages write.
            let expected = match rest.as_bytes() {
                [b'=', b'~', ..] => "~; did you mean that instead of =~?",
                [b'=', ..] => "==; did you mean that instead of =?",
                [b'&', ..] => "and; did you mean && instead of &?",
                [b'|', ..] => "or; did you mean || instead of |?",
                _ => "a field, an operator, a literal or a parenthesis",
            };
            Err(Error::new(at..at + len, expected))
        }
        "and" => Ok((Kind::And, len)),
        "or" => Ok((Kind::Or, len)),
        "not" => Ok((Kind::Not, len)),
        "contains" => Ok((Kind::Operator(Operator::Contains), len)),
        word => Ok((Kind::Word(word.to_string()), len)),
    }
}
