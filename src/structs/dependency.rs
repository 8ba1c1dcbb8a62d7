//! Dependency expressions (3.1.4.2.109, 3.1.4.2.168, 3.1.4.2.171): names or IDs in brackets, joined by `and` and `or`.
//!
//! The grammar has ANDs of ORs; this parser takes any nesting up to [`MAX_DEPTH`], braces for parentheses, and words in
//! any case.

use crate::ndr::WStr;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till1};
use nom::character::complete::{multispace0, one_of};
use nom::combinator::all_consuming;
use nom::multi::separated_list1;
use nom::sequence::delimited;
use nom::{IResult, Parser};

/// The deepest nesting of parentheses that is taken.
pub const MAX_DEPTH: usize = crate::base::bounds::EXPRESSION_DEPTH;
/// The longest expression that is parsed, in UTF-16 code units.
pub const MAX_LENGTH: usize = crate::base::bounds::EXPRESSION_LENGTH;

/// A dependency expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// The name or ID of a resource, group or group set.
    Object(String),
    /// All of these.
    And(Vec<Expression>),
    /// At least one of these.
    Or(Vec<Expression>),
}

/// Why a text is no dependency expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnExpression {
    /// Where it stops being one, in UTF-8 bytes.
    pub offset: usize,
    /// Nested deeper or longer than the limits.
    pub limit: bool,
}

impl fmt::Display for NotAnExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            true => write!(f, "deeper than {MAX_DEPTH} parentheses or longer than {MAX_LENGTH} characters"),
            false => write!(f, "no dependency expression from character {} on", self.offset),
        }
    }
}

impl core::error::Error for NotAnExpression {}

/// Parses an expression; the empty text, which clears the dependencies, gives `None`.
///
/// # Errors
/// Where the text stops being an expression.
pub fn parse(text: &str) -> Result<Option<Expression>, NotAnExpression> {
    let limit = text.len() > 3 * MAX_LENGTH || depth(text) > MAX_DEPTH;
    if limit {
        return Err(NotAnExpression { offset: 0, limit });
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let parsed: IResult<_, _> = all_consuming(delimited(multispace0, any, multispace0)).parse(text);
    match parsed {
        Ok((_, expression)) => Ok(Some(expression)),
        Err(nom::Err::Error(e) | nom::Err::Failure(e)) => {
            Err(NotAnExpression { offset: text.len() - e.input.len(), limit })
        }
        Err(nom::Err::Incomplete(_)) => Err(NotAnExpression { offset: text.len(), limit }),
    }
}

/// The same for text as it lies in a stub.
///
/// # Errors
/// As for [`parse`].
pub fn parse_wide(text: WStr<'_>) -> Result<Option<Expression>, NotAnExpression> {
    if text.len() > MAX_LENGTH {
        return Err(NotAnExpression { offset: 0, limit: true });
    }
    parse(&text.to_string())
}

/// The deepest nesting of brackets, counted before anything recurses. Those in names are none: up to where the parser
/// stops, it takes the same brackets for names as this does.
fn depth(text: &str) -> usize {
    let (mut deepest, mut now, mut named) = (0usize, 0usize, false);
    for c in text.bytes() {
        crate::base::work::tick(1);
        match c {
            b']' => named = false,
            _ if named => {}
            b'[' => named = true,
            b'(' | b'{' => now += 1,
            b')' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}

fn object(input: &str) -> IResult<&str, Expression> {
    crate::base::work::tick(1 + input.find(']').unwrap_or(input.len()));
    let name = take_till1(|c| c == ']');
    delimited(tag("["), name, tag("]")).map(|name: &str| Expression::Object(name.trim().to_string())).parse(input)
}

fn group(input: &str) -> IResult<&str, Expression> {
    let inner = delimited(multispace0, any, multispace0);
    alt((object, delimited(one_of("({"), inner, one_of(")}")))).parse(input)
}

/// `or` binds tighter than `and`: the grammar has ANDs of ORs.
fn any(input: &str) -> IResult<&str, Expression> {
    join("and", ors, Expression::And).parse(input)
}

fn ors(input: &str) -> IResult<&str, Expression> {
    join("or", group, Expression::Or).parse(input)
}

fn join<'t>(
    word: &'static str,
    part: fn(&'t str) -> IResult<&'t str, Expression>,
    make: fn(Vec<Expression>) -> Expression,
) -> impl Parser<&'t str, Output = Expression, Error = nom::error::Error<&'t str>> {
    let separator = delimited(multispace0, tag_no_case(word), multispace0);
    separated_list1(separator, part).map(move |mut parts| match parts.len() {
        1 => parts.swap_remove(0),
        _ => make(parts),
    })
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Expression::Object(name) => return write!(f, "[{name}]"),
            Expression::And(parts) => (parts, " and "),
            Expression::Or(parts) => (parts, " or "),
        };
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { word })?;
            match part {
                Expression::Object(_) => write!(f, "{part}")?,
                nested => write!(f, "({nested})")?,
            }
        }
        Ok(())
    }
}
