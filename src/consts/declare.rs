//! `constants!`: one declaration makes a newtype, its named values and its table.
//!
//! ```text
//! constants! {
//!     /// State of a resource.
//!     enumeration ClusterResourceState: u32, "3.1.4.1.13; 3.1.4.2.13", "State of ApiGetResourceState" {
//!         ClusterResourceOnline = 2,
//!         /// one line at most: it becomes the member's note too
//!         ClusterResourceOnlinePending = 0x81,
//!         [sdk] {
//!             ClusterResourcePending = 0x80,
//!             ClusterResourceNew = 9 since W2022 also ClusterResourceReserved1,
//!         }
//!     }
//!     /// Changes of the cluster.
//!     bitmask CLUSTER_CHANGE: u32, "2.2.2.7", "dwFilter of ApiAddNotify*" { … }
//! }
//! ```
//!
//! Members come from revision 34 of the specification unless they stand in a group whose mark says otherwise:
//! `[revision44]`, `[sdk]` or `[public]`. `since` gives the Windows release that brought the name, where that is known;
//! `also` gives further names of the value. Marks and releases are the constants below.
//!
//! An `enumeration` is a plain newtype, a `bitmask` a `bitflags` type that keeps all bits. Both implement
//! [`Constant`](super::Constant), `Debug` and `Display` (name and number) and convert from and to their integer. The
//! file that uses the macro gets a `TABLES` list, from which [`super::ALL`] is joined.

use super::Source;

/// The marks of groups: where their declarations come from.
#[allow(non_upper_case_globals)]
pub(super) mod marks {
    use super::Source;

    pub(crate) const spec: Source = Source::Spec34;
    pub(crate) const revision44: Source = Source::Revision44;
    pub(crate) const sdk: Source = Source::Sdk;
    pub(crate) const public: Source = Source::Public;
}

/// The releases that bring names. The release of a name is the first one whose SDK has it in its header: of names of
/// Windows Server 2012 R2 and before, as far as the header itself tells.
pub(super) mod releases {
    pub(crate) const W2008_R2: &str = "Windows Server 2008 R2";
    pub(crate) const W2012: &str = "Windows Server 2012";
    pub(crate) const W2016: &str = "Windows Server 2016";
    pub(crate) const W2019: &str = "Windows Server 2019";
    pub(crate) const W2022: &str = "Windows Server 2022";
    pub(crate) const W2025: &str = "Windows Server 2025";

    /// The release that is given, or none.
    pub(crate) const fn first(given: &[&'static str]) -> &'static str {
        match given {
            [release, ..] => release,
            [] => "",
        }
    }
}

macro_rules! constants {
    (@enumeration $name:ident $int:ident $(#[doc = $doc:literal])+ {
        $( $(#[doc = $note:literal])? $member:ident = $value:literal, )*
    }) => {
        $(#[doc = $doc])+
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $int);

        #[allow(non_upper_case_globals)]
        impl $name {
            $(
                #[doc = concat!("`", stringify!($member), "` = ", stringify!($value), $("; ", $note, )? ".")]
                pub const $member: Self = Self($value);
            )*

            /// The name, if the specification has one for this value.
            pub const fn name(self) -> Option<&'static str> {
                <Self as $crate::consts::Constant>::TABLE.name_of(self.0 as u64)
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> $int {
                value.0
            }
        }

        impl From<$int> for $name {
            fn from(value: $int) -> $name {
                $name(value)
            }
        }
    };

    (@bitmask $name:ident $int:ident $(#[doc = $doc:literal])+ {
        $( $(#[doc = $note:literal])? $member:ident = $value:literal, )*
    }) => {
        bitflags::bitflags! {
            $(#[doc = $doc])+
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
            pub struct $name: $int {
                $(
                    #[doc = concat!("`", stringify!($member), "` = ", stringify!($value), $("; ", $note, )? ".")]
                    const $member = $value;
                )*
                // Every bit is kept, named or not.
                const _ = !0;
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> $int {
                value.bits()
            }
        }

        impl From<$int> for $name {
            fn from(value: $int) -> $name {
                $name::from_bits_retain(value)
            }
        }
    };

    (@member $mark:ident, $member:ident $value:literal [$($since:ident)?] [$($also:ident)*] $($note:literal)?) => {
        $crate::consts::Member {
            name: stringify!($member),
            value: $value,
            also: &[$(stringify!($also)),*],
            source: $crate::consts::declare::marks::$mark,
            since: $crate::consts::declare::releases::first(&[$($crate::consts::declare::releases::$since)?]),
            note: concat!($($note)?).trim_ascii(),
        }
    };
    (@kind enumeration) => { $crate::consts::Kind::Enum };
    (@kind bitmask) => { $crate::consts::Kind::Flags };
    (@value enumeration $value:ident) => { u64::from($value.0) };
    (@value bitmask $value:ident) => { u64::from($value.bits()) };

    ($(
        $(#[doc = $doc:literal])+
        $kind:ident $name:ident: $int:ident, $section:literal, $used_by:literal {
            $( $(#[doc = $note:literal])? $member:ident = $value:literal $(since $since:ident)? $(also $also:ident)*, )*
            $(
                [$mark:ident] {
                    $( $(#[doc = $gnote:literal])? $gmember:ident = $gvalue:literal $(since $gsince:ident)? $(also $galso:ident)*, )+
                }
                $( $(#[doc = $tnote:literal])? $tmember:ident = $tvalue:literal $(since $tsince:ident)? $(also $talso:ident)*, )*
            )*
        }
    )+) => {
        $(
            constants! { @$kind $name $int $(#[doc = $doc])+ {
                $( $(#[doc = $note])? $member = $value, )*
                $(
                    $( $(#[doc = $gnote])? $gmember = $gvalue, )+
                    $( $(#[doc = $tnote])? $tmember = $tvalue, )*
                )*
            } }

            impl $crate::consts::Constant for $name {
                const TABLE: &'static $crate::consts::Constants = {
                    // A `static`, so that the table stands in the program once.
                    static TABLE: $crate::consts::Constants = $crate::consts::Constants {
                        name: stringify!($name),
                        kind: constants!(@kind $kind),
                        width: $int::BITS as u8,
                        section: $section,
                        used_by: $used_by,
                        members: &[
                            $( constants!(@member spec, $member $value [$($since)?] [$($also)*] $($note)?), )*
                            $(
                                $( constants!(@member $mark, $gmember $gvalue [$($gsince)?] [$($galso)*] $($gnote)?), )+
                                $( constants!(@member spec, $tmember $tvalue [$($tsince)?] [$($talso)*] $($tnote)?), )*
                            )*
                        ],
                    };
                    &TABLE
                };

                fn value(self) -> u64 {
                    constants!(@value $kind self)
                }
            }

            impl core::fmt::Display for $name {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    use $crate::consts::Constant as _;
                    Self::TABLE.display(self.value()).fmt(f)
                }
            }

            impl core::fmt::Debug for $name {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    core::fmt::Display::fmt(self, f)
                }
            }
        )+

        /// The tables of this file.
        pub(in crate::consts) const TABLES: &[&$crate::consts::Constants] = &[
            $( <$name as $crate::consts::Constant>::TABLE, )+
        ];
    };
}

pub(super) use constants;
