//! Property lists (2.2.3.10) and lists of property formats.

use super::super::message::{CheckedMessage, Report};
use super::super::rule::Rule;
use super::{Buffer, MEMBER, word};
use crate::base::diagnostic::rules;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{self as codes, ControlCodeFields, Family};
use crate::consts::properties::{self, Role};
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::consts::{Constant, Constants, Kind};
use crate::structs::property_list::{PROPERTIES, PROPERTY_COUNT, Property, PropertyList, VALUES};

rules! { "structures", Rule:
    LIST_COUNT = "property-count", "MS-CMRP 2.2.3.10",
        "propertyCount is the number of properties in the list", Must;
    SYNTAX = "property-syntax", "MS-CMRP 2.2.3.10.1",
        "the syntax of a property value is one of the listed ones, and neither NAME nor ENDMARK", Must;
    EXPANDED_SENT = "expanded-from-client", "MS-CMRP 2.2.2.3",
        "a client does not put a LIST_VALUE_EXPANDED_SZ into a property list", Must;
    EXPANDED_MISSING = "expand-without-expanded", "MS-CMRP 2.2.2.3",
        "a server gives an EXPAND_SZ value together with its EXPANDED_SZ value", Must;
    FORMATS = "property-formats", "MS-CMRP 3.1.4.3.1.14",
        "each property of a format list has one value: a LIST_VALUE_WORD of 2 bytes", Must;
    REQUIRED = "required-property", "MS-CMRP 3.1.4.3",
        "a list that a control code takes or returns has the properties that its section names, of the syntaxes that it \
         names", Must;
    EQUAL_VALUES = "equal-values", "MS-CMRP 3.1.4.3.2.36",
        "properties whose values belong together in pairs have the same number of them", Must;
    NONE = "no-properties", "MS-CMRP 3.1.4.3",
        "a list of writable common properties, and one that a client sets or validates, has one property or more", Must;
    TWO = "two-properties", "MS-CMRP 3.1.4.3.3.19",
        "the input of CLUSCTL_GROUP_SET_CCF_FROM_MASTER has exactly two properties", Must;
    READ_ONLY = "read-only-private", "MS-CMRP 3.1.4.3",
        "groups, nodes, networks, network interfaces and clusters have no read-only private properties: the list is four \
         bytes of zero", Must;
}

/// Checks a property list; `whole` if nothing stands behind it.
pub(super) fn check(buffer: &Buffer<'_, '_, '_>, whole: bool, found: &mut Report<'_, '_>) {
    let Buffer { message, path, bytes, .. } = *buffer;
    let Ok(list) = PropertyList::new(bytes) else { return };
    number(buffer, &list, found);
    let role = if message.is_request() { Role::Input } else { Role::Output };
    required(buffer, &list, role, path, found);
    let mut read = 0u64;
    for (index, property) in list.properties().enumerate() {
        let Ok(property) = property else { break };
        read += 1;
        let field = format!("{path}.{}[{index}]", PROPERTIES.name);
        values(message, &property, field, found);
    }
    let field = || format!("{path}.{}", PROPERTY_COUNT.name);
    if read != u64::from(list.count) {
        found.add(&LIST_COUNT, field(), list.count, read);
    } else if !whole {
        // Another name behind the counted properties: the count is too small.
        let name = Syntax::CLUSPROP_SYNTAX_NAME.0.to_le_bytes();
        if tail(bytes, &list).is_some_and(|behind| behind.starts_with(&name)) {
            found.add(&LIST_COUNT, field(), list.count, "more");
        }
    }
}

/// The syntaxes of a property's values.
fn values(message: &CheckedMessage<'_, '_>, property: &Property<'_>, field: String, found: &mut Report<'_, '_>) {
    let mut before = None;
    for value in property.values() {
        let Ok(value) = value else { break };
        let known = Syntax::TABLE.member(value.syntax.value()).is_some();
        if !known || value.syntax == Syntax::CLUSPROP_SYNTAX_NAME {
            found.add(&SYNTAX, field.clone(), value.syntax.0, "a value syntax");
        }
        let expanded = value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPANDED_SZ;
        if expanded && message.is_request() {
            found.add(&EXPANDED_SENT, field.clone(), value.syntax.0, "another syntax");
        }
        if !expanded && before == Some(Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ) && !message.is_request() {
            found.add(&EXPANDED_MISSING, field.clone(), value.syntax.0, "EXPANDED_SZ");
        }
        before = Some(value.syntax);
    }
    if before == Some(Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ) && !message.is_request() {
        found.add(&EXPANDED_MISSING, field, "EXPAND_SZ alone", "EXPANDED_SZ behind it");
    }
}

/// Whether a control code has the function of this one, whatever kind of object it is for.
fn same_function(code: u32, other: u32) -> bool {
    ControlCodeFields::decode(code).function == ControlCodeFields::decode(other).function
}

/// How many properties the list has, where a section says so.
fn number(buffer: &Buffer<'_, '_, '_>, list: &PropertyList<'_>, found: &mut Report<'_, '_>) {
    let Some(code) = buffer.code else { return };
    let field = || format!("{}.{}", buffer.path, PROPERTY_COUNT.name);
    let is = |other| same_function(code.value, other);
    let due = if buffer.message.is_request() {
        [
            codes::CLUSCTL_RESOURCE_SET_COMMON_PROPERTIES,
            codes::CLUSCTL_RESOURCE_VALIDATE_COMMON_PROPERTIES,
            codes::CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES,
            codes::CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES,
        ]
        .into_iter()
        .any(is)
    } else {
        is(codes::CLUSCTL_RESOURCE_GET_COMMON_PROPERTIES)
    };
    if due && list.count == 0 {
        found.add_in(&NONE, code.section, field(), 0u64, "one or more");
    }
    if code.value == codes::CLUSCTL_GROUP_SET_CCF_FROM_MASTER && buffer.message.is_request() && list.count != 2 {
        found.add_in(&TWO, code.section, field(), list.count, 2u64);
    }
    let without =
        matches!(code.family, Family::Group | Family::Node | Family::Network | Family::NetInterface | Family::Cluster);
    if without && is(codes::CLUSCTL_RESOURCE_GET_RO_PRIVATE_PROPERTIES) && buffer.bytes != [0; 4] {
        found.add_in(&READ_ONLY, code.section, field(), list.count, "four bytes of zero");
    }
}

/// The properties that the control code's section names.
pub(super) fn required(
    buffer: &Buffer<'_, '_, '_>,
    list: &PropertyList<'_>,
    role: Role,
    path: &str,
    found: &mut Report<'_, '_>,
) {
    let Some(code) = buffer.code else { return };
    let mut paired: Option<(&str, usize)> = None;
    for due in properties::of_section(code.section, role) {
        let mut all = list.properties().map_while(Result::ok).enumerate();
        let named = |property: &Property<'_>| {
            let mut name = property.name().chars().map(|c| c.map(|c| c.to_ascii_lowercase()));
            due.name.chars().all(|c| name.next() == Some(Ok(c.to_ascii_lowercase()))) && name.next().is_none()
        };
        let Some((index, property)) = all.find(|(_, property)| named(property)) else {
            found.add_in(&REQUIRED, code.section, path, "missing", due.name);
            continue;
        };
        let field = format!("{path}.{}[{index}]", PROPERTIES.name);
        let wanted = match due.format {
            BufferFormat::DwordOf(_) => BufferFormat::Dword,
            format => format,
        };
        let mut count = 0;
        for value in property.values().map_while(Result::ok) {
            count += 1;
            if value.format() != wanted {
                let shown = Syntax::TABLE.display(value.syntax.value()).to_string();
                found.add_in(&REQUIRED, code.section, field.clone(), shown, format!("{wanted}"));
            } else if let (BufferFormat::DwordOf(table), Some(number)) = (due.format, word(value.bytes(), 0))
                && !is_listed(table, u64::from(number))
            {
                let field = format!("{field}.{}[{}]", VALUES.name, count - 1);
                found.add_in(&MEMBER, code.section, field, number, format!("values of {}", table.name));
            }
        }
        if due.many {
            match paired {
                Some((other, due)) if due != count => {
                    found.add_in(&EQUAL_VALUES, code.section, field, count, format!("{due}, as {other} has"));
                }
                _ => paired = Some((due.name, count)),
            }
        }
    }
}

/// Whether a number is a value of an enumeration, or has no bits but those of a bit mask.
fn is_listed(table: &Constants, number: u64) -> bool {
    match table.kind {
        Kind::Enum => table.member(number).is_some(),
        Kind::Flags => table.flags_of(number).unknown() == 0,
    }
}

/// Checks a list of property formats.
pub(super) fn formats(path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let Ok(list) = PropertyList::new(bytes) else { return };
    for (index, property) in list.properties().enumerate() {
        let Ok(property) = property else { return };
        let mut values = property.values();
        let (first, second) = (values.next(), values.next());
        let Some(Ok(value)) = first else { return };
        let word = value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_WORD && value.bytes().len() == 2;
        if !word || second.is_some() {
            let here = format!("{} of {} bytes", Syntax::TABLE.display(value.syntax.value()), value.bytes().len());
            let field = format!("{path}.{}[{index}]", PROPERTIES.name);
            found.add(&FORMATS, field, here, "LIST_VALUE_WORD of 2 bytes");
            return;
        }
    }
}

/// What stands behind the last property.
fn tail<'a>(bytes: &'a [u8], list: &PropertyList<'a>) -> Option<&'a [u8]> {
    let mut end = 4usize;
    for property in list.properties() {
        let property = property.ok()?;
        let name = property.name().len().checked_add(1)?.checked_mul(2)?;
        end = end.checked_add(8)?.checked_add(name.checked_next_multiple_of(4)?)?;
        for value in property.values() {
            end = end.checked_add(8)?.checked_add(value.ok()?.bytes().len().checked_next_multiple_of(4)?)?;
        }
        end = end.checked_add(4)?;
    }
    bytes.get(end..)
}
