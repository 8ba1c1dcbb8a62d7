//! A message as the checks see it, and where they put what they find.

use super::finding::{Evidence, Finding};
use super::rule::Rule;
use super::values::{Entry, PendingRequest, Values};
use crate::analysis::handles::Scope;
use crate::analysis::tracker::HandleUse;
use crate::ndr::Method;
use crate::ndr::types::{Direction, FieldId, MethodId, Semantics};
use crate::ndr::wire::Kind;
use crate::session::Record;
use std::borrow::Cow;

/// A request or response whose stub could be read.
pub(super) struct CheckedMessage<'m, 'a> {
    pub(super) record: &'m Record<'a>,
    pub(super) method: &'static Method,
    pub(super) kind: Kind,
    pub(super) values: &'m Values<'a>,
    /// Of a response: what its request said.
    pub(super) request: Option<&'m PendingRequest>,
    /// The association that the message belongs to, in whose bounds its handles are good.
    pub(super) scope: Scope,
}

impl<'m, 'a> CheckedMessage<'m, 'a> {
    pub(super) fn is_request(&self) -> bool {
        self.kind.direction == Direction::Request
    }

    /// The method, if this is a response.
    pub(super) fn response_to(&self) -> Option<MethodId> {
        (!self.is_request()).then_some(self.method.id)
    }

    /// Whether this is a response that tells of success.
    pub(super) fn success(&self) -> bool {
        !self.is_request() && self.values.status().is_some_and(|(_, status)| status == 0)
    }

    /// Whether the method returns a list of objects.
    pub(super) fn is_enumeration(&self) -> bool {
        self.method.fields.iter().any(|field| matches!(field.semantics, Semantics::Kinds(_)))
    }

    /// Whether the interface is ClusAPI.
    pub(super) fn is_clusapi(&self) -> bool {
        core::ptr::eq(self.kind.interface, &crate::idl::CLUSAPI)
    }

    /// Whether it is ClusAPI of this major version.
    pub(super) fn is_clusapi_version(&self, major: u16) -> bool {
        self.is_clusapi()
            && self.kind.interface.versions.get(self.kind.version).is_some_and(|v| v.number.major() == major)
    }
}

/// The section of a method: `MS-CMRP 3.1.4.2.8`.
pub(super) fn method_section(method: &Method, kind: Kind) -> Option<String> {
    let section = method.sections.get(kind.version).copied().filter(|s| s.starts_with(|c: char| c.is_ascii_digit()))?;
    let document = match kind.interface {
        interface if core::ptr::eq(interface, &crate::idl::CLUSAPI) => "MS-CMRP",
        interface if core::ptr::eq(interface, &crate::idl::WITNESS) => "MS-SWN",
        _ => return None,
    };
    Some(format!("{document} {section}"))
}

/// Where findings go.
pub(super) struct Report<'r, 'a> {
    record: &'r Record<'a>,
    /// What the handles of the call stand for.
    objects: &'r [HandleUse],
    method: Option<&'static str>,
    section: Option<String>,
    out: &'r mut dyn FnMut(Finding),
}

impl<'r, 'a> Report<'r, 'a> {
    pub(super) fn new(record: &'r Record<'a>, objects: &'r [HandleUse], out: &'r mut dyn FnMut(Finding)) -> Self {
        let method = record.method();
        let section = method.zip(record.stub()).and_then(|(method, (kind, _))| method_section(method, kind));
        Report { record, objects, method: method.map(|m| m.name), section, out }
    }

    /// The name of the object that the handle in this parameter stands for, where it is known.
    pub(super) fn object(&self, id: FieldId) -> Option<String> {
        let used = self.objects.iter().find(|used| used.field.id == id)?;
        used.resolved.name.as_deref().map(str::to_string)
    }

    /// A broken rule that is written in a section of its own.
    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        field: impl Into<String>,
        value: impl Into<Evidence>,
        expected: impl Into<Evidence>,
    ) {
        let finding = self.finding(rule, field.into(), value.into(), expected.into());
        (self.out)(finding);
    }

    /// As [`Report::add`], for a rule that each control code or structure has in a section of its own: `3.1.4.3.1.5`.
    /// Where that is no section of MS-CMRP, the finding names the rule's.
    pub(super) fn add_in(
        &mut self,
        rule: &'static Rule,
        section: &'static str,
        field: impl Into<String>,
        value: impl Into<Evidence>,
        expected: impl Into<Evidence>,
    ) {
        let mut finding = self.finding(rule, field.into(), value.into(), expected.into());
        // A table may name several sections; the first one describes it.
        let first = section.split(';').next().unwrap_or_default();
        if first.starts_with(|c: char| c.is_ascii_digit()) {
            finding.section = Cow::Owned(format!("MS-CMRP {first}"));
        }
        (self.out)(finding);
    }

    /// As [`Report::add`] with the place of an entry; the method's section where the rule's own is the general one.
    pub(super) fn at(
        &mut self,
        rule: &'static Rule,
        (values, entry): (&Values<'_>, &Entry<'_>),
        value: impl Into<Evidence>,
        expected: impl Into<Evidence>,
    ) {
        let mut finding = self.finding(rule, values.path(entry), value.into(), expected.into());
        finding.offset = Some(entry.offset);
        (self.out)(finding);
    }

    /// What a decoder reports, under the rule of ours that adopts its rule.
    pub(super) fn diagnostic(&mut self, rule: &'static Rule, diagnostic: &crate::base::diagnostic::Diagnostic) {
        let field = diagnostic.path.to_string();
        let mut finding =
            self.finding(rule, field, Evidence::Number(diagnostic.value), Evidence::from(diagnostic.expected));
        finding.offset = Some(diagnostic.offset);
        (self.out)(finding);
    }

    fn finding(&self, rule: &'static Rule, field: String, value: Evidence, expected: Evidence) -> Finding {
        let record = self.record;
        // The general sections of methods give way to the method's own.
        let second = record.interface.is_some_and(|(interface, version)| {
            core::ptr::eq(interface, &crate::idl::CLUSAPI)
                && interface.versions.get(version).is_some_and(|v| v.number.major() == 2)
        });
        let section = match (&self.section, rule.section) {
            // What MS-SWN says of the strings of WitnessrRegisterEx it says of those of WitnessrRegister in 3.1.4.2.
            (Some(own), "MS-CMRP 3.1.4" | "MS-SWN 3.1.4" | "MS-SWN 3.1.4.5") => Cow::Owned(own.clone()),
            // What version 3.0 has in 3.1.4.2 and its subsections stands in 3.1.4.1 for version 2.0.
            (_, section) if second => match section.strip_prefix("MS-CMRP 3.1.4.2") {
                Some(rest) => Cow::Owned(format!("MS-CMRP 3.1.4.1{rest}")),
                None => Cow::Borrowed(section),
            },
            (_, section) => Cow::Borrowed(section),
        };
        let parameter = field.split(['.', '[']).next().unwrap_or_default();
        let object = self.objects.iter().find(|used| used.field.name == parameter);
        let object = object.and_then(|used| Some((used.resolved.kind.name(), used.resolved.name.clone()?)));
        Finding {
            rule,
            object,
            section,
            frame: record.event.frame(),
            time: record.event.time(),
            flow: record.flow,
            by: record.event.sender,
            call_id: record.event.call_id,
            interface: record.interface.and_then(|(i, v)| Some((i.name, i.versions.get(v)?.number.text()))),
            method: self.method,
            field,
            offset: None,
            value,
            expected,
        }
    }
}
