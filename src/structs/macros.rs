//! `record!`: declares a plain record in words near those of the specification.

/// Declares a record of section 2.2.3 as a `static` [`Record`](crate::structs::types::Record) of its name.
///
/// Types: `BYTE`, `BOOLEAN`, `WORD`, `DWORD`, `ULONGLONG`, `LONG`, `LONGLONG`, `GUID`, `IPV4`, `IPV6`, `WCHAR[n]`
/// (null-terminated text in a fixed field), `CHARS[n]` (text that may fill the field), `SZ` (text up to its terminator),
/// `SZ x[Size]` (text of so many bytes), `SZ x[Size characters]` (up to its terminator, which the size is checked
/// against), `SZ x[..]` and `MULTI_SZ x[..]` (to the end), `TOTAL` (length of the whole record), `GAP x[n]` (alignment),
/// `FILL x[n]` (optional bytes up to that length), and other records by name. `[n]`, `[Member]` and `[..]` make arrays.
///
/// Before the type: `#[natural]`, only in the layout variant of that name; `#[when(Member == 1)]`,
/// `#[unless(Member in 1..4)]` (4 included); `#[alias(Name)]`; `#[secret]`. Behind the name: `=> flags(Mask)`,
/// `=> enumeration(Enum)`, `=> constant(1)`, `=> boolean`, `=> seconds`, `=> bytes`.
macro_rules! record {
    ($(
        $(#[doc = $doc:literal])+
        ($section:literal) $name:ident
        $(readings($($variant:ident: $text:literal),+; encode $encode:ident))?
        { $( $(#[$($attribute:tt)+])* $ty:ident $member:ident $([$($dimension:tt)+])? $(=> $semantics:ident $(($($arg:tt)+))?)?; )+ }
    )+) => {
        /// The records of this subject, in the order of their declarations.
        #[allow(dead_code)]
        pub(super) static RECORDS: &[&$crate::structs::types::Record] = &[$(&$name),+];
        $(
        $(#[doc = $doc])+
        #[doc = ""]
        #[doc = concat!("Section ", $section, ".")]
        #[allow(non_upper_case_globals)]
        pub static $name: $crate::structs::types::Record = $crate::structs::types::Record {
            name: stringify!($name),
            section: $section,
            members: &[$(
                $crate::record!(@attributes {
                    ty: $crate::record!(@type $ty $([$($dimension)+])?),
                    field: $crate::ndr::types::Field::of_buffer(
                        stringify!($member),
                        $crate::record!(@semantics $($semantics $(($($arg)+))?)?),
                    ),
                } only "" when (None) alias "" secret false; $([$($attribute)+])*),
            )+],
            variants: &[$($($crate::structs::types::LayoutVariant { name: stringify!($variant), text: $text },)+)?],
            encode: $crate::record!(@place $($encode)? in $($($variant)+)?),
        };
    )+ };

    (@attributes { $($field:ident: $value:expr,)+ } only $only:tt when $when:tt alias $alias:tt secret $secret:tt;) => {
        $crate::structs::types::Member {
            $($field: $value,)+
            only: $crate::record!(@string $only),
            when: $when,
            alias: $crate::record!(@string $alias),
            secret: $secret,
        }
    };
    (@attributes $fields:tt only $only:tt when $when:tt alias $alias:tt secret $secret:tt; [secret] $($rest:tt)*) => {
        $crate::record!(@attributes $fields only $only when $when alias $alias secret true; $($rest)*)
    };
    (@attributes $fields:tt only $only:tt when $when:tt alias $alias:tt secret $secret:tt;
        [when($member:ident == $value:literal)] $($rest:tt)*) => {
        $crate::record!(@attributes $fields
            only $only when (Some($crate::structs::types::Condition::Is(stringify!($member), $value)))
            alias $alias secret $secret; $($rest)*)
    };
    (@attributes $fields:tt only $only:tt when $when:tt alias $alias:tt secret $secret:tt;
        [unless($member:ident in $low:literal .. $high:literal)] $($rest:tt)*) => {
        $crate::record!(@attributes $fields
            only $only when (Some($crate::structs::types::Condition::Outside(stringify!($member), $low, $high)))
            alias $alias secret $secret; $($rest)*)
    };
    (@attributes $fields:tt only $only:tt when $when:tt alias $alias:tt secret $secret:tt;
        [alias($other:ident)] $($rest:tt)*) => {
        $crate::record!(@attributes $fields only $only when $when alias $other secret $secret; $($rest)*)
    };
    (@attributes $fields:tt only $only:tt when $when:tt alias $alias:tt secret $secret:tt;
        [$variant:ident] $($rest:tt)*) => {
        $crate::record!(@attributes $fields only $variant when $when alias $alias secret $secret; $($rest)*)
    };
    (@string $name:ident) => { stringify!($name) };
    (@string $text:literal) => { $text };

    (@place in) => { 0 };
    (@place $wanted:ident in $($variant:ident)+) => {{
        let names = [$(stringify!($variant)),+];
        let mut place = 0;
        while !$crate::ndr::types::same(names[place], stringify!($wanted)) {
            place += 1;
        }
        place
    }};

    (@type BYTE) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::U8) };
    (@type BOOLEAN) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::U8) };
    (@type WORD) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::U16) };
    (@type DWORD) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::U32) };
    (@type LONG) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::I32) };
    (@type ULONGLONG) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::U64) };
    (@type LONGLONG) => { $crate::structs::types::Type::Int($crate::ndr::types::Scalar::I64) };
    (@type TOTAL) => { $crate::structs::types::Type::Total };
    (@type GUID) => { $crate::structs::types::Type::Guid };
    (@type IPV4) => { $crate::structs::types::Type::Ipv4 };
    (@type IPV6) => { $crate::structs::types::Type::Ipv6 };
    (@type SZ) => { $crate::structs::types::Type::Sz };
    (@type MULTI_SZ [..]) => { $crate::structs::types::Type::MultiSzRest };
    (@type SZ [..]) => { $crate::structs::types::Type::SzRest };
    (@type SZ [$size:ident]) => { $crate::structs::types::Type::SizedSz(stringify!($size)) };
    (@type SZ [$size:ident bytes or units]) => { $crate::structs::types::Type::CountedSz(stringify!($size)) };
    (@type SZ [$size:ident characters]) => { $crate::structs::types::Type::CheckedSz(stringify!($size)) };
    (@type WCHAR [$units:literal]) => { $crate::structs::types::Type::Wide($units) };
    (@type CHARS [$units:literal]) => { $crate::structs::types::Type::Chars($units) };
    (@type BYTE [$n:literal]) => { $crate::structs::types::Type::Bytes($n) };
    (@type BYTE [$size:ident]) => { $crate::structs::types::Type::SizedBytes(stringify!($size)) };
    (@type GAP [$n:literal]) => { $crate::structs::types::Type::Gap($n) };
    (@type FILL [$n:literal]) => { $crate::structs::types::Type::Fill($n) };
    (@type $other:ident [..]) => { $crate::structs::types::Type::Rest($crate::record!(@element $other)) };
    (@type $other:ident [$size:ident bytes]) => {
        $crate::structs::types::Type::Sized(stringify!($size), &$other)
    };
    (@type $other:ident [$count:ident]) => {
        $crate::structs::types::Type::Counted(stringify!($count), $crate::record!(@element $other))
    };
    (@type $other:ident) => { $crate::structs::types::Type::Record(&$other) };

    (@element DWORD) => { $crate::structs::types::Element::U32 };
    (@element GUID) => { $crate::structs::types::Element::Guid };
    (@element $other:ident) => { $crate::structs::types::Element::Record(&$other) };

    (@semantics) => { $crate::ndr::types::Semantics::Number };
    (@semantics boolean) => { $crate::ndr::types::Semantics::Bool };
    (@semantics seconds) => { $crate::ndr::types::Semantics::Seconds };
    (@semantics bytes) => { $crate::ndr::types::Semantics::Bytes };
    (@semantics reserved) => { $crate::ndr::types::Semantics::Reserved };
    (@semantics constant($value:literal)) => { $crate::ndr::types::Semantics::Const($value) };
    (@semantics flags($mask:ident)) => {
        $crate::ndr::types::Semantics::Flags(<$mask as $crate::consts::Constant>::TABLE)
    };
    (@semantics enumeration($list:ident)) => {
        $crate::ndr::types::Semantics::Enum(<$list as $crate::consts::Constant>::TABLE)
    };
}

/// The name of a record's member, checked when compiling: `member!(RESOURCE_CHANGE.ResourceName)`.
#[cfg(feature = "session")]
macro_rules! member {
    ($record:ident.$member:ident) => {{
        const NAME: &str = $record.member(stringify!($member));
        NAME
    }};
}

#[cfg(feature = "session")]
pub(crate) use member;

pub(crate) use record;
