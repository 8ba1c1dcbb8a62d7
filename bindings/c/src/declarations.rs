//! Lists of what is declared, for hosts that register names and fields before they see a stub.

use crate::convert::{cluscope_text, guard};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome};
use crate::value::cluscope_kind::{self, *};
use crate::value::{cluscope_meaning, cluscope_table};
use crate::visitor::table_of;
use cluscope::consts::{self, Constants, control_codes::Family, status};
use cluscope::idl;
use cluscope::internals::ndr::describe;
use cluscope::internals::render::schema::ndr_structures;
use cluscope::internals::structs::types::{Element, Type as Packed};
use cluscope::internals::structs::{self, Kind, Structure, describe as packed, property_list};
use cluscope::ndr::{Field, Interface, Scalar, Semantics, Type};
use std::ffi::c_void;
use std::ptr;

/// A version of an interface.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_interface {
    /// Bytes of this structure.
    pub size: u32,
    /// Opnums from 0 to one less than this are methods' or reserved between them.
    pub opnums: u32,
    /// The UUID, as it stands in a little-endian PDU.
    pub uuid: [u8; 16],
    /// Version number.
    pub version_major: u16,
    /// Its minor number.
    pub version_minor: u16,
    /// Not 0 for the interfaces of the RPC runtime (endpoint mapper, conversation manager), which stand behind the others.
    pub runtime: u32,
    /// Short name: `clusapi`, `witness`.
    pub name: cluscope_text,
    /// What it is, in a line.
    pub title: cluscope_text,
    /// The UUID as text.
    pub uuid_text: cluscope_text,
}

/// A method of a version of an interface.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_method {
    /// Bytes of this structure.
    pub size: u32,
    /// Operation number.
    pub opnum: u16,
    /// Not 0 where a client may send it; nobody says what stubs of the others hold.
    pub on_wire: u16,
    /// The section of the specification.
    pub section: cluscope_text,
    /// Name in the specification.
    pub name: cluscope_text,
}

/// `cluscope_field.flags`: the field stands in requests.
pub const CLUSCOPE_FIELD_IN: u32 = 1;
/// It stands in responses.
pub const CLUSCOPE_FIELD_OUT: u32 = 2;
/// It is the return value.
pub const CLUSCOPE_FIELD_RETURN: u32 = 4;
/// It is a member of a structure of a buffer.
pub const CLUSCOPE_FIELD_BUFFER: u32 = 8;
/// It stands behind a pointer that may be null.
pub const CLUSCOPE_FIELD_POINTER: u32 = 16;

/// A parameter of a method or a member of a structure. `container` and `field` are those of the `cluscope_value`s of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_field {
    /// Bytes of this structure.
    pub size: u32,
    /// Or of `CLUSCOPE_FIELD_` values.
    pub flags: u32,
    /// The kind of its values; `CLUSCOPE_KIND_NONE` where it can be any. A null pointer is told as `CLUSCOPE_KIND_NULL`.
    pub kind: u32,
    /// Of an array or list the kind of its elements.
    pub element_kind: u32,
    /// A `cluscope_meaning`.
    pub meaning: u32,
    /// Bits of an integer; where NDR and NDR64 differ the wider one.
    pub bits: u32,
    /// The method, with its interface, that it is a parameter of: as in `cluscope_interface`. Zeros for a member.
    pub interface_uuid: [u8; 16],
    /// Version number.
    pub version_major: u16,
    /// Its minor number.
    pub version_minor: u16,
    /// Operation number.
    pub opnum: u16,
    /// 0.
    pub reserved: u16,
    /// The method or structure.
    pub container: cluscope_text,
    /// Name in the specification; `return` for the return value.
    pub field: cluscope_text,
    /// The type in the IDL; empty for a member of a structure of a buffer.
    pub r#type: cluscope_text,
    /// Of a structure, or of an array or list of such, its name.
    pub structure: cluscope_text,
    /// The wire type in words, lent for the callback.
    pub wire_type: cluscope_text,
    /// The names of the numbers; null where there are none.
    pub table: *const cluscope_table,
}

/// A number with its name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_name {
    /// Bytes of this structure.
    pub size: u32,
    /// Not 0 where numbers are combinations of the list's, each a bit or several.
    pub flags: u32,
    /// Bits of the number where it is used: 16, 32 or 64.
    pub bits: u32,
    /// 0.
    pub reserved: u32,
    /// The number.
    pub number: u64,
    /// Its name.
    pub name: cluscope_text,
    /// The name of the list; of a control code the kind of object (`resource`, `cluster`), of a status empty.
    pub list: cluscope_text,
    /// What `cluscope_value.table` and `cluscope_field.table` are of the list; null for control codes and statuses.
    pub table: *const cluscope_table,
}

/// Takes an interface; returns 0 to go on.
pub type cluscope_interface_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, entry: *const cluscope_interface) -> i32>;
/// Takes a method; returns 0 to go on.
pub type cluscope_method_fn = Option<unsafe extern "C" fn(user: *mut c_void, entry: *const cluscope_method) -> i32>;
/// Takes a field; returns 0 to go on.
pub type cluscope_field_fn = Option<unsafe extern "C" fn(user: *mut c_void, entry: *const cluscope_field) -> i32>;
/// Takes a name; returns 0 to go on.
pub type cluscope_name_fn = Option<unsafe extern "C" fn(user: *mut c_void, entry: *const cluscope_name) -> i32>;

/// What the callback's answer means.
fn answered(answer: i32) -> Outcome {
    if answer == 0 { Ok(()) } else { Err(CLUSCOPE_ERROR_STOPPED.into()) }
}

fn null() -> Failure {
    Failure::new(CLUSCOPE_ERROR_NULL, "the callback is null")
}

fn interfaces() -> impl Iterator<Item = &'static Interface> {
    idl::INTERFACES.iter().chain(idl::RUNTIME).copied()
}

/// Hands each version of each interface to `visit`.
///
/// # Safety
/// The callback does as it is said of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_interfaces(visit: cluscope_interface_fn, user: *mut c_void) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        for interface in interfaces() {
            for version in interface.versions {
                let told = cluscope_interface {
                    size: size_of::<cluscope_interface>() as u32,
                    opnums: version.methods.len() as u32,
                    uuid: interface.uuid_bytes,
                    version_major: version.number.major(),
                    version_minor: version.number.minor(),
                    runtime: u32::from(idl::RUNTIME.iter().any(|other| ptr::eq(*other, interface))),
                    name: cluscope_text::of(interface.name),
                    title: cluscope_text::of(interface.title),
                    uuid_text: cluscope_text::of(interface.uuid),
                };
                // SAFETY: the callback is as the header says.
                answered(unsafe { visit(user, &told) })?;
            }
        }
        Ok(())
    })
}

/// Hands each method of a version of an interface to `visit`, by opnum.
///
/// # Safety
/// `interface_uuid` points to 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_methods(
    interface_uuid: *const u8,
    version_major: u16,
    version_minor: u16,
    visit: cluscope_method_fn,
    user: *mut c_void,
) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        // SAFETY: the caller's promise.
        let uuid = unsafe { interface_uuid.cast::<[u8; 16]>().as_ref() }.ok_or(CLUSCOPE_ERROR_NULL)?;
        let (interface, version) = crate::stub::version_of(uuid, version_major, version_minor)?;
        for method in interface.versions.get(version).map_or(&[][..], |version| version.methods) {
            let told = cluscope_method {
                size: size_of::<cluscope_method>() as u32,
                opnum: method.opnum,
                on_wire: u16::from(method.on_wire),
                section: cluscope_text::of(method.sections.get(version).copied().unwrap_or_default()),
                name: cluscope_text::of(method.name),
            };
            // SAFETY: the callback is as the header says.
            answered(unsafe { visit(user, &told) })?;
        }
        Ok(())
    })
}

/// Hands each parameter of each method and each member of each structure to `visit`: of each version of the interfaces its
/// methods', then the structures' that travel as NDR, then those of buffers.
///
/// # Safety
/// The callback does as it is said of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_fields(visit: cluscope_field_fn, user: *mut c_void) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        // SAFETY: the callback is as the header says.
        fields(&mut |field| answered(unsafe { visit(user, field) }))
    })
}

fn fields(take: &mut dyn FnMut(&cluscope_field) -> Outcome) -> Outcome {
    for interface in interfaces() {
        for (place, version) in interface.versions.iter().enumerate() {
            for method in version.methods {
                for field in method.fields.iter().filter(|field| field.versions.contains(place)) {
                    let wire_type = describe::wire_type(field);
                    let told = cluscope_field {
                        interface_uuid: interface.uuid_bytes,
                        version_major: version.number.major(),
                        version_minor: version.number.minor(),
                        opnum: method.opnum,
                        ..declared(method.name, field, place, &wire_type)
                    };
                    take(&told)?;
                }
            }
        }
    }
    for structure in ndr_structures() {
        for field in structure.fields {
            // No member of theirs means something else in the first version.
            take(&declared(structure.name, field, 1, &describe::wire_type(field)))?;
        }
    }
    for structure in structs::ALL {
        in_buffer(structure, take)?;
    }
    for (field, kind) in [(&property_list::SYNTAX, CLUSCOPE_KIND_UINT), (&property_list::VALUE, CLUSCOPE_KIND_NONE)] {
        take(&member(property_list::VALUE_ENTRY, field, Shape { kind, bits: 32, ..Shape::default() }, ""))?;
    }
    Ok(())
}

/// A parameter, or a member of a structure that travels as NDR.
fn declared(container: &'static str, field: &Field, version: usize, wire_type: &str) -> cluscope_field {
    use cluscope::ndr::{Direction, Flow};
    let mut flags = 0;
    for (direction, flag) in [(Direction::Request, CLUSCOPE_FIELD_IN), (Direction::Response, CLUSCOPE_FIELD_OUT)] {
        flags |= if field.flow.travels(direction) { flag } else { 0 };
    }
    if let Flow::Return = field.flow {
        flags |= CLUSCOPE_FIELD_RETURN;
    }
    if let Type::Pointer(..) = field.ty {
        flags |= CLUSCOPE_FIELD_POINTER;
    }
    let semantics = field.semantics.in_version(version);
    of(container, field, semantics, Shape::of(field.ty, semantics), flags, wire_type)
}

/// A member of a structure of a buffer.
fn member(container: &'static str, field: &Field, shape: Shape, wire_type: &str) -> cluscope_field {
    of(container, field, field.semantics, shape, CLUSCOPE_FIELD_BUFFER, wire_type)
}

fn of(
    container: &'static str,
    field: &Field,
    semantics: Semantics,
    shape: Shape,
    flags: u32,
    wire_type: &str,
) -> cluscope_field {
    cluscope_field {
        size: size_of::<cluscope_field>() as u32,
        flags,
        kind: shape.kind as u32,
        element_kind: shape.element as u32,
        meaning: cluscope_meaning::from(semantics) as u32,
        bits: shape.bits,
        interface_uuid: [0; 16],
        version_major: 0,
        version_minor: 0,
        opnum: 0,
        reserved: 0,
        container: cluscope_text::of(container),
        field: cluscope_text::of(field.name),
        r#type: cluscope_text::of(field.idl),
        structure: cluscope_text::of(shape.structure),
        wire_type: cluscope_text::of(wire_type),
        table: table_of(semantics),
    }
}

/// What values of a declaration look like.
#[derive(Clone, Copy)]
struct Shape {
    kind: cluscope_kind,
    element: cluscope_kind,
    bits: u32,
    structure: &'static str,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { kind: CLUSCOPE_KIND_NONE, element: CLUSCOPE_KIND_NONE, bits: 0, structure: "" }
    }
}

impl Shape {
    fn plain(kind: cluscope_kind) -> Shape {
        Shape { kind, ..Shape::default() }
    }

    fn list(element: Shape) -> Shape {
        Shape { kind: CLUSCOPE_KIND_LIST, element: element.kind, ..element }
    }

    fn integer(scalar: Scalar, semantics: Semantics) -> Shape {
        let kind = match (semantics, scalar.signed()) {
            (Semantics::Ipv4, _) => CLUSCOPE_KIND_IPV4,
            (Semantics::FileTime, _) => CLUSCOPE_KIND_FILETIME,
            (_, true) => CLUSCOPE_KIND_INT,
            (_, false) => CLUSCOPE_KIND_UINT,
        };
        Shape { kind, bits: 8 * scalar.size(cluscope::ndr::Syntax::Ndr64) as u32, ..Shape::default() }
    }

    fn of(ty: &Type, semantics: Semantics) -> Shape {
        match ty {
            Type::Scalar(scalar) => Shape::integer(*scalar, semantics),
            Type::FileTime => Shape::plain(CLUSCOPE_KIND_FILETIME),
            Type::Handle => Shape::plain(CLUSCOPE_KIND_HANDLE),
            Type::Guid => Shape::plain(CLUSCOPE_KIND_GUID),
            Type::String => Shape::plain(CLUSCOPE_KIND_TEXT),
            Type::Pointer(_, target) => Shape::of(target, semantics),
            Type::Array(_, Type::Scalar(Scalar::U8)) => Shape::plain(CLUSCOPE_KIND_BYTES),
            Type::Array(_, Type::Scalar(Scalar::U16)) => match semantics {
                Semantics::Ipv6 => Shape::plain(CLUSCOPE_KIND_IPV6),
                _ => Shape::plain(CLUSCOPE_KIND_UNITS),
            },
            Type::Array(_, element) => Shape::list(Shape::of(element, semantics)),
            Type::Struct(declaration) => Shape { structure: declaration.name, ..Shape::plain(CLUSCOPE_KIND_STRUCT) },
            Type::Nothing => Shape::default(),
        }
    }

    fn record(name: &'static str) -> Shape {
        Shape { structure: name, ..Shape::plain(CLUSCOPE_KIND_RECORD) }
    }

    fn packed(ty: Packed, semantics: Semantics) -> Shape {
        let list = |element: Element| match element {
            Element::U32 => Shape::list(Shape::integer(Scalar::U32, semantics)),
            Element::Guid => Shape::list(Shape::plain(CLUSCOPE_KIND_GUID)),
            Element::Record(record) => Shape::list(Shape::record(record.name)),
        };
        match ty {
            Packed::Int(scalar) => Shape::integer(scalar, semantics),
            Packed::Total => Shape::integer(Scalar::U32, semantics),
            Packed::Guid => Shape::plain(CLUSCOPE_KIND_GUID),
            Packed::Ipv4 => Shape::plain(CLUSCOPE_KIND_IPV4),
            Packed::Ipv6 => Shape::plain(CLUSCOPE_KIND_IPV6),
            Packed::Bytes(_) | Packed::Gap(_) | Packed::Fill(_) | Packed::SizedBytes(_) => {
                Shape::plain(CLUSCOPE_KIND_BYTES)
            }
            Packed::Wide(_)
            | Packed::Chars(_)
            | Packed::Sz
            | Packed::CheckedSz(_)
            | Packed::SzRest
            | Packed::SizedSz(_)
            | Packed::CountedSz(_) => Shape::plain(CLUSCOPE_KIND_TEXT),
            Packed::MultiSzRest => Shape::list(Shape::plain(CLUSCOPE_KIND_TEXT)),
            Packed::Sized(_, record) | Packed::Record(record) => Shape::record(record.name),
            Packed::Counted(_, element) | Packed::Rest(element) => list(element),
        }
    }
}

/// The members of a structure of a buffer, those of all readings.
fn in_buffer(structure: &'static Structure, take: &mut dyn FnMut(&cluscope_field) -> Outcome) -> Outcome {
    if let Kind::Record(record) = structure.kind {
        let words: Vec<_> = packed::members(structure).into_iter().flat_map(|(_, members)| members).collect();
        for own in record.members {
            let words = words.iter().find(|described| ptr::eq(described.field, &raw const own.field));
            let wire_type = words.map_or("", |described| described.ty.as_str());
            take(&member(structure.name, &own.field, Shape::packed(own.ty, own.field.semantics), wire_type))?;
        }
        return Ok(());
    }
    for described in packed::members(structure).into_iter().flat_map(|(_, members)| members) {
        let shape = match described.field.semantics {
            Semantics::Text => Shape::plain(CLUSCOPE_KIND_TEXT),
            Semantics::Structure => Shape::plain(CLUSCOPE_KIND_LIST),
            Semantics::Bool => Shape::plain(CLUSCOPE_KIND_BOOL),
            Semantics::Bytes => Shape::default(),
            semantics => Shape::integer(Scalar::U32, semantics),
        };
        take(&member(structure.name, described.field, shape, &described.ty))?;
    }
    Ok(())
}

fn name(list: &'static str, number: u64, text: &'static str) -> cluscope_name {
    cluscope_name {
        size: size_of::<cluscope_name>() as u32,
        flags: 0,
        bits: 32,
        reserved: 0,
        number,
        name: cluscope_text::of(text),
        list: cluscope_text::of(list),
        table: ptr::null(),
    }
}

/// Hands each name of each enumeration and bit mask to `visit`, list after list.
///
/// # Safety
/// The callback does as it is said of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_tables(visit: cluscope_name_fn, user: *mut c_void) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        for table in consts::ALL {
            for entry in table.members {
                let told = cluscope_name {
                    flags: u32::from(table.kind == consts::Kind::Flags),
                    bits: u32::from(table.width),
                    table: ptr::from_ref::<Constants>(table).cast(),
                    ..name(table.name, entry.value, entry.name)
                };
                // SAFETY: the callback is as the header says.
                answered(unsafe { visit(user, &told) })?;
            }
        }
        Ok(())
    })
}

/// Hands each control code to `visit`, by kind of object.
///
/// # Safety
/// The callback does as it is said of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_control_codes(visit: cluscope_name_fn, user: *mut c_void) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        for family in Family::ALL {
            for code in family.codes() {
                let told = name(family.as_str(), u64::from(code.value), code.name);
                // SAFETY: the callback is as the header says.
                answered(unsafe { visit(user, &told) })?;
            }
        }
        Ok(())
    })
}

/// Hands each status code to `visit`, by number: Win32 errors, those of the RPC runtime, faults and HRESULTs.
///
/// # Safety
/// The callback does as it is said of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_statuses(visit: cluscope_name_fn, user: *mut c_void) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or_else(null)?;
        for code in status::ALL {
            // SAFETY: the callback is as the header says.
            answered(unsafe { visit(user, &name("", u64::from(code.value), code.name)) })?;
        }
        Ok(())
    })
}
