//! Stubs whose context the host knows: it has its own DCE/RPC.

use crate::convert::{Plain, cluscope_bytes, cluscope_text, copy_in, guard, put};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use crate::value::cluscope_value;
use crate::visitor::{Hand, Values, Wanted};
use cluscope::idl;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::strict;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::session::call_context::CallContext;
use cluscope::ndr::{Direction, Endian, HandleNames, Interface, Kind, Message, Method, Semantics, Syntax};
use cluscope::structs::Context;
use std::ffi::{c_char, c_void};

/// Direction of a stub.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_direction {
    /// Client to server.
    CLUSCOPE_REQUEST = 0,
    /// Server to client.
    CLUSCOPE_RESPONSE = 1,
}

/// Transfer syntax of a stub.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_syntax {
    /// NDR, 8a885d04-1ceb-11c9-9fe8-08002b104860 2.0.
    CLUSCOPE_NDR = 0,
    /// NDR64, 71710533-beba-4937-8319-b5dbef9ccc36 1.0.
    CLUSCOPE_NDR64 = 1,
}

/// Byte order of a stub, by the data representation of its PDU.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_byte_order {
    /// Least significant byte first.
    CLUSCOPE_LITTLE_ENDIAN = 0,
    /// Most significant byte first.
    CLUSCOPE_BIG_ENDIAN = 1,
}

/// Include counts, referents, gaps and what can't be read, so that every byte is accounted for.
pub const CLUSCOPE_OPTION_OVERHEAD: u32 = 1;
/// Include broken rules of the specification.
pub const CLUSCOPE_OPTION_DIAGNOSTICS: u32 = 2;
/// Leave out passwords, tokens and what may be such: text and bytes of them, and the bytes of buffers around them. In JSON as
/// `cluscope dissect --hide-secrets` does.
pub const CLUSCOPE_OPTION_HIDE_SECRETS: u32 = 4;

const KNOWN_OPTIONS: u32 = CLUSCOPE_OPTION_OVERHEAD | CLUSCOPE_OPTION_DIAGNOSTICS | CLUSCOPE_OPTION_HIDE_SECRETS;

/// A stub and what is known of it. Set all of it to zero, then `size` to `sizeof(struct cluscope_stub)`, then what there is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_stub {
    /// Bytes of this structure.
    pub size: u32,
    /// Or of `CLUSCOPE_OPTION_` values.
    pub options: u32,
    /// UUID of the interface, as it stands in a little-endian PDU (the first three fields little-endian).
    pub interface_uuid: [u8; 16],
    /// Version of the interface, as the presentation context names it.
    pub version_major: u16,
    /// Its minor number.
    pub version_minor: u16,
    /// Operation number.
    pub opnum: u16,
    /// 0.
    pub reserved: u16,
    /// A `cluscope_direction`.
    pub direction: u32,
    /// A `cluscope_syntax`.
    pub syntax: u32,
    /// A `cluscope_byte_order`.
    pub byte_order: u32,
    /// The byte order of `request`.
    pub request_byte_order: u32,
    /// The stub: without the PDU's header, object UUID, verification trailer and security trailer, all fragments together.
    pub data: cluscope_bytes,
    /// Of a response: the stub of its request, whose control code tells what the response's buffer holds. Without it (and
    /// without `context` and `control_code`) such buffers are bytes.
    pub request: cluscope_bytes,
    /// The same, kept by `cluscope_context_new`; goes before `request`.
    pub context: *const cluscope_context,
    /// The same as a number; counts if there is neither of the two, and if it is not 0.
    pub control_code: u32,
    /// 0.
    pub reserved2: u32,
}

// SAFETY: integers, arrays of them and pointers, for which zeros are values.
unsafe impl Plain for cluscope_stub {
    const FIRST_SIZE: usize = size_of::<cluscope_stub>();
}

/// What a request tells of its response: made by `cluscope_context_new`. It holds no part of the stub and is a few bytes
/// large. It never changes, so several threads may use one.
#[allow(non_camel_case_types)]
#[derive(Debug)]
pub struct cluscope_context {
    interface: &'static str,
    version: usize,
    opnum: u16,
    told: CallContext,
}

/// Takes a value; returns 0 to go on, anything else to stop. It must not throw, nor leave by `longjmp`.
pub type cluscope_value_fn = Option<unsafe extern "C" fn(user: *mut c_void, value: *const cluscope_value) -> i32>;

/// Takes text or bytes, all at once; returns 0 unless something is wrong with them. It must not throw, nor leave by
/// `longjmp`.
pub type cluscope_write_fn = Option<unsafe extern "C" fn(user: *mut c_void, data: *const c_char, length: usize) -> i32>;

/// A stub of the caller's, checked.
pub(crate) struct Given<'s> {
    pub(crate) identity: Identity,
    pub(crate) context: CallContext,
    pub(crate) data: &'s [u8],
    options: u32,
}

pub(crate) fn version_of(uuid: &[u8; 16], major: u16, minor: u16) -> Outcome<(&'static Interface, usize)> {
    let found = idl::interface_by_uuid(uuid);
    let found = found.and_then(|interface| Some((interface, interface.version(major, minor)?)));
    found.ok_or_else(|| CLUSCOPE_ERROR_INTERFACE.into())
}

fn byte_order(number: u32) -> Outcome<Endian> {
    match number {
        0 => Ok(Endian::Little),
        1 => Ok(Endian::Big),
        _ => Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("no byte order is {number}"))),
    }
}

pub(crate) fn known_options(options: u32) -> Outcome<u32> {
    match options & !KNOWN_OPTIONS {
        0 => Ok(options),
        unknown => Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("unknown options {unknown:#x}"))),
    }
}

impl cluscope_stub {
    fn kind(&self) -> Outcome<Kind> {
        let (interface, version) = version_of(&self.interface_uuid, self.version_major, self.version_minor)?;
        let direction = match self.direction {
            0 => Direction::Request,
            1 => Direction::Response,
            number => return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("no direction is {number}"))),
        };
        let syntax = match self.syntax {
            0 => Syntax::Ndr,
            1 => Syntax::Ndr64,
            number => return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("no transfer syntax is {number}"))),
        };
        Ok(Kind { interface, version, direction, syntax, endian: byte_order(self.byte_order)? })
    }

    /// What is known of the stub's buffers.
    ///
    /// # Safety
    /// `request` and `context` are as the header says.
    unsafe fn told(&self, identity: &Identity, data: &[u8]) -> Outcome<CallContext> {
        if identity.kind.direction == Direction::Request {
            return Ok(identity.context(data));
        }
        if !self.context.is_null() {
            // SAFETY: a context that `cluscope_context_new` made and nobody freed yet, by the header.
            let context = unsafe { &*self.context };
            let same = (context.interface, context.version, context.opnum)
                == (identity.kind.interface.name, identity.kind.version, identity.opnum);
            let message = "the context is that of another method's request";
            return if same { Ok(context.told.clone()) } else { Err(Failure::new(CLUSCOPE_ERROR_HANDLE, message)) };
        }
        // SAFETY: by the header.
        let request = unsafe { self.request.get("request") }?;
        if !request.is_empty() {
            let endian = byte_order(self.request_byte_order)?;
            let request_identity = Identity { kind: Kind { endian, ..identity.kind }, ..*identity };
            return Ok(request_identity.context(request));
        }
        let family = identity.method().and_then(|method| {
            method.fields.iter().find_map(|field| match field.semantics {
                Semantics::ControlCode(family) => Some(family),
                _ => None,
            })
        });
        let control_code = family.map(|family| (family, self.control_code)).filter(|(_, code)| *code != 0);
        Ok(CallContext { control_code, ..CallContext::default() })
    }
}

/// Reads and checks a stub.
///
/// # Safety
/// `stub` and what it points to are as the header says.
pub(crate) unsafe fn given<'s>(stub: *const cluscope_stub) -> Outcome<Given<'s>> {
    // SAFETY: by the header.
    let stub = unsafe { copy_in(stub) }?;
    let options = known_options(stub.options)?;
    let identity = Identity { kind: stub.kind()?, opnum: stub.opnum };
    // SAFETY: by the header.
    let data = unsafe { stub.data.get("data") }?;
    // SAFETY: by the header.
    let context = unsafe { stub.told(&identity, data) }?;
    Ok(Given { identity, context, data, options })
}

/// Reads a stub and hands each value to `visit`, in the order of the declaration: those inside buffers too, each with the
/// range of its bytes in the stub.
///
/// Returns `CLUSCOPE_ERROR_MALFORMED` where the stub can't be read to its end; what stands before the error was handed out,
/// and what had begun was ended. `CLUSCOPE_ERROR_METHOD` where nobody says what the stub holds: the opnum is reserved.
/// `error` may be null.
///
/// # Safety
/// `stub` and what it points to can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_stub_visit(
    stub: *const cluscope_stub,
    visit: cluscope_value_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        let visit = visit.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "visit: null"))?;
        // SAFETY: the caller's promise.
        let given = unsafe { given(stub) }?;
        let method = readable(&given.identity)?;
        let wanted = wanted(given.options)?;
        // SAFETY: the callback is as the header says.
        let mut hand = |value: &cluscope_value| unsafe { visit(user, value) } == 0;
        self::visit(method, given.identity.kind, given.data, given.context.content(), wanted, None, &mut hand)
    })
}

/// What options ask for.
pub(crate) fn wanted(options: u32) -> Outcome<Wanted> {
    let options = known_options(options)?;
    Ok(Wanted {
        overhead: options & CLUSCOPE_OPTION_OVERHEAD != 0,
        diagnostics: options & CLUSCOPE_OPTION_DIAGNOSTICS != 0,
        hide_secrets: options & CLUSCOPE_OPTION_HIDE_SECRETS != 0,
    })
}

/// Reads a stub and hands its values out.
pub(crate) fn visit(
    method: &'static Method,
    kind: Kind,
    data: &[u8],
    context: Context<'_>,
    wanted: Wanted,
    names: Option<&dyn HandleNames>,
    hand: Hand<'_>,
) -> Outcome {
    let mut values = Values::new(hand, wanted, kind.syntax, method, names);
    let read = Message::decode_and_visit(method, kind, data, context, &mut values);
    match read {
        _ if values.stopped() => Err(CLUSCOPE_ERROR_STOPPED.into()),
        Ok(_) => Ok(()),
        Err(error) => {
            values.close();
            // The callback may ask to stop there as well.
            if values.stopped() { Err(CLUSCOPE_ERROR_STOPPED.into()) } else { Err(Failure::malformed(&error)) }
        }
    }
}

fn readable(identity: &Identity) -> Outcome<&'static Method> {
    let method = identity.method().filter(|method| method.on_wire);
    method.ok_or_else(|| {
        let (opnum, name) = (identity.opnum, identity.kind.interface.name);
        let what = if identity.is_reserved() { "is reserved" } else { "is none" };
        Failure::new(CLUSCOPE_ERROR_METHOD, format!("opnum {opnum} of {name} {what}"))
    })
}

/// Hands out the JSON object of a stub, as `cluscope stub decode` prints it: identity, `params`, `return` and what is wrong
/// with it. Where it can't be read to its end the object has `error` and `partial`, it is handed out just so, and the
/// function returns `CLUSCOPE_ERROR_MALFORMED`.
///
/// # Safety
/// As for `cluscope_stub_visit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_stub_json(
    stub: *const cluscope_stub,
    write: cluscope_write_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        let write = write.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "write: null"))?;
        // SAFETY: the caller's promise.
        let given = unsafe { given(stub) }?;
        let mut out = Out::new();
        if given.options & CLUSCOPE_OPTION_HIDE_SECRETS != 0 {
            out.hide_secrets();
        }
        let done = stub::decode(&mut out, &given.identity, &given.context, given.data);
        // SAFETY: the callback is as the header says.
        unsafe { hand_over(write, user, out.as_bytes()) }?;
        match done {
            true => Ok(()),
            false => Err(
                match readable(&given.identity)
                    .map(|method| Message::decode(method, given.identity.kind, given.data).err())
                {
                    Ok(Some(error)) => Failure::malformed(&error),
                    _ => CLUSCOPE_ERROR_MALFORMED.into(),
                },
            ),
        }
    })
}

/// Calls a callback that takes text or bytes.
///
/// # Safety
/// The callback is as the header says.
pub(crate) unsafe fn hand_over(
    write: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> i32,
    user: *mut c_void,
    bytes: &[u8],
) -> Outcome {
    // SAFETY: by the header.
    match unsafe { write(user, bytes.as_ptr().cast(), bytes.len()) } {
        0 => Ok(()),
        _ => Err(CLUSCOPE_ERROR_STOPPED.into()),
    }
}

/// Encodes a JSON object as `cluscope_stub_json` hands it out, and hands out the stub. Members that contradict each other,
/// or that nothing knows, are errors.
///
/// # Safety
/// `json` can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_stub_encode(
    json: cluscope_text,
    write: cluscope_write_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        let write = write.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "write: null"))?;
        // SAFETY: the caller's promise.
        let text = unsafe { json.get("json") }?;
        let bad = |error: cluscope::ndr::EncodeError| Failure::new(CLUSCOPE_ERROR_JSON, error.to_string());
        let line = strict::object(text).map_err(bad)?;
        let bytes = stub::encode(&line).map_err(bad)?;
        // SAFETY: the callback is as the header says.
        unsafe { hand_over(write, user, &bytes) }
    })
}

/// Keeps what a request tells of its response, for hosts that do not keep the request's stub: `context` gets a handle, to
/// be freed by `cluscope_context_free`. A request that tells nothing gives one too.
///
/// # Safety
/// As for `cluscope_stub_visit`; `context` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_context_new(
    request: *const cluscope_stub,
    context: *mut *mut cluscope_context,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let given = unsafe { given(request) }?;
        let kind = given.identity.kind;
        if kind.direction != Direction::Request {
            return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, "the stub is no request's"));
        }
        let (interface, version, opnum) = (kind.interface.name, kind.version, given.identity.opnum);
        let made = Box::new(cluscope_context { interface, version, opnum, told: given.context });
        let made = Box::into_raw(made);
        // SAFETY: the caller's promise.
        unsafe { put(context, made, "context") }.inspect_err(|_| {
            // SAFETY: it was made above, and nobody has it.
            drop(unsafe { Box::from_raw(made) });
        })
    })
}

/// Frees a context; null is none.
///
/// # Safety
/// `context` was made by `cluscope_context_new`, was not freed before and is not used by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_context_free(context: *mut cluscope_context) {
    guard(std::ptr::null_mut(), || {
        if !context.is_null() {
            // SAFETY: the caller's promise.
            drop(unsafe { Box::from_raw(context) });
        }
        Ok(())
    });
}

/// The control code of a request, and 0 where it has none or none was read.
///
/// # Safety
/// `context` is null, or one that is not freed; `code` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_context_control_code(context: *const cluscope_context, code: *mut u32) -> i32 {
    guard(std::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let context = unsafe { context.as_ref() }.ok_or(CLUSCOPE_ERROR_NULL)?;
        // SAFETY: the caller's promise.
        unsafe { put(code, context.told.control_code.map_or(0, |(_, code)| code), "code") }
    })
}

/// The name of a method, which lives as long as the program. Returns `CLUSCOPE_ERROR_INTERFACE` or `CLUSCOPE_ERROR_METHOD`
/// where there is none.
///
/// # Safety
/// `interface_uuid` points to 16 bytes, `name` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_method_name(
    interface_uuid: *const u8,
    version_major: u16,
    version_minor: u16,
    opnum: u16,
    name: *mut cluscope_text,
) -> i32 {
    guard(std::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let uuid = unsafe { interface_uuid.cast::<[u8; 16]>().as_ref() }.ok_or(CLUSCOPE_ERROR_NULL)?;
        let (interface, version) = version_of(uuid, version_major, version_minor)?;
        let method = interface.method(version, opnum).ok_or(CLUSCOPE_ERROR_METHOD)?;
        // SAFETY: the caller's promise.
        unsafe { put(name, cluscope_text::of(method.name), "name") }
    })
}
