//! What a filter is asked about: a message with what analysis knows of it.

use super::field::{Field, SLOW};
use super::lex::Operator;
use super::parse::{Literal, Test};
use crate::analysis::RecordContext;
use crate::analysis::calls::{Answer, CallOutcome};
use crate::analysis::notify::is_long_poll;
use crate::consts::status::{self, StatusName};
use crate::consts::{Constants, Member};
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::Message;
use crate::ndr::{WStr, names};
use crate::rpc::event::Body;
use crate::session::Record;
use std::net::SocketAddr;

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'r, 'a> {
    record: &'r Record<'a>,
    seen: &'r RecordContext,
    src: SocketAddr,
    dst: SocketAddr,
}

impl<'r, 'a> Subject<'r, 'a> {
    /// A message by itself.
    pub fn of(record: &'r Record<'a>, seen: &'r RecordContext) -> Self {
        Subject { record, seen, src: record.flow.src, dst: record.flow.dst }
    }

    /// A message as half of a call: `src` is the caller in both halves.
    pub fn of_call(record: &'r Record<'a>, seen: &'r RecordContext) -> Self {
        Subject { record, seen, src: seen.client, dst: seen.server }
    }

    /// Whether a comparison holds.
    pub fn holds(&self, test: &Test) -> bool {
        let record = self.record;
        let direction = match record.event.body {
            Body::Request { .. } => Some("request"),
            Body::Response { .. } | Body::Fault { .. } => Some("response"),
            _ => None,
        };
        match test.field {
            Field::Method => record.method().is_some_and(|m| text(test, m.name)),
            Field::Opnum => record.opnum().is_some_and(|n| number(test, u64::from(n))),
            Field::Interface => record.interface.is_some_and(|(i, _)| text(test, i.name)),
            Field::Version => {
                let version = record.interface.and_then(|(i, v)| i.versions.get(v));
                version.is_some_and(|v| text(test, v.number.text()))
            }
            Field::Src => address(test, self.src),
            Field::Dst => address(test, self.dst),
            Field::Addr => address(test, self.src) || address(test, self.dst),
            Field::User => self.seen.user.as_deref().is_some_and(|user| text(test, user)),
            Field::Status => self.seen.status.is_some_and(|value| status_of(test, value)),
            Field::Latency => self.latency().is_some_and(|nanos| duration(test, nanos)),
            Field::Object => {
                self.seen.objects.iter().any(|used| used.resolved.name.as_deref().is_some_and(|n| text(test, n)))
            }
            Field::Kind => self.seen.objects.iter().any(|used| text(test, used.resolved.kind.name())),
            Field::Type => text(test, record.event.type_name()),
            Field::Direction => direction.is_some_and(|d| text(test, d)),
            Field::Stream => number(test, record.flow.stream),
            Field::CallId => record.event.call_id.is_some_and(|id| number(test, u64::from(id))),
            Field::Frame => {
                let frames = record.event.frames();
                match test.operator {
                    Operator::Equal => frames.iter().any(|frame| number(test, *frame)),
                    _ => number(test, record.event.frame()),
                }
            }
            Field::Failed => self.outcome() == Some(CallOutcome::Failure),
            Field::Unknown => self.outcome() == Some(CallOutcome::Unknown),
            Field::Slow => {
                let waits = record.method().is_some_and(|method| is_long_poll(method.id));
                !waits && self.latency().is_some_and(|nanos| nanos >= SLOW)
            }
            Field::Text => self.texts(test),
            Field::Value => self.values(test),
        }
    }

    /// What a response or fault says that the call came to.
    fn outcome(&self) -> Option<CallOutcome> {
        match self.record.event.body {
            Body::Response { .. } => Some(Answer::Response(self.seen.status).outcome()),
            Body::Fault { .. } => Some(Answer::Fault(self.seen.status).outcome()),
            _ => None,
        }
    }

    fn latency(&self) -> Option<i64> {
        if !matches!(self.record.event.body, Body::Response { .. } | Body::Fault { .. }) {
            return None;
        }
        let start = self.record.event.call.as_ref()?.time?;
        Some(self.record.event.time()?.0.saturating_sub(start.0))
    }

    /// Whether the comparison holds for any string among the parameters.
    fn texts(&self, test: &Test) -> bool {
        let (Some((kind, stub)), Some(method)) = (self.record.stub(), self.record.method()) else { return false };
        let mut texts = Texts { test, found: false };
        let _ = Message::decode_with(method, kind, stub, &mut texts);
        texts.found
    }
}

impl Subject<'_, '_> {
    /// Whether the comparison holds for the name of any number among the parameters and in their buffers.
    fn values(&self, test: &Test) -> bool {
        let (Some((kind, stub)), Some(method)) = (self.record.stub(), self.record.method()) else { return false };
        let Ok(message) = Message::decode(method, kind, stub) else { return false };
        let mut values = Values { test, found: false };
        message.visit_with(self.record.context().content(), &mut values);
        values.found
    }
}

struct Values<'t> {
    test: &'t Test,
    found: bool,
}

impl Values<'_> {
    fn look(&mut self, mut names: impl Iterator<Item = &'static str>) {
        self.found = self.found || names.any(|name| text(self.test, name));
    }
}

impl Visitor<'_> for Values<'_> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        if self.found {
            return;
        }
        match at.semantics {
            Semantics::Enum(table) => self.look(table.member(value).into_iter().flat_map(|m| called(table, m))),
            Semantics::Flags(table) => {
                let set = |m: &&Member| if m.value == 0 { value == 0 } else { value & m.value == m.value };
                self.look(table.members.iter().filter(set).flat_map(|m| called(table, m)));
            }
            Semantics::ControlCode(family) => {
                let code = u32::try_from(value).ok().and_then(|code| names::control_code(family, code));
                self.look(code.into_iter().flat_map(|code| code.also.iter().copied().chain([code.name])));
            }
            Semantics::Win32 | Semantics::RpcStatus => {
                self.look(u32::try_from(value).ok().and_then(status::win32_name).into_iter());
            }
            _ => {}
        }
    }
}

/// All names of a member, but for those that are the first name of another one.
fn called(table: &'static Constants, member: &'static Member) -> impl Iterator<Item = &'static str> {
    let also = member.also.iter().copied().filter(|name| table.value_of(name) == Some(member.value));
    also.chain([member.name])
}

struct Texts<'t> {
    test: &'t Test,
    found: bool,
}

impl Texts<'_> {
    fn look(&mut self, value: WStr<'_>) {
        if !self.found {
            let value: String = value.chars().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            self.found = text(self.test, &value);
        }
    }
}

impl<'a> Visitor<'a> for Texts<'_> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn string(&mut self, _: At<'_>, value: WStr<'a>) {
        self.look(value);
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        match (at.field.semantics, units.multi_sz()) {
            (Semantics::MultiSz, Some(list)) => list.for_each(|item| self.look(item)),
            (Semantics::Text, _) => self.look(units.until_nul()),
            _ => {}
        }
    }
}

fn text(test: &Test, value: &str) -> bool {
    match (&test.literal, test.operator) {
        (Literal::Regex(regex), _) => regex.is_match(value),
        (Literal::Text(literal), Operator::Contains) => value.to_lowercase().contains(literal),
        (Literal::Text(literal), operator) => {
            let same = value.chars().flat_map(char::to_lowercase).eq(literal.chars());
            // Of a field with many values this is turned round later.
            same != (operator == Operator::Unequal && !test.field.many())
        }
        _ => false,
    }
}

fn ordered<T: PartialOrd>(operator: Operator, value: T, literal: T) -> bool {
    match operator {
        Operator::Equal => value == literal,
        Operator::Unequal => value != literal,
        Operator::Less => value < literal,
        Operator::AtMost => value <= literal,
        Operator::Greater => value > literal,
        Operator::AtLeast => value >= literal,
        Operator::Matches | Operator::Contains => false,
    }
}

fn number(test: &Test, value: u64) -> bool {
    matches!(test.literal, Literal::Number(literal) if ordered(test.operator, value, literal))
}

fn duration(test: &Test, nanos: i64) -> bool {
    matches!(test.literal, Literal::Duration(literal) if ordered(test.operator, nanos, literal))
}

fn status_of(test: &Test, value: u32) -> bool {
    match test.operator {
        Operator::Matches | Operator::Contains => {
            StatusName::of(value).is_some_and(|name| text(test, &name.to_string()))
        }
        _ => number(test, u64::from(value)),
    }
}

fn address(test: &Test, value: SocketAddr) -> bool {
    let same = match &test.literal {
        Literal::Ip(ip) => value.ip() == *ip,
        Literal::Socket(socket) => value == *socket,
        _ => return text(test, &value.to_string()),
    };
    same != (test.operator == Operator::Unequal && !test.field.many())
}
