//! Tokens to a tree: a Pratt parser, bounded in length, depth and number of comparisons. Types are checked here, so that
//! evaluating never fails.

use super::field::{Field, Type};
use super::lex::{self, Kind, Operator, Token};
use super::{MAX_DEPTH, MAX_LENGTH, MAX_TESTS};
use crate::base::printable::is_active;
use crate::consts::status;
use crate::ndr::number::nearest;
use core::fmt;
use core::ops::Range;
use regex::{Regex, RegexBuilder};
use std::net::{IpAddr, SocketAddr};

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// First byte of the mistake.
    pub at: usize,
    /// How many bytes it covers; at least one is shown.
    pub len: usize,
    /// What was expected there.
    pub expected: String,
}

impl Error {
    pub(super) fn new(at: Range<usize>, expected: impl Into<String>) -> Error {
        Error { at: at.start, len: at.len(), expected: expected.into() }
    }

    /// Three lines: the expression, carets under the mistake, and what was expected.
    pub fn explain(&self, expression: &str) -> String {
        // One column each, so that the carets stand below what they mean.
        let shown: String = expression.chars().map(|c| if is_active(c) { ' ' } else { c }).collect();
        let columns = |end: usize| expression.get(..end).unwrap_or(expression).chars().count();
        let start = columns(self.at);
        let carets = columns(self.at.saturating_add(self.len)).saturating_sub(start).max(1);
        format!("{shown}\n{:start$}{}\nexpected {}", "", "^".repeat(carets), self.expected)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: expected {}", self.at, self.expected)
    }
}

impl std::error::Error for Error {}

/// What a field is compared with.
#[derive(Clone, Debug)]
pub enum Literal {
    /// Text, in lower case.
    Text(String),
    /// A number, or a status.
    Number(u64),
    /// Nanoseconds.
    Duration(i64),
    /// An address of any port.
    Ip(IpAddr),
    /// An address with its port.
    Socket(SocketAddr),
    /// For `~`.
    Regex(Regex),
}

/// A comparison.
#[derive(Clone, Debug)]
pub struct Test {
    /// The field.
    pub field: Field,
    /// The operator; `!=` of a field with many values is tested as `==` and turned round in the tree.
    pub operator: Operator,
    /// What it is compared with.
    pub literal: Literal,
    /// Where that stands in the expression.
    pub at: Range<usize>,
}

/// An expression over comparisons, which it names by their place.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A comparison.
    Test(usize),
    /// Not so.
    Not(Box<Tree>),
    /// Both.
    And(Box<Tree>, Box<Tree>),
    /// At least one.
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    pub(super) fn decide(&self, held: u64, tests: &[Test]) -> bool {
        crate::base::work::tick(1);
        match self {
            Tree::Test(n) => {
                let held = held & (1 << n) != 0;
                let turned = tests.get(*n).is_some_and(|t| t.operator == Operator::Unequal && t.field.many());
                held != turned
            }
            Tree::Not(inner) => !inner.decide(held, tests),
            Tree::And(a, b) => a.decide(held, tests) && b.decide(held, tests),
            Tree::Or(a, b) => a.decide(held, tests) || b.decide(held, tests),
        }
    }
}

struct Parser {
    tokens: std::vec::IntoIter<Token>,
    next: Token,
    tests: Vec<Test>,
}

/// Reads an expression: its comparisons, and the tree over them.
///
/// # Errors
/// Where the mistake is and what was expected there.
pub fn parse(text: &str) -> Result<(Vec<Test>, Tree), Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error::new(MAX_LENGTH..MAX_LENGTH, format!("no more than {MAX_LENGTH} bytes")));
    }
    let end = Token { kind: Kind::End, at: text.len()..text.len() };
    let mut parser = Parser { tokens: lex::tokens(text)?.into_iter(), next: end, tests: Vec::new() };
    parser.advance();
    let tree = parser.expression(0, 0)?;
    match parser.next.kind {
        Kind::End => Ok((parser.tests, tree)),
        _ => Err(Error::new(parser.next.at, "and, or, or the end")),
    }
}

impl Parser {
    /// Moves on; the last token stays.
    fn advance(&mut self) -> Token {
        crate::base::work::tick(1);
        let end = Token { kind: Kind::End, at: self.next.at.end..self.next.at.end };
        core::mem::replace(&mut self.next, self.tokens.next().unwrap_or(end))
    }

    /// What binds at least as tightly as `least`: `or` 1, `and` 2.
    fn expression(&mut self, least: u8, depth: usize) -> Result<Tree, Error> {
        let mut left = self.prefix(depth)?;
        loop {
            let power = match self.next.kind {
                Kind::Or => 1,
                Kind::And => 2,
                _ => 0,
            };
            if power == 0 || power <= least {
                return Ok(left);
            }
            self.advance();
            let right = self.expression(power, depth)?;
            left = if power == 1 {
                Tree::Or(Box::new(left), Box::new(right))
            } else {
                Tree::And(Box::new(left), Box::new(right))
            };
        }
    }

    fn prefix(&mut self, depth: usize) -> Result<Tree, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(self.next.at.clone(), format!("no more than {MAX_DEPTH} levels of nesting")));
        }
        let token = self.advance();
        match token.kind {
            Kind::Not => Ok(Tree::Not(Box::new(self.prefix(depth + 1)?))),
            Kind::Open => {
                let inner = self.expression(0, depth + 1)?;
                let close = self.advance();
                match close.kind {
                    Kind::Close => Ok(inner),
                    _ => Err(Error::new(close.at, "and, or, or a closing parenthesis")),
                }
            }
            Kind::Word(name) => {
                let Some((field, ty)) = Field::find(&name) else {
                    let names: Vec<_> = Field::ALL.iter().map(|(name, ..)| *name).collect();
                    let meant = nearest(&name.to_lowercase(), names.iter().copied());
                    let meant = meant.map_or_else(String::new, |name| format!("; did you mean {name}?"));
                    return Err(Error::new(token.at, format!("a field: {}{meant}", names.join(", "))));
                };
                if ty == Type::Flag {
                    return self.test(Test {
                        field,
                        operator: Operator::Equal,
                        literal: Literal::Number(1),
                        at: token.at,
                    });
                }
                self.comparison(field, ty, &name)
            }
            _ => Err(Error::new(token.at, "a field, not, or an opening parenthesis")),
        }
    }

    fn comparison(&mut self, field: Field, ty: Type, name: &str) -> Result<Tree, Error> {
        let token = self.advance();
        let Kind::Operator(operator) = token.kind else {
            return Err(Error::new(token.at, "a comparison: == != < <= > >= ~ contains"));
        };
        let orders = matches!(operator, Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast);
        let textual = matches!(operator, Operator::Matches | Operator::Contains);
        if orders && matches!(ty, Type::Text | Type::Address) {
            return Err(Error::new(token.at, format!("== != ~ or contains: {name} has no order")));
        }
        if textual && matches!(ty, Type::Number | Type::Duration) {
            return Err(Error::new(token.at, format!("== != < <= > or >=: {name} is no text")));
        }
        let value = self.advance();
        let literal = literal(&value, ty, operator)?;
        self.test(Test { field, operator, literal, at: value.at })
    }

    /// Adds a comparison.
    fn test(&mut self, test: Test) -> Result<Tree, Error> {
        if self.tests.len() >= MAX_TESTS {
            return Err(Error::new(test.at, format!("no more than {MAX_TESTS} comparisons")));
        }
        self.tests.push(test);
        Ok(Tree::Test(self.tests.len() - 1))
    }
}

fn literal(token: &Token, ty: Type, operator: Operator) -> Result<Literal, Error> {
    let wrong = |expected: &str| Error::new(token.at.clone(), expected);
    let (text, is_quoted) = match &token.kind {
        Kind::Quoted { raw, .. } if operator == Operator::Matches => (raw.as_str(), true),
        Kind::Quoted { text, .. } => (text.as_str(), true),
        Kind::Word(text) => (text.as_str(), false),
        _ => return Err(wrong(ty.expected())),
    };
    match operator {
        Operator::Matches => {
            return RegexBuilder::new(text)
                .size_limit(1 << 20)
                .dfa_size_limit(1 << 20)
                .nest_limit(64)
                .build()
                .map(Literal::Regex)
                .map_err(|error| {
                    let error = error.to_string();
                    wrong(&format!("a regular expression: {}", error.lines().last().unwrap_or_default().trim()))
                });
        }
        Operator::Contains => return Ok(Literal::Text(text.to_lowercase())),
        _ => {}
    }
    let found = match (ty, is_quoted) {
        (Type::Text, true) => Some(Literal::Text(text.to_lowercase())),
        // A number is no text, but a version is.
        (Type::Text, false) => number(text).is_none().then(|| Literal::Text(text.to_lowercase())),
        (Type::Number, false) => number(text).map(Literal::Number),
        (Type::Duration, false) => duration(text).map(Literal::Duration),
        (Type::Status, false) => match number(text) {
            Some(value) => u32::try_from(value).ok().map(|value| Literal::Number(u64::from(value))),
            None => named_status(text).map(|value| Literal::Number(u64::from(value))),
        },
        (Type::Status, true) => named_status(text).map(|value| Literal::Number(u64::from(value))),
        (Type::Address, _) => match (text.parse(), text.parse()) {
            (Ok(ip), _) => Some(Literal::Ip(ip)),
            (_, Ok(socket)) => Some(Literal::Socket(socket)),
            _ => None,
        },
        (Type::Number | Type::Duration, true) | (Type::Flag, _) => None,
    };
    found.ok_or_else(|| wrong(ty.expected()))
}

/// Decimal, or hexadecimal with 0x.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A decimal number and its unit, in nanoseconds.
fn duration(text: &str) -> Option<i64> {
    let unit = text.find(|c: char| c.is_alphabetic())?;
    let (digits, unit) = text.split_at_checked(unit)?;
    let nanos: f64 = match unit {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "min" => 60e9,
        _ => return None,
    };
    let value: f64 = digits.parse().ok()?;
    // Saturates; the sign and exponents were never read as a number.
    (value.is_finite() && !digits.starts_with(['-', '+'])).then_some((value * nanos) as i64)
}

fn named_status(name: &str) -> Option<u32> {
    status::ALL.iter().find(|code| code.name.eq_ignore_ascii_case(name)).map(|code| code.value)
}
