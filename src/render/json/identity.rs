//! What identifies a stub: interface, version, method, direction, transfer syntax and byte order, in a line and in words.

use super::out::Out;
use crate::idl;
use crate::ndr::wire::Kind;
use crate::ndr::{Direction, EncodeError, Endian, Method, Syntax};
use crate::session::call_context::CallContext;
use serde_json::{Map, Value as Json};

/// What identifies a stub, as far as a line tells it.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// Interface, version, direction, syntax and byte order.
    pub kind: Kind,
    /// Operation number.
    pub opnum: u16,
}

impl Identity {
    /// Reads the identifying members of a line.
    ///
    /// # Errors
    /// Which member is missing or unknown.
    pub fn parse(line: &Map<String, Json>) -> Result<Identity, EncodeError> {
        let text = |key: &'static str| match line.get(key) {
            Some(Json::String(text)) => Ok(text.as_str()),
            Some(_) => Err(EncodeError::new("not text").within(key)),
            None => Err(EncodeError::new("missing").within(key)),
        };
        let method = line.get("method").map(|_| text("method")).transpose()?;
        let number = match line.get("opnum") {
            Some(n) => {
                let number = n.as_u64().or_else(|| n.as_str().and_then(crate::ndr::number::integer));
                let wrong = || EncodeError::new("not a 16-bit number").within("opnum");
                Some(number.and_then(|n| u16::try_from(n).ok()).ok_or_else(wrong)?)
            }
            None => None,
        };
        let endian = match line.get("endian") {
            None => "little",
            Some(_) => text("endian")?,
        };
        // Records of captures say it in `type`.
        let word = if line.contains_key("direction") || !line.contains_key("type") { "direction" } else { "type" };
        let words = [text("interface")?, text("version")?, text(word)?, text("syntax")?, endian];
        let mut identity = Identity::of(words, number.unwrap_or(0)).map_err(|(which, message)| {
            let keys = ["interface", "version", word, "syntax", "endian"];
            EncodeError::new(message).within(keys.get(which).unwrap_or(&""))
        })?;
        match (number, method) {
            (Some(_), None) => {}
            (None, None) => return Err(EncodeError::new("missing, and \"method\" too").within("opnum")),
            (number, Some(name)) => {
                let found = identity.opnum_of(name).map_err(|e| EncodeError::new(e).within("method"));
                match (number, found) {
                    (None, found) => identity.opnum = found?,
                    (Some(number), Ok(opnum)) if opnum != number => {
                        let message =
                            format!("\"method\" is {name}, which has opnum {opnum}, and \"opnum\" is {number}");
                        return Err(EncodeError::new(message).within("opnum"));
                    }
                    // What records call an opnum that no method has.
                    (Some(number), Err(_)) if identity.is_reserved() && name == format!("Opnum{number}Reserved") => {}
                    (Some(_), found) => drop(found?),
                }
            }
        }
        Ok(identity)
    }

    /// The operation number of the version's method of this name.
    ///
    /// # Errors
    /// There is none; the message has the nearest name.
    pub fn opnum_of(&self, name: &str) -> Result<u16, String> {
        let methods = self.kind.interface.versions.get(self.kind.version).map_or(&[][..], |version| version.methods);
        let found = methods.iter().find(|method| method.name == name);
        found.map(|method| method.opnum).ok_or_else(|| {
            let mut message = format!("{} has no method {name:?} in this version", self.kind.interface.name);
            if let Some(near) = crate::ndr::number::nearest(name, methods.iter().map(|method| method.name)) {
                message += &format!("; did you mean {near:?}?");
            }
            message
        })
    }

    /// From the words of the command line.
    ///
    /// # Errors
    /// Names the word that is unknown and says which ones are known.
    pub fn new(
        interface: &str,
        version: &str,
        opnum: u16,
        direction: &str,
        syntax: &str,
        endian: &str,
    ) -> Result<Identity, String> {
        Identity::of([interface, version, direction, syntax, endian], opnum).map_err(|(_, message)| message)
    }

    /// The same of words in this order; says which of them is unknown.
    fn of([interface, version, direction, syntax, endian]: [&str; 5], opnum: u16) -> Result<Identity, (usize, String)> {
        let interface = idl::interface(interface).ok_or_else(|| {
            let names: Vec<_> = idl::INTERFACES.iter().map(|i| i.name).collect();
            (0, format!("unknown interface {interface:?}: {}", names.join(" or ")))
        })?;
        let found = interface.versions.iter().position(|v| v.number.text() == version);
        let version = found.ok_or_else(|| {
            let texts: Vec<_> = interface.versions.iter().map(|v| v.number.text()).collect();
            (1, format!("{} has no version {version:?}: {}", interface.name, texts.join(" or ")))
        })?;
        let direction = match direction {
            "request" => Direction::Request,
            "response" => Direction::Response,
            other => return Err((2, format!("unknown direction {other:?}: request or response"))),
        };
        let syntax = match syntax {
            "ndr" => Syntax::Ndr,
            "ndr64" => Syntax::Ndr64,
            other => return Err((3, format!("unknown syntax {other:?}: ndr or ndr64"))),
        };
        let endian = match endian {
            "little" => Endian::Little,
            "big" => Endian::Big,
            other => return Err((4, format!("unknown endian {other:?}: little or big"))),
        };
        Ok(Identity { kind: Kind { interface, version, direction, syntax, endian }, opnum })
    }

    /// The method, if the version has one of this opnum.
    pub fn method(&self) -> Option<&'static Method> {
        self.kind.interface.method(self.kind.version, self.opnum)
    }

    /// Whether nobody uses this opnum now, but may: those between methods, and those that the interface keeps.
    pub fn is_reserved(&self) -> bool {
        match self.method() {
            Some(method) => !method.on_wire,
            None => self.opnum <= self.kind.interface.reserved_to,
        }
    }

    /// What the request of the same call tells, for decoding its response; of a request, what it tells itself.
    pub fn context(&self, request: &[u8]) -> CallContext {
        let kind = Kind { direction: Direction::Request, ..self.kind };
        self.method().map(|method| CallContext::of(method, kind, request)).unwrap_or_default()
    }

    pub(super) fn print(&self, out: &mut Out) {
        let Kind { interface, version, direction, syntax, endian } = self.kind;
        out.key("interface");
        out.text(interface.name);
        if let Some(version) = interface.versions.get(version) {
            out.key("version");
            out.text(version.number.text());
        }
        out.key("opnum");
        out.uint(u64::from(self.opnum));
        if let Some(method) = self.method() {
            out.key("method");
            out.text(method.name);
        }
        out.key("direction");
        out.text(direction.name());
        out.key("syntax");
        out.text(syntax.name());
        if endian == Endian::Big {
            out.key("endian");
            out.text("big");
        }
    }
}
