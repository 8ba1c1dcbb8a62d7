//! What a request tells that its response doesn't: kept from the one to the other, because a response's buffer can only
//! be read by the control code that asked for it.

use crate::base::bounds;
use crate::consts::control_codes::Family;
use crate::consts::properties;
use crate::idl::resource_type::ApiResourceTypeControl;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{Direction, Method, WStr};
use crate::structs::content;
use alloc::string::String;

/// What the request of a call told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// The control code, by the family of the method it came with.
    pub control_code: Option<(Family, u32)>,
    /// The resource type whose control code it is.
    pub resource_type: Option<String>,
    /// Whether the name of the registry value that was asked for says that the value is a secret.
    pub secret_value: Option<bool>,
}

impl CallContext {
    /// What is known of the buffers of a response, for [`Message::visit_with`] and at the start of a stub.
    pub fn content(&self) -> content::Context<'_> {
        content::Context {
            control_code: self.control_code,
            resource_type: self.resource_type.as_deref(),
            secret_value: self.secret_value,
            ..content::Context::default()
        }
    }

    /// Reads it from a request. Methods with neither a control code nor the name of a registry value have none; what can't be decoded tells as much as was
    /// read of it.
    pub fn of(method: &'static Method, kind: Kind, stub: &[u8]) -> CallContext {
        let mut context = CallContext::default();
        if method.tells && kind.direction == Direction::Request {
            let _ = Message::decode_with(method, kind, stub, &mut context);
        }
        context
    }
}

impl<'a> Visitor<'a> for CallContext {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    /// The code stands behind everything else that tells; the name of a value stands alone.
    fn wants(&self, _: usize) -> bool {
        self.control_code.is_none() && self.secret_value.is_none()
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        if let Semantics::ControlCode(family) = at.field.semantics {
            self.control_code = Some((family, value as u32));
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        if let Semantics::ValueName = at.field.semantics {
            self.secret_value = Some(properties::is_secret(text.units()));
        } else if at.field.id == ApiResourceTypeControl::params::lpszResourceTypeName {
            // A real one is short; a long one would be kept with every call.
            let text = text.prefix(bounds::VALUE_NAME);
            self.resource_type = Some(match text.ascii(&mut [0; bounds::VALUE_NAME]) {
                Some(ascii) => String::from(ascii),
                None => text.chars().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            });
        }
    }
}
