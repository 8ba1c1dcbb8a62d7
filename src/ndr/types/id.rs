//! Names of methods and of fields, as constants that the declarations make.
//!
//! A rule that concerns a method or a parameter names the constant: `ApiCreateEnum::ID`,
//! `ApiCreateEnum::params::dwType`, `ENUM_ENTRY::Type`. A misspelt name does not compile, and comparing two names is
//! comparing two integers in nearly every case.
//!
//! Always write them with the path in front: a bare name in a pattern is a new variable, whatever it is called.

use core::fmt;

/// FNV-1a, 32 bits.
const fn hash(name: &str) -> u32 {
    let name = name.as_bytes();
    let mut hash = 0x811c_9dc5_u32;
    let mut i = 0;
    while i < name.len() {
        hash = (hash ^ name[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    hash
}

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident;)*) => {
        $(
            $(#[$doc])*
            // The hash stands first: names of different hashes are never compared to the letter.
            #[derive(Clone, Copy, PartialEq, Eq, Hash)]
            pub struct $id {
                hash: u32,
                name: &'static str,
            }

            impl $id {
                /// For the macros that make the constants.
                #[doc(hidden)]
                pub const fn of(name: &'static str) -> Self {
                    $id { hash: hash(name), name }
                }

                /// The name in the specification, to the letter.
                pub const fn name(self) -> &'static str {
                    self.name
                }
            }

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.name)
                }
            }

            impl fmt::Debug for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.name)
                }
            }

            #[cfg(feature = "std")]
            impl From<$id> for alloc::string::String {
                fn from(id: $id) -> Self {
                    id.name.into()
                }
            }
        )*
    };
}

ids! {
    /// The name of a method. Each [`interface!`](crate::interface) declaration has one as `ID` in the method's module.
    MethodId;
    /// The name of a parameter, of a structure's member or of the return value. Parameters of the same name have equal
    /// ids, so that what concerns all of them (`lpdwGrantedAccess`) names any one of their declarations.
    FieldId;
}

impl FieldId {
    /// The return value of every method.
    pub const RETURN: FieldId = FieldId::of("return");
}

#[cfg(test)]
mod tests {
    use super::FieldId;
    use crate::idl::cluster::{ApiCreateEnum, ApiCreateEnumEx};
    use crate::idl::structures::ENUM_ENTRY;

    #[test]
    fn equal_names_are_equal() {
        assert_eq!(ApiCreateEnum::params::dwType, ApiCreateEnumEx::params::dwType);
        assert_ne!(ApiCreateEnum::params::dwType, ENUM_ENTRY::Type);
        assert_ne!(ApiCreateEnum::ID, ApiCreateEnumEx::ID);
        assert_eq!((ApiCreateEnum::ID, FieldId::RETURN.name()), (ApiCreateEnum::METHOD.id, "return"));
    }

    #[test]
    fn names_of_equal_hashes_differ() {
        // Two words whose FNV-1a hashes are the same.
        let (one, other) = (FieldId::of("costarring"), FieldId::of("liquid"));
        assert_eq!(one.hash, other.hash);
        assert_ne!(one, other);
    }
}
