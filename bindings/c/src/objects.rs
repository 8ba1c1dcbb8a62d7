//! What context handles stand for, for hosts that have their own DCE/RPC: from the calls that open, rename and close.

use crate::convert::{Plain, cluscope_text, copy_in, guard, put};
use crate::handle::{Handle, Kind};
use crate::status::cluscope_error;
use crate::status::cluscope_status::*;
use crate::stub::{Given, cluscope_stub, given};
use cluscope::analysis::{HandleUse, RecordContext, Tracker};
use cluscope::base::Guid;
use cluscope::internals::rpc::event::{Body, Call, Context, ContextState, Event, FrameSet};
use cluscope::internals::rpc::header::{PacketType, Representation};
use cluscope::internals::rpc::security::Sender;
use cluscope::internals::rpc::syntax::TransferSyntax;
use cluscope::internals::session::{Flow, Record};
use cluscope::ndr::{Direction, Syntax};
use cluscope::net::{Side, Transport};
use std::ffi::c_void;

/// The context handles of any number of associations: made by `cluscope_objects_new`, used by one thread at a time. What it
/// keeps is bounded: of too many handles those used least recently are forgotten.
#[derive(Debug)]
pub struct cluscope_objects {
    _never: (),
}

/// What a `cluscope_objects` leads to.
#[derive(Default)]
struct Objects {
    tracker: Tracker,
    seen: RecordContext,
}

impl Kind for Objects {
    const TAG: u64 = u64::from_le_bytes(*b"cl.objs\0");
}

/// Where a message stands in its association. Set all of it to zero, then `size` to `sizeof(struct cluscope_message_place)`,
/// then what there is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_message_place {
    /// Bytes of this structure.
    pub size: u32,
    /// Number of the call in its association, `call_id`; of connectionless calls the sequence number.
    pub call_id: u32,
    /// Number of the association, whatever the host counts: handles are good within it.
    pub association: u64,
    /// Number of the packet that completed the message, or any other number that grows.
    pub frame: u64,
    /// Of a response: that of its request; 0 where it was not seen.
    pub request_frame: u64,
}

// SAFETY: integers, for which zeros are values.
unsafe impl Plain for cluscope_message_place {
    const FIRST_SIZE: usize = size_of::<cluscope_message_place>();
}

/// `cluscope_object.flags`: the handle came with the request, and was not handed back.
pub const CLUSCOPE_OBJECT_USED: u32 = 1;
/// `frame` of the opening is known.
pub const CLUSCOPE_OBJECT_OPENED: u32 = 2;
/// `access` is known.
pub const CLUSCOPE_OBJECT_ACCESS: u32 = 4;

/// What a context handle of a message stands for. All of it is lent: it may be used until the callback returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_object {
    /// Bytes of this structure; a library that is newer than the header has more of them.
    pub size: u32,
    /// Or of `CLUSCOPE_OBJECT_` values.
    pub flags: u32,
    /// `context_handle_attributes` of the handle.
    pub attributes: u32,
    /// Access granted.
    pub access: u32,
    /// `context_handle_uuid`, as in a little-endian stub.
    pub uuid: [u8; 16],
    /// Number of the request's packet that opened it.
    pub opened: u64,
    /// The parameter.
    pub field: cluscope_text,
    /// Kind of object: `resource`, `group`, `key`.
    pub kind: cluscope_text,
    /// Its name, or path; empty where nothing told it.
    pub name: cluscope_text,
    /// Empty for an open handle; else `closed`, `other_association`, `before_capture`, `unknown` or `wrong_kind`.
    pub state: cluscope_text,
}

/// Takes an object; returns 0 to go on.
pub type cluscope_object_fn = Option<unsafe extern "C" fn(user: *mut c_void, object: *const cluscope_object) -> i32>;

/// Makes an empty table of context handles: `objects` gets a handle, to be freed by `cluscope_objects_free`.
///
/// # Safety
/// `objects` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_objects_new(objects: *mut *mut cluscope_objects, error: *mut cluscope_error) -> i32 {
    guard(error, || {
        let made = Box::into_raw(Box::new(Handle::new(Objects::default())));
        // SAFETY: the caller's promise.
        unsafe { put(objects, made.cast(), "objects") }.inspect_err(|_| {
            // SAFETY: it was made above, and nobody has it.
            drop(unsafe { Box::from_raw(made) });
        })
    })
}

/// Frees a table; null is none. Returns `CLUSCOPE_ERROR_BUSY` from its own callback, and frees nothing.
///
/// # Safety
/// `objects` was made by `cluscope_objects_new`, was not freed before and is not used by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_objects_free(objects: *mut cluscope_objects) -> i32 {
    guard(std::ptr::null_mut(), || {
        if objects.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        unsafe { Handle::<Objects>::of(objects) }?.retire()?;
        // SAFETY: it was made by `cluscope_objects_new`, and nobody is in it.
        drop(unsafe { Box::from_raw(objects.cast::<Handle<Objects>>()) });
        Ok(())
    })
}

/// Takes in a message and hands what each of its context handles stands for to `visit`, which may be null. Messages are to
/// be shown in their order, each once; requests before their responses, for names come from the requests that open. Of a
/// response those handles come first that it hands back, then those of its request. Null handles are left out.
///
/// A stub that can't be read to its end tells what stands before the error.
///
/// # Safety
/// `objects` was made by `cluscope_objects_new`, `stub` and what it points to can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_objects_message(
    objects: *mut cluscope_objects,
    stub: *const cluscope_stub,
    place: *const cluscope_message_place,
    visit: cluscope_object_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut objects = unsafe { Handle::<Objects>::of(objects) }?.enter()?;
        // SAFETY: the caller's promise.
        let (given, place) = unsafe { (given(stub)?, copy_in(place)?) };
        let Objects { tracker, seen } = &mut *objects;
        feed(tracker, seen, &given, &place);
        let Some(visit) = visit else { return Ok(()) };
        let returned = seen.returned.iter().map(|used| (used, 0));
        // Of a request all that it uses; of a response the handles that are not its own stand behind those it returns.
        for (used, flags) in returned.chain(seen.objects.iter().map(|used| (used, CLUSCOPE_OBJECT_USED))) {
            // SAFETY: the callback is as the header says.
            if unsafe { visit(user, &told(used, flags)) } != 0 {
                return Err(CLUSCOPE_ERROR_STOPPED.into());
            }
        }
        Ok(())
    })
}

/// The message as a record of a session, shown to the tracker.
fn feed(tracker: &mut Tracker, seen: &mut RecordContext, given: &Given<'_>, place: &cluscope_message_place) {
    let (kind, opnum, stub) = (given.identity.kind, given.identity.opnum, Some(given.data));
    let request = kind.direction == Direction::Request;
    let number = kind.interface.versions.get(kind.version).map(|version| version.number);
    let context = Context {
        id: 0,
        interface: Guid(kind.interface.uuid_bytes),
        version: number.map_or((0, 0), |number| (number.major(), number.minor())),
        syntax: match kind.syntax {
            Syntax::Ndr => TransferSyntax::Ndr,
            Syntax::Ndr64 => TransferSyntax::Ndr64,
        },
        state: ContextState::Accepted,
        assumed: false,
        confidence: None,
    };
    let mut call = Call {
        opnum,
        context_id: 0,
        context: Some(context),
        object: None,
        frame: if request { place.frame } else { place.request_frame },
        time: None,
        note: given.context.clone(),
    };
    let body = match request {
        true => Body::Request { opnum, object: None, stub },
        false => Body::Response { opnum: Some(opnum), cancel_count: 0, stub },
    };
    let (ptype, side, sender) = match request {
        true => (PacketType::Request, Side::A, Sender::Client),
        false => (PacketType::Response, Side::B, Sender::Server),
    };
    let frames = FrameSet::of(place.frame, None);
    let event = Event {
        ptype: Some(ptype),
        call_id: Some(place.call_id),
        context_id: Some(0),
        context: Some(context),
        call: (request || place.request_frame != 0).then_some(&mut call),
        representation: Representation { endian: kind.endian, ..Representation::LITTLE },
        ..Event::new(side, sender, body, &frames)
    };
    // Associations are told apart by their number alone.
    let nowhere = std::net::SocketAddr::from(([0; 4], 0));
    let flow = Flow { transport: Transport::Tcp, stream: place.association, src: nowhere, dst: nowhere };
    tracker.feed_into(&Record { flow, event, interface: Some((kind.interface, kind.version)) }, seen);
}

fn told(used: &HandleUse, flags: u32) -> cluscope_object {
    let HandleUse { field, handle, resolved } = used;
    let has = |known: bool, flag: u32| if known { flag } else { 0 };
    cluscope_object {
        size: size_of::<cluscope_object>() as u32,
        flags: flags
            | has(resolved.opened.is_some(), CLUSCOPE_OBJECT_OPENED)
            | has(resolved.access.is_some(), CLUSCOPE_OBJECT_ACCESS),
        attributes: handle.attributes,
        access: resolved.access.unwrap_or(0),
        uuid: handle.uuid.0,
        opened: resolved.opened.unwrap_or(0),
        field: cluscope_text::of(field.name),
        kind: cluscope_text::of(resolved.kind.name()),
        name: cluscope_text::of(resolved.name.as_deref().unwrap_or_default()),
        state: cluscope_text::of(resolved.state.name().unwrap_or_default()),
    }
}
