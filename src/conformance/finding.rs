//! What is found: a broken rule, who broke it and where.

use super::rule::Rule;
use crate::base::Timestamp;
use crate::base::printable::Printable;
use crate::rpc::security::Sender;
use crate::session::Flow;
use core::fmt;
use smol_str::SmolStr;
use std::borrow::Cow;

/// A broken rule and where it was broken.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Where it is written: the rule's section, or that of the method where the rule holds for many.
    pub section: Cow<'static, str>,
    /// The packet that completed the message.
    pub frame: u64,
    /// When it was captured.
    pub time: Option<Timestamp>,
    /// Who sent the message to whom.
    pub flow: Flow,
    /// Who broke the rule; mostly the sender of the message.
    pub by: Sender,
    /// `call_id`, or the sequence number of connectionless calls.
    pub call_id: Option<u32>,
    /// Interface and version.
    pub interface: Option<(&'static str, &'static str)>,
    /// The method.
    pub method: Option<&'static str>,
    /// Kind and name of the object whose handle stands in the field, where the capture tells.
    pub object: Option<(&'static str, SmolStr)>,
    /// The field as a path from the parameter; empty when it is none in particular.
    pub field: String,
    /// Offset of the offending bytes in the stub, where there are any.
    pub offset: Option<usize>,
    /// The offending value.
    pub value: Evidence,
    /// What was expected.
    pub expected: Evidence,
}

/// A value as evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing to show.
    #[default]
    None,
    /// A number.
    Number(u64),
    /// Words.
    Text(Cow<'static, str>),
}

impl From<u64> for Evidence {
    fn from(value: u64) -> Self {
        Evidence::Number(value)
    }
}

impl From<u32> for Evidence {
    fn from(value: u32) -> Self {
        Evidence::Number(u64::from(value))
    }
}

impl From<usize> for Evidence {
    fn from(value: usize) -> Self {
        Evidence::Number(value as u64)
    }
}

impl From<&'static str> for Evidence {
    fn from(value: &'static str) -> Self {
        Evidence::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Evidence {
    fn from(value: String) -> Self {
        Evidence::Text(Cow::Owned(value))
    }
}

impl From<Option<u64>> for Evidence {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Evidence::None, Evidence::Number)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::None => Ok(()),
            Evidence::Number(n) if *n > 0xffff => write!(f, "{n:#x}"),
            Evidence::Number(n) => write!(f, "{n}"),
            Evidence::Text(text) => f.write_str(text),
        }
    }
}

/// `client` or `server`.
pub(super) fn side(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "client",
        Sender::Server => "server",
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} ({}", self.frame, self.rule.name, self.section)?;
        if self.rule.grade != super::Grade::Must {
            write!(f, ", {}", self.rule.grade.name())?;
        }
        write!(f, ")  {} {} -> {}", side(self.by), self.flow.src, self.flow.dst)?;
        if let Some(call) = self.call_id {
            write!(f, " call {call}")?;
        }
        write!(f, "\n  ")?;
        if let Some(method) = self.method {
            write!(f, "{method}")?;
            f.write_str(if self.field.is_empty() { ": " } else { " " })?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.rule.text)?;
        if let Some((kind, name)) = &self.object {
            write!(f, " ({kind} {})", Printable(name))?;
        }
        if self.value != Evidence::None {
            write!(f, "; here {}", Printable(&self.value))?;
        }
        if self.expected != Evidence::None {
            write!(f, ", expected {}", Printable(&self.expected))?;
        }
        Ok(())
    }
}
