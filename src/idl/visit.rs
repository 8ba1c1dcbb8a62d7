//! A message's values and, inside them, what its buffers hold: in one pass, to one [`Visitor`].
//!
//! What a buffer holds depends on values before it (a registry type, an object type) and, in a response, on the control
//! code of the request. [`Message::visit`] takes the first from the stub; [`Message::visit_with`] is told the second.

use crate::base::Guid;
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::consts::Constants;
use crate::consts::change::CLUSTER_OBJECT_TYPE;
use crate::consts::content::BufferFormat;
use crate::consts::properties;
use crate::consts::registry::RegistryValueType;
use crate::consts::witness::WitnessMessageType;
use crate::consts::{Constant, Kind};
use crate::idl::structures::RESP_ASYNC_NOTIFY;
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Counts, Item, Open, Overhead, Place, Visitor};
use crate::ndr::wire::{self, Message};
use crate::ndr::{Method, WStr, names};
use crate::structs::Structure;
use crate::structs::content::{self, Context, Secrecy, ShapeKind};
use crate::structs::packed::ByteCursor;
use crate::structs::reader::DECODED;
use core::ops::Range;

/// What the values of a stub that were met so far tell about the buffers behind them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Buffers<'c> {
    /// For [`crate::structs`].
    pub content: Context<'c>,
}

impl Buffers<'_> {
    /// Takes notice of a string.
    #[inline]
    pub fn string(&mut self, field: &Field, text: WStr<'_>) {
        if let Semantics::ValueName = field.semantics {
            self.content.secret_value = Some(properties::is_secret(text.units()));
        }
    }

    /// Takes notice of an integer.
    #[inline]
    pub fn scalar(&mut self, field: &Field, value: u64) {
        match field.semantics {
            Semantics::ControlCode(family) => self.content.control_code = Some((family, value as u32)),
            Semantics::NotifyFlags => self.content.filter_flags = Some(value),
            Semantics::Count if field.id == RESP_ASYNC_NOTIFY::NumberOfMessages => {
                self.content.messages = Some(value as u32);
            }
            Semantics::Enum(table) => {
                let value = Some(value as u32);
                if core::ptr::eq(table, RegistryValueType::TABLE) {
                    self.content.registry_type = value;
                } else if core::ptr::eq(table, CLUSTER_OBJECT_TYPE::TABLE) {
                    self.content.object_type = value;
                } else if core::ptr::eq(table, WitnessMessageType::TABLE) {
                    self.content.message_type = value;
                }
            }
            _ => {}
        }
    }
}

impl<'a> Message<'a> {
    /// Hands every value to `visitor`, those inside buffers too, with the range of its bytes in the stub. Of a response
    /// whose buffers depend on the request's control code use [`Message::visit_with`].
    ///
    /// ```
    /// use cluscope::idl::cluster::ApiClusterControl;
    /// use cluscope::consts::control_codes::Family;
    /// use cluscope::ndr::{At, Item, Visitor};
    /// use cluscope::ndr::Message;
    /// use cluscope::ndr::{Direction, Endian, Syntax, Version};
    /// use cluscope::structs::Context;
    ///
    /// /// Prints path and byte range of each value.
    /// struct Print(Vec<String>);
    ///
    /// impl<'a> Visitor<'a> for Print {
    ///     fn value(&mut self, at: At<'_>, item: Item<'a>) {
    ///         self.0.push(format!("{} {:?} {item:?}", at.path, at.range()));
    ///     }
    /// }
    ///
    /// // The answer to CLUSCTL_CLUSTER_GET_COMMON_PROPERTIES: a property list with one property, A = 7.
    /// let list = [1, 0, 0, 0, 3, 0, 4, 0, 4, 0, 0, 0, b'A', 0, 0, 0, 2, 0, 1, 0, 4, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
    /// let mut stub = vec![32, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0];
    /// stub.extend(list);
    /// stub.extend([32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    ///
    /// let method = &ApiClusterControl::METHOD;
    /// let kind = cluscope::idl::kind(method, Version::V3_0, Direction::Response, Syntax::Ndr, Endian::Little).unwrap();
    /// let message = Message::decode(method, kind, &stub).unwrap();
    /// let mut print = Print(Vec::new());
    /// let context = Context { control_code: Some((Family::Cluster, 0x0700_0059)), ..Context::default() };
    /// message.visit_with(context, &mut print);
    /// assert_eq!(print.0[1], "lpOutBuffer.properties[0].name 24..28 Text(\"A\")");
    /// assert_eq!(print.0[3], "lpOutBuffer.properties[0].values[0].value 36..40 Uint(7)");
    /// ```
    pub fn visit<V: Visitor<'a> + ?Sized>(&self, visitor: &mut V) {
        self.visit_with(Context::default(), visitor);
    }

    /// Reads a stub and hands every value to `visitor` on the way, those inside buffers too: [`Message::decode`] and
    /// [`Message::visit_with`] in one pass.
    ///
    /// # Errors
    /// As [`Message::decode`]; the visitor has seen what came before.
    pub fn decode_and_visit<V: Visitor<'a> + ?Sized>(
        method: &'static Method,
        kind: wire::Kind,
        data: &'a [u8],
        context: Context<'_>,
        visitor: &mut V,
    ) -> Result<Message<'a>, Error> {
        let version = kind.version;
        let mut contents = Contents { buffers: Buffers { content: context }, kinds: None, version, visitor };
        let message = Message::decode_with(method, kind, data, &mut contents)?;
        message.visit_trailing(visitor);
        Ok(message)
    }

    /// The same with what is known of the buffers from elsewhere: of a response the control code of its request.
    pub fn visit_with<V: Visitor<'a> + ?Sized>(&self, context: Context<'_>, visitor: &mut V) {
        let version = self.version;
        let mut contents = Contents { buffers: Buffers { content: context }, kinds: None, version, visitor };
        self.visit_parameters(&mut contents);
        self.visit_trailing(visitor);
    }

    fn visit_trailing<V: Visitor<'a> + ?Sized>(&self, visitor: &mut V) {
        if !self.trailing().is_empty() {
            visitor.overhead(self.consumed..self.cx.data.len(), Overhead::Trailing);
        }
    }
}

/// Hands values on, and what buffers hold besides.
struct Contents<'v, 'c, V: ?Sized> {
    buffers: Buffers<'c>,
    /// The mask that names the entries of the list that is being read.
    kinds: Option<&'static Constants>,
    version: usize,
    visitor: &'v mut V,
}

impl<V: ?Sized> Contents<'_, '_, V> {
    /// What a number means where its declaration leaves that to values before it.
    fn semantics(&self, semantics: Semantics) -> Semantics {
        let table = match semantics {
            Semantics::ObjectKind => self.kinds,
            Semantics::NotifyFlags => names::notify_flags(self.buffers.content.object_type.unwrap_or(0)),
            _ => None,
        };
        match table {
            Some(table) if table.kind == Kind::Enum => Semantics::Enum(table),
            Some(table) => Semantics::Flags(table),
            None => semantics,
        }
    }

    /// What bytes hold, as far as somebody says so.
    fn shape(&self, at: &At<'_>, bytes: &[u8]) -> Option<content::Shape> {
        let shape = content::shape(at.semantics, self.version, &self.buffers.content, bytes);
        match shape.kind {
            _ if shape.secrecy != Secrecy::None || shape.guess => Some(shape),
            ShapeKind::Nothing => None,
            ShapeKind::Format(BufferFormat::Struct(name)) if Structure::by_name(name).is_none() => None,
            _ => Some(shape),
        }
    }
}

/// Methods that hand on what they are told.
macro_rules! pass {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => {
        $(fn $name(&mut self, at: At<'_>, $($arg: $ty),*) {
            self.visitor.$name(at, $($arg),*);
        })*
    };
}

impl<'a, V: Visitor<'a> + ?Sized> Visitor<'a> for Contents<'_, '_, V> {
    fn wants_diagnostics(&self) -> bool {
        self.visitor.wants_diagnostics()
    }

    fn wants_overhead(&self) -> bool {
        self.visitor.wants_overhead()
    }

    fn wants(&self, place: usize) -> bool {
        self.visitor.wants(place)
    }

    pass! {
        filetime(value: u64);
        handle(handle: ContextHandle);
        guid(guid: Guid);
        units(units: WStr<'a>);
        null();
        alias(referent: u64);
        value(item: Item<'a>);
        end(open: Open<'a>);
        counts(counts: Counts);
        pointer(referent: u64);
    }

    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        self.buffers.scalar(at.field, value);
        self.visitor.scalar(At { semantics: self.semantics(at.semantics), ..at }, scalar, value);
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.buffers.string(at.field, text);
        self.visitor.string(at, text);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if let Semantics::Kinds(table) = at.semantics {
            self.kinds = Some(table);
        }
        self.visitor.begin(at, open);
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        let Some(shape) = self.shape(&at, bytes) else { return self.visitor.bytes(at, bytes) };
        // What may be a secret, or may hold one, is handed on as one: nobody knows what it is.
        if shape.secrecy != Secrecy::None || shape.guess {
            return self.visitor.bytes(At { semantics: Semantics::Opaque, ..at }, bytes);
        }
        let open = Open::Bytes(bytes);
        self.visitor.begin(at, open);
        let input = ByteCursor::within(bytes, at.offset);
        match content::read(&shape, input, Place::member(&DECODED, at.path), self.visitor) {
            Ok(rest) if rest.is_empty() => {}
            Ok(rest) => self.visitor.overhead(rest.range(), Overhead::Trailing),
            Err(error) => {
                let start = error.offset.clamp(at.range().start, at.range().end);
                self.visitor.overhead(start..at.range().end, Overhead::Unread);
                self.visitor.buffer_error(at, error);
            }
        }
        self.visitor.end(at, open);
    }

    fn overhead(&mut self, range: Range<usize>, overhead: Overhead) {
        self.visitor.overhead(range, overhead);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.visitor.diagnostic(diagnostic);
    }

    fn buffer_error(&mut self, at: At<'_>, error: Error) {
        self.visitor.buffer_error(at, error);
    }
}
