//! Value lists: what a control code tells of disks, of required dependencies and of shared volumes.

use super::super::message::Report;
use super::super::rule::Rule;
use super::{Buffer, properties};
use crate::base::diagnostic::rules;
use crate::consts::Constant;
use crate::consts::content::{BufferFormat, ValueList};
use crate::consts::properties::Role;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::structs::property_list::PropertyList;
use crate::structs::value_list::{self, VALUES};

rules! { "structures", Rule:
    DISK_FIRST = "disk-info-first", "MS-CMRP 3.1.4.3.1.38",
        "disk information begins with the signature of the disk or, in version 3.0, its GUID", Must;
    DEPENDENCY = "dependency-kind", "MS-CMRP 3.1.4.3.1.5",
        "required dependencies are classes of resources and names of resource types", Must;
    ENTRY = "value-list-entry", "MS-CMRP 3.1.4.3",
        "a value list has entries of the syntaxes that the control code's section names", Must;
    NOT_ENDED = "value-list-not-ended", "MS-CMRP 2.2.3.10.1", "an end mark stands at the end of a value list", Must;
}

/// Checks the entries of a value list, or of one for each disk; `readable` if all of them could be read.
pub(super) fn check(
    buffer: &Buffer<'_, '_, '_>,
    list: &'static ValueList,
    for_each_disk: bool,
    readable: bool,
    found: &mut Report<'_, '_>,
) {
    let section = buffer.code.map_or("", |code| code.section);
    let shown = |syntax: Syntax| Syntax::TABLE.display(syntax.value()).to_string();
    let any = |syntaxes: &[Syntax]| syntaxes.iter().map(|s| shown(*s)).collect::<Vec<_>>().join(" or ");
    let mut first = true;
    let mut ended = false;
    let mut index = 0u64;
    for value in value_list::values(buffer.bytes) {
        ended = value.is_none();
        let syntax = value.map_or(Syntax::CLUSPROP_SYNTAX_ENDMARK, |value| value.syntax);
        // Of no disk at all the end mark stands alone.
        if first && !list.first.is_empty() && !(for_each_disk && ended) {
            let signature = Syntax::CLUSPROP_SYNTAX_DISK_SIGNATURE;
            let only_signature = buffer.message.is_clusapi_version(2);
            if !list.first.contains(&syntax) || (only_signature && syntax != signature) {
                let expected = if only_signature { shown(signature) } else { any(list.first) };
                found.add_in(&DISK_FIRST, section, buffer.path, shown(syntax), expected);
            }
        }
        first = false;
        let Some(value) = value else { continue };
        let field = || format!("{}.{}[{index}]", buffer.path, VALUES.name);
        if list.first.is_empty() && !list.then.contains(&syntax) {
            let dependencies = list.then.contains(&Syntax::CLUSPROP_SYNTAX_RESCLASS);
            let rule = if dependencies { &DEPENDENCY } else { &ENTRY };
            found.add_in(rule, section, field(), shown(syntax), any(list.then));
            return;
        }
        if list.binary == BufferFormat::PropertyList
            && let Ok(inner) = PropertyList::new(value.bytes())
        {
            properties::required(buffer, &inner, Role::Output, &field(), found);
        }
        index += 1;
    }
    if readable && !ended {
        found.add(&NOT_ENDED, buffer.path, "no end mark", "an end mark");
    }
}
