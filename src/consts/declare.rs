//! `constants!`: one declaration makes a newtype, its named values and its table.
//!
//! ```text
//! constants! {
//!     /// State of a resource.
//!     enumeration ClusterResourceState: u32, "3.1.4.1.13; 3.1.4.2.13", "State of ApiGetResourceState" {
//!         ClusterResourceOnline = 2,
//!         /// one line at most: it becomes the member's note too
//!         ClusterResourceOnlinePending = 0x81,
//!     }
//!     /// Changes of the cluster.
//!     bitmask CLUSTER_CHANGE: u32, "2.2.2.7", "dwFilter of ApiAddNotify*" { … }
//! }
//! ```
//!
//! An `enumeration` is a plain newtype, a `bitmask` a `bitflags` type that keeps all bits. Both implement
//! [`Constant`](super::Constant), `Debug` and `Display` (name and number) and convert from and to their integer. The
//! file that uses the macro gets a `TABLES` list, from which [`super::ALL`] is joined.

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

    (@kind enumeration) => { $crate::consts::Kind::Enum };
    (@kind bitmask) => { $crate::consts::Kind::Flags };
    (@value enumeration $value:ident) => { u64::from($value.0) };
    (@value bitmask $value:ident) => { u64::from($value.bits()) };

    ($(
        $(#[doc = $doc:literal])+
        $kind:ident $name:ident: $int:ident, $section:literal, $used_by:literal {
            $( $(#[doc = $note:literal])? $member:ident = $value:literal, )*
        }
    )+) => {
        $(
            constants! { @$kind $name $int $(#[doc = $doc])+ {
                $( $(#[doc = $note])? $member = $value, )*
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
                            $( $crate::consts::Member {
                                name: stringify!($member),
                                value: $value,
                                note: concat!($($note)?).trim_ascii(),
                            }, )*
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
