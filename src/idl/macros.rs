//! `interface!` and `structure!`: IDL in, static data and typed views out.
//!
//! A declaration is the specification's IDL with a few additions: a method's opnum and sections in front of it, and
//! behind a parameter what its value means (`=> flags(ClusterEnumType)`). A parameter that only one version of the
//! interface has carries `v2` or `v3` among its attributes; `v3_range` is a range that only 3.0 gives; `tells` marks what a line
//! about the call names of it, beside the objects of its handles. An `error_status_t` needs no meaning (it is a Win32 code,
//! or the runtime's status if its name is `rpc_status`), nor do strings, handles and structures.
//!
//! ```text
//! interface! {
//!     8 ("3.1.4.1.9", "3.1.4.2.9")
//!     HRES_RPC ApiOpenResource(
//!         [in, string] LPCWSTR lpszResourceName,
//!         [out] error_status_t *Status,
//!         [out, v3] error_status_t *rpc_status);
//! }
//! ```
//!
//! Each method becomes a module of its name with its descriptor `METHOD`, its name `ID` and those of its parameters
//! (`params`) as constants, the views `Request` and `Response` with an accessor for each parameter, and a builder for
//! either. Rules name the constants, so that a name that no declaration has does not compile:
//!
//! ```compile_fail,E0433
//! let id = cluscope::idl::cluster::ApiCreateEnumm::ID;
//! ```
//!
//! ```compile_fail,E0425
//! let id = cluscope::idl::cluster::ApiCreateEnum::params::dwTipe;
//! ```
//!
//! ```
//! use cluscope::idl::cluster::ApiCreateEnum;
//! use cluscope::idl::structures::ENUM_ENTRY;
//! assert_eq!(ApiCreateEnum::ID, ApiCreateEnum::METHOD.id);
//! assert_eq!(ApiCreateEnum::params::dwType.name(), "dwType");
//! assert!(ApiCreateEnum::METHOD.has(ApiCreateEnum::params::ReturnEnum));
//! assert_eq!(ENUM_ENTRY::Type.name(), "Type");
//! ```
//! What the IDL's words mean on the wire stands in
//! [`ndr_wire!`](crate::ndr_wire).

/// Declares methods. See the beginning of this file.
macro_rules! interface {
    ($(
        $(#[doc = $doc:literal])*
        $opnum:literal ($v2:literal, $v3:literal) $(#[$unused:ident])?
        $ret:ident $name:ident ( $($params:tt)* );
    )*) => {
        /// The methods of this file.
        pub static METHODS: &[&$crate::ndr::Method] = &[$(&$name::METHOD),*];
        $(
            #[allow(non_snake_case)]
            #[doc = concat!("Opnum ", $opnum, ": ", stringify!($name), $(" (", stringify!($unused), ")",)? ".")]
            $(#[doc = $doc])*
            ///
            #[doc = concat!("MS-CMRP or MS-SWN, section ", $v2, " (oldest version), ", $v3, " (newest version).")]
            ///
            /// ```idl
            #[doc = concat!(stringify!($ret), " ", stringify!($name), "(", stringify!($($params)*), ");")]
            /// ```
            pub mod $name {
                #[allow(unused_imports)]
                use super::*;
                $crate::ndr_method! {
                    @params [$opnum $name ($v2, $v3) $ret ($($unused)?)] [] [] []
                    $($params)*
                }
            }
        )*
    };
}

/// Takes the parameters of one method apart, one a step.
#[doc(hidden)]
macro_rules! ndr_method {
    // -- one parameter a step: its IDL type word, its name, 0, 1 or 2 stars or `[*]`
    (@params $m:tt $all:tt $req:tt $rsp:tt [$($a:tt)*] $t:ident $n:ident $(=> $k:ident $(($($ka:tt)*))?)? $(, $($rest:tt)*)?) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp {$t $n zero [$($k $(($($ka)*))?)?]} {} {} {} {} [$($a)*,] [$($($rest)*)?] }
    };
    (@params $m:tt $all:tt $req:tt $rsp:tt [$($a:tt)*] $t:ident * $n:ident $(=> $k:ident $(($($ka:tt)*))?)? $(, $($rest:tt)*)?) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp {$t $n one [$($k $(($($ka)*))?)?]} {} {} {} {} [$($a)*,] [$($($rest)*)?] }
    };
    (@params $m:tt $all:tt $req:tt $rsp:tt [$($a:tt)*] $t:ident * * $n:ident $(=> $k:ident $(($($ka:tt)*))?)? $(, $($rest:tt)*)?) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp {$t $n two [$($k $(($($ka)*))?)?]} {} {} {} {} [$($a)*,] [$($($rest)*)?] }
    };
    (@params $m:tt $all:tt $req:tt $rsp:tt [$($a:tt)*] $t:ident $n:ident [*] $(=> $k:ident $(($($ka:tt)*))?)? $(, $($rest:tt)*)?) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp {$t $n array [$($k $(($($ka)*))?)?]} {} {} {} {} [$($a)*,] [$($($rest)*)?] }
    };

    // -- its attributes: {flow} {what matters for the wire} {calls that complete the descriptor} {version mark}
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt {} $w:tt $b:tt $v:tt [in, out, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p {InOut} $w $b $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt {} $w:tt $b:tt $v:tt [in, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p {In} $w $b $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt {} $w:tt $b:tt $v:tt [out, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p {Out} $w $b $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} $b:tt $v:tt [string, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* string} $b $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} $b:tt $v:tt [unique, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* unique} $b $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} {$($b:tt)*} $v:tt [size_is(, *$x:ident), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* size2} {$($b)* (size_is Some(stringify!($x))) (size_is_star true)} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} {$($b:tt)*} $v:tt [size_is(*$x:ident), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* size} {$($b)* (size_is Some(stringify!($x))) (size_is_star true)} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} {$($b:tt)*} $v:tt [size_is($x:ident), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* size} {$($b)* (size_is Some(stringify!($x)))} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} {$($b:tt)*} $v:tt [length_is(*$x:ident), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* length} {$($b)* (length_is Some(stringify!($x))) (length_is_star true)} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt {$($w:tt)*} {$($b:tt)*} $v:tt [length_is($x:ident), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f {$($w)* length} {$($b)* (length_is Some(stringify!($x)))} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt $w:tt {$($b:tt)*} $v:tt [range($low:literal, $high:literal), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f $w {$($b)* (range Some(($low, $high)))} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt $w:tt {$($b:tt)*} $v:tt [v3_range($low:literal, $high:literal), $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f $w {$($b)* (range Some(($low, $high))) (range_versions $crate::ndr::types::Versions::SECOND)} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt $w:tt {$($b:tt)*} $v:tt [tells, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f $w {$($b)* (tells true)} $v [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt $w:tt {$($b:tt)*} $v:tt [v2, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f $w {$($b)* (versions $crate::ndr::types::Versions::FIRST)} {only} [$($a)*] $rest }
    };
    (@attrs $m:tt $all:tt $req:tt $rsp:tt $p:tt $f:tt $w:tt {$($b:tt)*} $v:tt [v3, $($a:tt)*] $rest:tt) => {
        $crate::ndr_method! { @attrs $m $all $req $rsp $p $f $w {$($b)* (versions $crate::ndr::types::Versions::SECOND)} {only} [$($a)*] $rest }
    };

    // -- attributes done: put the parameter on the lists it belongs to
    (@attrs $m:tt [$($all:tt)*] [$($req:tt)*] $rsp:tt $p:tt {In} $w:tt $b:tt $v:tt [] [$($rest:tt)*]) => {
        $crate::ndr_method! { @params $m [$($all)* {$p In $w $b}] [$($req)* {$p $w $v}] $rsp $($rest)* }
    };
    (@attrs $m:tt [$($all:tt)*] $req:tt [$($rsp:tt)*] $p:tt {Out} $w:tt $b:tt $v:tt [] [$($rest:tt)*]) => {
        $crate::ndr_method! { @params $m [$($all)* {$p Out $w $b}] $req [$($rsp)* {$p $w $v}] $($rest)* }
    };
    (@attrs $m:tt [$($all:tt)*] [$($req:tt)*] [$($rsp:tt)*] $p:tt {InOut} $w:tt $b:tt $v:tt [] [$($rest:tt)*]) => {
        $crate::ndr_method! { @params $m [$($all)* {$p InOut $w $b}] [$($req)* {$p $w $v}] [$($rsp)* {$p $w $v}] $($rest)* }
    };

    // -- all parameters done
    (@params [$opnum:literal $name:ident ($v2:literal, $v3:literal) $ret:ident ($($unused:ident)?)]
        [$({{$t:ident $n:ident $stars:ident [$($k:tt)*]} $flow:ident {$($w:tt)*} {$(($bf:ident $bv:expr))*}})*]
        [$($req:tt)*] [$($rsp:tt)*]
    ) => {
        #[allow(unused_mut)]
        static FIELDS: &[$crate::ndr::Field] = &[
            $({
                const TYPE: $crate::ndr::Type = <$crate::ndr_wire!(param {$($w)*} $t $stars) as $crate::ndr::wire::Wire>::TYPE;
                let mut field = $crate::ndr::Field::new(
                    stringify!($n), stringify!($t), &TYPE, $crate::ndr::types::Flow::$flow,
                    $crate::ndr_meaning!([$($k)*] $t $n),
                );
                field.reference = $crate::ndr_method!(@reference $stars);
                $(field.$bf = $bv;)*
                field
            },)*
            {
                const TYPE: $crate::ndr::Type = <$crate::ndr_wire!(param {} $ret zero) as $crate::ndr::wire::Wire>::TYPE;
                $crate::ndr::Field::new(
                    "return", stringify!($ret), &TYPE, $crate::ndr::types::Flow::Return,
                    $crate::ndr_meaning!([] $ret return),
                )
            },
        ];

        /// The method's name, for comparing.
        pub const ID: $crate::ndr::types::MethodId = $crate::ndr::types::MethodId::of(stringify!($name));

        /// The names of the parameters, for comparing.
        #[allow(non_upper_case_globals)]
        pub mod params {
            #[allow(unused_imports)]
            use $crate::ndr::types::FieldId;
            $(
                #[doc = concat!("`", stringify!($n), "`, a `", stringify!($t), "`.")]
                pub const $n: FieldId = FieldId::of(stringify!($n));
            )*
        }

        /// The method's descriptor.
        pub static METHOD: $crate::ndr::Method = $crate::ndr::Method::new(
            $opnum,
            stringify!($name),
            $crate::ndr::types::Versions::of($v2, $v3),
            [$v2, $v3],
            $crate::ndr_method!(@on_wire $($unused)?),
            FIELDS,
        );

        $crate::ndr_method! { @view Request RequestBuilder request [$($req)*] }
        $crate::ndr_method! { @view Response ResponseBuilder response [$($rsp)* {{$ret r#return zero []} {} {}}] }
    };
    (@reference zero) => { false };
    (@reference $stars:ident) => { true };
    (@on_wire NotUsedOnWire) => { false };
    (@on_wire) => { true };

    (@view $view:ident $builder:ident $direction:ident [$({{$t:ident $n:ident $stars:ident $k:tt} {$($w:tt)*} {$($only:ident)?}})*]) => {
        #[doc = concat!("A ", stringify!($direction), " of this method, borrowed from its stub.")]
        #[derive(Clone, Copy)]
        pub struct $view<'a>($crate::ndr::wire::Message<'a>);

        #[allow(non_snake_case)]
        impl<'a> $view<'a> {
            /// Reads a stub to its end.
            ///
            /// # Errors
            /// The first thing that makes going on impossible.
            pub fn decode(
                version: $crate::ndr::Version,
                syntax: $crate::ndr::Syntax,
                endian: $crate::ndr::Endian,
                stub: &'a [u8],
            ) -> Result<Self, $crate::base::error::Error> {
                let kind = $crate::idl::kind(&METHOD, version, $crate::ndr::Direction::$view, syntax, endian)?;
                $crate::ndr::wire::Message::decode(&METHOD, kind, stub).map($view)
            }

            /// The view of a message that is one.
            pub fn of(message: $crate::ndr::wire::Message<'a>) -> Option<Self> {
                let same = message.method.opnum == METHOD.opnum && message.method.name == METHOD.name;
                (same && message.direction == $crate::ndr::Direction::$view).then_some($view(message))
            }

            /// The message.
            pub fn message(&self) -> $crate::ndr::wire::Message<'a> {
                self.0
            }

            /// Starts a new one.
            #[cfg(feature = "std")]
            #[allow(clippy::new_ret_no_self)]
            pub fn builder() -> $builder {
                $builder::default()
            }

            $(
                #[doc = concat!("`", stringify!($t), "` (", stringify!($stars), " stars), `", stringify!($n), "`", $("; ", stringify!($only), " in one of the versions",)? ".")]
                pub fn $n(&self) -> $crate::ndr_method!(@answer [$($only)?] <$crate::ndr_wire!(param {$($w)*} $t $stars) as $crate::ndr::wire::Wire>::View<'a>) {
                    const INDEX: usize = $crate::ndr::wire::index_of(FIELDS, $crate::ndr_method!(@name $n));
                    $crate::ndr_method!(@found [$($only)?] self <$crate::ndr_wire!(param {$($w)*} $t $stars)>)
                }
            )*
        }

        impl core::fmt::Debug for $view<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::ndr::wire::debug(&self.0, f)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $view<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        #[doc = concat!("Builds a ", stringify!($direction), " from values.")]
        #[cfg(feature = "std")]
        #[derive(Clone, Debug, Default)]
        pub struct $builder {
            /// The values so far.
            pub contents: $crate::ndr::value::Contents,
        }

        #[cfg(feature = "std")]
        #[allow(non_snake_case)]
        impl $builder {
            $(
                #[doc = concat!("Sets `", stringify!($n), "`.")]
                #[must_use]
                pub fn $n(mut self, value: impl Into<$crate::ndr::Value>) -> Self {
                    self.contents.fields.set($crate::ndr_method!(@name $n), value);
                    self
                }
            )*

            /// Encodes what was set.
            ///
            /// # Errors
            /// Names the first parameter that is missing, of the wrong kind or out of range.
            pub fn encode(
                &self,
                version: $crate::ndr::Version,
                syntax: $crate::ndr::Syntax,
                endian: $crate::ndr::Endian,
            ) -> Result<alloc::vec::Vec<u8>, $crate::ndr::EncodeError> {
                $crate::idl::encode(&METHOD, version, $crate::ndr::Direction::$view, syntax, endian, &self.contents)
            }
        }
    };
    (@name r#return) => { "return" };
    (@name $n:ident) => { stringify!($n) };
    (@answer [only] $t:ty) => { Option<$t> };
    (@answer [] $t:ty) => { $t };
    (@found [only] $self:ident <$t:ty>) => { $self.0.field::<$t>(INDEX) };
    (@found [] $self:ident <$t:ty>) => { $self.0.present::<$t>(INDEX) };
}

/// What the IDL's words mean on the wire: place (parameter or member), attributes that matter, type word, stars.
#[doc(hidden)]
macro_rules! ndr_wire {
    (param {} $t:ident zero) => { <$t as $crate::ndr::wire::Idl>::Zero };
    (param {} $t:ident one) => { <$t as $crate::ndr::wire::Idl>::One };
    (param {string} $t:ident zero) => { <$t as $crate::ndr::wire::Idl>::Zero };
    (param {string} $t:ident one) => { <$t as $crate::ndr::wire::Idl>::One };
    (param {string unique} $t:ident zero) => { $crate::ndr::wire::Unique<<$t as $crate::ndr::wire::Idl>::Zero> };
    (param {unique} $t:ident zero) => { $crate::ndr::wire::Unique<<$t as $crate::ndr::wire::Idl>::Zero> };
    (param {string size} $t:ident array) => { $crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::One> };
    (param {size} $t:ident one) => { $crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero> };
    (param {unique size} $t:ident one) => { $crate::ndr::wire::Unique<$crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero>> };
    (param {size length} $t:ident one) => { $crate::ndr::wire::ConfVar<<$t as $crate::ndr::wire::Idl>::Zero> };
    (param {size length} $t:ident array) => { $crate::ndr::wire::ConfVar<<$t as $crate::ndr::wire::Idl>::Zero> };
    (param {size2} $t:ident $stars:ident) => { $crate::ndr::wire::Unique<$crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero>> };

    // Embedded pointers are unique: no pointer_default is printed (errata E-09).
    (member {} $t:ident zero) => { <$t as $crate::ndr::wire::Idl>::Zero };
    (member {string} $t:ident zero) => { <$t as $crate::ndr::wire::Idl>::One };
    (member {size} $t:ident one) => { $crate::ndr::wire::Unique<$crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero>> };
    (member {size unique} $t:ident $stars:ident) => { $crate::ndr::wire::Unique<$crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero>> };
    (member {size length} $t:ident one) => { $crate::ndr::wire::Unique<$crate::ndr::wire::ConfVar<<$t as $crate::ndr::wire::Idl>::Zero>> };
    (member {size} $t:ident array) => { $crate::ndr::wire::Conf<<$t as $crate::ndr::wire::Idl>::Zero> };
    (member {} $t:ident $n:literal) => { $crate::ndr::wire::Fixed<<$t as $crate::ndr::wire::Idl>::Zero, $n> };
}

/// What a value means, from the words behind `=>`, or else from its type and name.
#[doc(hidden)]
macro_rules! ndr_meaning {
    ([enumeration($e:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Enum(<$e as $crate::consts::Constant>::TABLE) };
    ([flags($e:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Flags(<$e as $crate::consts::Constant>::TABLE) };
    ([kinds($e:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Kinds(<$e as $crate::consts::Constant>::TABLE) };
    ([size($p:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Size(stringify!($p)) };
    ([capacity($p:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Capacity(stringify!($p)) };
    ([required($p:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Required(stringify!($p)) };
    ([constant($c:literal)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Const($c) };
    ([custom($s:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::Custom(stringify!($s)) };
    ([control_code($f:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::ControlCode($crate::ndr::types::Family::$f) };
    ([property_list($f:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::PropertyListOf($crate::ndr::types::Family::$f) };
    ([control_input($f:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::ControlInput($crate::ndr::types::Family::$f) };
    ([control_output($f:ident)] $t:ident $n:ident) => { $crate::ndr::types::Semantics::ControlOutput($crate::ndr::types::Family::$f) };
    ([by_version($a:ident $(($($aa:tt)*))?, $b:ident $(($($ba:tt)*))?)] $t:ident $n:ident) => {
        $crate::ndr::types::Semantics::ByVersion(&[
            $crate::ndr_meaning!([$a $(($($aa)*))?] $t $n),
            $crate::ndr_meaning!([$b $(($($ba)*))?] $t $n),
        ])
    };
    ([$plain:ident] $t:ident $n:ident) => { $crate::ndr::types::Semantics::$plain };
    ([] error_status_t rpc_status) => { $crate::ndr::types::Semantics::RpcStatus };
    ([] error_status_t $n:ident) => { $crate::ndr::types::Semantics::Win32 };
    ([] DWORD return) => { $crate::ndr::types::Semantics::Win32 };
    ([] $t:ident $n:ident) => { <$t as $crate::ndr::wire::Idl>::SEMANTICS };
}

/// Declares the structures of section 2.2.3 that travel as NDR: descriptor and view from one declaration. Members are
/// written as in the specification's IDL, with `=>` and what the value means behind them.
macro_rules! structure {
    ($(
        $(#[doc = $doc:literal])*
        ($section:literal) struct $name:ident { $($members:tt)* }
    )*) => {
        $(
            $(#[doc = $doc])*
            ///
            #[doc = concat!("Section ", $section, ".")]
            ///
            /// ```idl
            #[doc = concat!("struct ", stringify!($name), " { ", stringify!($($members)*), " };")]
            /// ```
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            $crate::ndr_struct! { @members [$section $name] [] $($members)* }
        )*

        /// The structures as they lie in a validated stub, with an accessor for each member.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        pub mod views {
            $(
                #[doc = concat!("A view of [`", stringify!($name), "`](super::", stringify!($name), "), section ", $section, ".")]
                #[derive(Clone, Copy, Debug)]
                pub struct $name<'a>(pub(super) $crate::ndr::wire::Node<'a>);
            )*
        }
    };
}

/// Takes the members of one structure apart, one a step.
#[doc(hidden)]
macro_rules! ndr_struct {
    (@members $s:tt $all:tt $([$($a:tt)*])? $t:ident $n:ident $(=> $k:ident $(($($ka:tt)*))?)?; $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all {$t $n zero [$($k $(($($ka)*))?)?]} {} {} [$($($a)*,)?] $($rest)* }
    };
    (@members $s:tt $all:tt $([$($a:tt)*])? $t:ident * $n:ident $(=> $k:ident $(($($ka:tt)*))?)?; $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all {$t $n one [$($k $(($($ka)*))?)?]} {} {} [$($($a)*,)?] $($rest)* }
    };
    (@members $s:tt $all:tt $([$($a:tt)*])? $t:ident $n:ident [*] $(=> $k:ident $(($($ka:tt)*))?)?; $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all {$t $n array [$($k $(($($ka)*))?)?]} {} {} [$($($a)*,)?] $($rest)* }
    };
    (@members $s:tt $all:tt $([$($a:tt)*])? $t:ident $n:ident [$dim:literal] $(=> $k:ident $(($($ka:tt)*))?)?; $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all {$t $n $dim [$($k $(($($ka)*))?)?]} {} {} [$($($a)*,)?] $($rest)* }
    };

    (@attrs $s:tt $all:tt $p:tt {$($w:tt)*} $b:tt [string, $($a:tt)*] $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all $p {$($w)* string} $b [$($a)*] $($rest)* }
    };
    (@attrs $s:tt $all:tt $p:tt {$($w:tt)*} $b:tt [unique, $($a:tt)*] $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all $p {$($w)* unique} $b [$($a)*] $($rest)* }
    };
    (@attrs $s:tt $all:tt $p:tt {$($w:tt)*} {$($b:tt)*} [size_is($x:ident), $($a:tt)*] $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all $p {$($w)* size} {$($b)* (size_is Some(stringify!($x)))} [$($a)*] $($rest)* }
    };
    (@attrs $s:tt $all:tt $p:tt {$($w:tt)*} {$($b:tt)*} [length_is($x:ident), $($a:tt)*] $($rest:tt)*) => {
        $crate::ndr_struct! { @attrs $s $all $p {$($w)* length} {$($b)* (length_is Some(stringify!($x)))} [$($a)*] $($rest)* }
    };
    (@attrs $s:tt [$($all:tt)*] $p:tt $w:tt $b:tt [] $($rest:tt)*) => {
        $crate::ndr_struct! { @members $s [$($all)* {$p $w $b}] $($rest)* }
    };

    (@members [$section:literal $name:ident]
        [$({{$t:ident $n:ident $stars:tt [$($k:tt)*]} {$($w:tt)*} {$(($bf:ident $bv:expr))*}})*]
    ) => {
        impl $name {
            /// The descriptor.
            pub const DECLARATION: &'static $crate::ndr::Struct = {
                #[allow(unused_mut)]
                static FIELDS: &[$crate::ndr::Field] = &[
                    $({
                        const TYPE: $crate::ndr::Type = <$crate::ndr_wire!(member {$($w)*} $t $stars) as $crate::ndr::wire::Wire>::TYPE;
                        let mut field = $crate::ndr::Field::new(
                            stringify!($n), stringify!($t), &TYPE, $crate::ndr::types::Flow::Member,
                            $crate::ndr_meaning!([$($k)*] $t $n),
                        );
                        $(field.$bf = $bv;)*
                        field
                    },)*
                ];
                static STRUCT: $crate::ndr::Struct = $crate::ndr::Struct::new(stringify!($name), $section, FIELDS);
                &STRUCT
            };
        }

        /// The names of the members, for comparing.
        #[allow(non_upper_case_globals)]
        impl $name {
            $(
                #[doc = concat!("`", stringify!($n), "`, a `", stringify!($t), "`.")]
                pub const $n: $crate::ndr::types::FieldId = $crate::ndr::types::FieldId::of(stringify!($n));
            )*
        }

        impl $crate::ndr::wire::Wire for $name {
            const TYPE: $crate::ndr::Type = $crate::ndr::Type::Struct($name::DECLARATION);
            type View<'a> = views::$name<'a>;
            fn view(node: $crate::ndr::wire::Node<'_>) -> views::$name<'_> {
                views::$name(node)
            }
        }

        impl $crate::ndr::wire::Idl for $name {
            type Zero = $name;
            type One = $name;
            const SEMANTICS: $crate::ndr::types::Semantics = $crate::ndr::types::Semantics::Structure;
        }

        #[allow(non_snake_case)]
        impl<'a> views::$name<'a> {
            $(
                #[doc = concat!("`", stringify!($n), "`, a `", stringify!($t), "`.")]
                pub fn $n(&self) -> <$crate::ndr_wire!(member {$($w)*} $t $stars) as $crate::ndr::wire::Wire>::View<'a> {
                    const INDEX: usize = $crate::ndr::wire::index_of($name::DECLARATION.fields, stringify!($n));
                    self.0.member::<$crate::ndr_wire!(member {$($w)*} $t $stars)>(INDEX)
                }
            )*
        }
    };
}

#[cfg(test)]
pub(crate) use structure;
pub(crate) use {interface, ndr_meaning, ndr_method, ndr_struct, ndr_wire};
