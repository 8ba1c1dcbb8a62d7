//! Sessions: packets, or the streams and datagrams of a host with a TCP of its own, in; messages out.

use crate::convert::{Plain, cluscope_bytes, cluscope_text, copy_in, guard, put};
use crate::handle::{Entered, Handle, Kind};
use crate::keys::{Keys, cluscope_keys};
use crate::message::{
    CLUSCOPE_NO_TIME, Content, Internal, Kept, Lent, Printer, Texts, cluscope_message, cluscope_message_fn, view,
};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use crate::stub::{CLUSCOPE_OPTION_HIDE_SECRETS, known_options};
use cluscope::Limits;
use cluscope::filter::{Filter, Subject};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::base::Timestamp;
use cluscope::internals::capture::{LinkType, Packet};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::selection::{Choice, Selection};
use cluscope::internals::session::{Record, Session};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

/// A session: what is known of the associations of a capture, or of all connections of a host. One thread at a time,
/// together with its connections; another one, or a callback, that calls meanwhile gets `CLUSCOPE_ERROR_BUSY`.
#[derive(Debug)]
pub struct cluscope_session {
    _never: (),
}

/// How a session works. Set all of it to zero, then `size` to `sizeof(struct cluscope_session_options)`, then what there is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_session_options {
    /// Bytes of this structure.
    pub size: u32,
    /// Or of `CLUSCOPE_OPTION_` values; of those only `CLUSCOPE_OPTION_HIDE_SECRETS` counts here.
    pub options: u32,
    /// Bytes of memory that the session stays below, whatever comes: at least 16 MiB; 0 for 256 MB.
    pub memory_limit: u64,
    /// Keys that open what is sealed; null for none.
    pub keys: *const cluscope_keys,
    /// Only messages that this expression holds for are handed out; empty for all. docs/views.md describes it.
    pub filter: cluscope_text,
    /// What connections without a bind carry, as `--assume` has it: `clusapi:3.0:ndr64`; empty for what the stubs tell.
    pub assume: cluscope_text,
    /// Takes each message.
    pub message: cluscope_message_fn,
    /// Handed to it.
    pub user: *mut c_void,
}

// SAFETY: integers, pointers and a function that may be null, for which zeros are values.
unsafe impl Plain for cluscope_session_options {
    const FIRST_SIZE: usize = size_of::<cluscope_session_options>();
}

/// A captured packet.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_packet {
    /// Bytes of this structure.
    pub size: u32,
    /// What the bytes begin with: a number of the list of link-layer header types of tcpdump.org, 1 for Ethernet.
    pub link_type: u32,
    /// Number of the packet, growing; 0 for one more than that of the packet before.
    pub frame: u64,
    /// When it was captured: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
    pub time: i64,
    /// The captured bytes.
    pub data: cluscope_bytes,
    /// The packet's length on the wire; less than that of the bytes counts as theirs.
    pub original_length: usize,
}

// SAFETY: integers and a pointer, for which zeros are values.
unsafe impl Plain for cluscope_packet {
    const FIRST_SIZE: usize = size_of::<cluscope_packet>();
}

/// What a session is fed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nothing yet.
    None,
    /// Packets: streams are numbered here.
    Packets,
    /// Streams and datagrams, which the host numbers.
    Streams,
}

/// What a session is, inside its handle.
pub(crate) struct State {
    session: Session,
    delivery: Delivery,
    source: Source,
    finished: bool,
    frame: u64,
}

impl Kind for State {
    const TAG: u64 = u64::from_le_bytes(*b"cl.sess\0");
}

/// From records to callbacks.
struct Delivery {
    tracker: Tracker,
    seen: RecordContext,
    selection: Selection<Kept>,
    filter: Option<Filter>,
    printer: RefCell<Printer>,
    hide_secrets: bool,
    callback: unsafe extern "C" fn(*mut c_void, *const cluscope_message) -> i32,
    user: *mut c_void,
    /// Whether the callback asked to stop in the call that is going on.
    stopped: bool,
    /// What came behind that: handed out first thing in the next call.
    left_over: VecDeque<Kept>,
    left_over_bytes: usize,
    left_over_limit: usize,
    /// Messages for which there was no room in it.
    omitted: u64,
}

// SAFETY: the one thing in it that is not `Send` by itself is the pointer `user`, which the caller promises may be handed to
// the callback by whatever thread uses the session.
unsafe impl Send for Delivery {}

impl Delivery {
    /// Works on a record: everything that `cluscope dissect` does before it prints one.
    fn record(&mut self, record: &mut Record<'_>) {
        let Delivery { tracker, seen, selection, filter, .. } = self;
        tracker.feed_into(record, seen);
        let choice = selection.choose(record);
        let passes = filter.as_ref().is_none_or(|filter| filter.matches(&Subject::of(record, seen)));
        match choice {
            Choice::Skip => return,
            Choice::Hold if !passes => return,
            Choice::Hold => {
                let lent = Lent { record, annotations: HandleAnnotations::of(&self.seen) };
                let kept = Kept::of(&lent, &self.seen, self.printer.get_mut());
                let bytes = kept.as_ref().len();
                return self.selection.hold(record, kept, bytes);
            }
            Choice::Show(held) => held.into_iter().for_each(|kept| self.kept(kept)),
        }
        if !passes {
            return;
        }
        let seen = std::mem::take(&mut self.seen);
        let lent = Lent { record, annotations: HandleAnnotations::of(&seen) };
        if self.stopped {
            let kept = Kept::of(&lent, &seen, self.printer.get_mut());
            self.leave(kept);
        } else {
            let mut texts = Texts::default();
            let view = view(record, &seen, &mut texts);
            self.hand(view, &lent);
        }
        self.seen = seen;
    }

    /// Hands out a message that is kept, or goes on keeping it.
    fn kept(&mut self, kept: Kept) {
        if self.stopped {
            return self.leave(kept);
        }
        self.hand(kept.view(), &kept);
    }

    fn leave(&mut self, kept: Kept) {
        let cost = kept.cost();
        if self.left_over_bytes.saturating_add(cost) > self.left_over_limit {
            self.omitted += 1;
            return;
        }
        self.left_over_bytes += cost;
        self.left_over.push_back(kept);
    }

    fn hand(&mut self, mut view: cluscope_message, content: &dyn Content) {
        let internal = Internal { content, printer: &self.printer, hide_secrets: self.hide_secrets };
        view.internal = ptr::from_ref(&internal).cast();
        // SAFETY: the callback is as the header says; the view lives until it returns.
        self.stopped = unsafe { (self.callback)(self.user, &view) } != 0;
    }

    /// Begins a call: hands out what the one before has left over.
    fn begin(&mut self) {
        self.stopped = false;
        while !self.stopped
            && let Some(kept) = self.left_over.pop_front()
        {
            self.left_over_bytes -= kept.cost();
            self.kept(kept);
        }
    }

    fn outcome(&self) -> Outcome {
        if self.stopped { Err(CLUSCOPE_ERROR_STOPPED.into()) } else { Ok(()) }
    }
}

impl State {
    /// Begins a call that brings something, if there may still be one.
    fn begin(&mut self, source: Source) -> Outcome<(&mut Session, &mut Delivery)> {
        if self.finished {
            return Err(CLUSCOPE_ERROR_FINISHED.into());
        }
        if self.source != Source::None && self.source != source {
            let message = "a session takes packets, or streams and datagrams, but not both";
            return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, message));
        }
        self.source = source;
        self.delivery.begin();
        Ok((&mut self.session, &mut self.delivery))
    }

    /// Lets the session work, and hands out what comes of it.
    pub(crate) fn work<R>(
        &mut self,
        source: Source,
        work: impl FnOnce(&mut Session, &mut dyn FnMut(Record<'_>)) -> R,
    ) -> Outcome<R> {
        let (session, delivery) = self.begin(source)?;
        let result = work(session, &mut |mut record| delivery.record(&mut record));
        delivery.outcome().map(|()| result)
    }
}

/// A shared pointer to a session for its connections.
pub(crate) type Shared = Arc<Handle<State>>;

/// The session that a pointer of the caller's leads to.
///
/// # Safety
/// As for [`Handle::of`].
pub(crate) unsafe fn enter<'h>(session: *const cluscope_session) -> Outcome<Entered<'h, State>> {
    // SAFETY: the caller's promise.
    unsafe { Handle::<State>::of(session) }?.enter()
}

/// One more share in the session that a pointer of the caller's leads to.
///
/// # Safety
/// As for [`Handle::of`].
pub(crate) unsafe fn share(session: *const cluscope_session) -> Outcome<Shared> {
    // SAFETY: the caller's promise.
    let handle = unsafe { Handle::<State>::of(session) }?;
    // SAFETY: sessions are made by `cluscope_session_new`, in an `Arc`; the caller still has a share in it.
    unsafe {
        Arc::increment_strong_count(ptr::from_ref(handle));
        Ok(Arc::from_raw(handle))
    }
}

/// A time of the caller's.
pub(crate) fn time(time: i64) -> Option<Timestamp> {
    (time != CLUSCOPE_NO_TIME).then_some(Timestamp(time))
}

/// Makes a session; `session` gets a handle, to be freed by `cluscope_session_free`. Returns `CLUSCOPE_ERROR_FILTER` where
/// the filter or what is assumed can't be read.
///
/// # Safety
/// `options` and what it points to can be read until the function returns, `session` can be written to. What `message` and
/// `user` point to is there as long as the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_new(
    options: *const cluscope_session_options,
    session: *mut *mut cluscope_session,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let given = unsafe { copy_in(options) }?;
        // SAFETY: the caller's promise.
        let state = unsafe { state_of(&given) }?;
        let made = Arc::into_raw(Arc::new(Handle::new(state)));
        // SAFETY: the caller's promise.
        unsafe { put(session, made.cast_mut().cast(), "session") }.inspect_err(|_| {
            // SAFETY: it was made above, and nobody has it.
            drop(unsafe { Arc::from_raw(made) });
        })
    })
}

/// # Safety
/// What `options` points to can be read.
unsafe fn state_of(options: &cluscope_session_options) -> Outcome<State> {
    let callback = options.message.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "message: null"))?;
    let hide_secrets = known_options(options.options)? & CLUSCOPE_OPTION_HIDE_SECRETS != 0;
    let limits = match options.memory_limit {
        0 => Limits::default(),
        bytes if bytes < cluscope::internals::limits::LEAST_MEMORY => {
            return Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, "a memory limit below 16 MiB"));
        }
        bytes => Limits::for_memory(bytes),
    };
    let keys = if options.keys.is_null() {
        Arc::default()
    } else {
        // SAFETY: the caller's promise.
        let keys = unsafe { Handle::<Keys>::of(options.keys) }?.enter()?;
        Arc::clone(&keys.store)
    };
    // SAFETY: the caller's promise.
    let filter = unsafe { options.filter.get("filter") }?;
    let filter = match filter {
        "" => None,
        text => Some(Filter::parse(text).map_err(|e| Failure::new(CLUSCOPE_ERROR_FILTER, e.to_string()))?),
    };
    let mut session = Session::new(limits.session, keys);
    // SAFETY: the caller's promise.
    match unsafe { options.assume.get("assume") }? {
        "" => {}
        text => session.assume(text.parse().map_err(|e: String| Failure::new(CLUSCOPE_ERROR_FILTER, e))?),
    }
    let mut out = Out::with_limit(limits.output.record);
    if hide_secrets {
        out.hide_secrets();
    }
    let delivery = Delivery {
        tracker: Tracker::new(limits.analysis),
        seen: RecordContext::default(),
        selection: Selection::new(limits.output),
        filter,
        printer: RefCell::new(Printer { records: Records::default(), out }),
        hide_secrets,
        callback,
        user: options.user,
        stopped: false,
        left_over: VecDeque::new(),
        left_over_bytes: 0,
        left_over_limit: limits.output.waiting_bytes,
        omitted: 0,
    };
    Ok(State { session, delivery, source: Source::None, finished: false, frame: 0 })
}

/// Works on the next packet; messages that it completes go to the callback before the function returns.
///
/// Where the callback asks to stop, the packet was taken nevertheless and the function returns `CLUSCOPE_ERROR_STOPPED`;
/// what was still to be handed out of it comes at the beginning of the next call.
///
/// # Safety
/// `session` is null or not freed; `packet` and its bytes can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_packet(
    session: *mut cluscope_session,
    packet: *const cluscope_packet,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut state = unsafe { enter(session) }?;
        // SAFETY: the caller's promise.
        let given = unsafe { copy_in(packet) }?;
        // SAFETY: the caller's promise.
        let data = unsafe { given.data.get("data") }?;
        let frame = if given.frame == 0 { state.frame.saturating_add(1) } else { given.frame };
        state.frame = frame;
        let packet = Packet {
            frame,
            time: time(given.time),
            link: LinkType(given.link_type),
            data,
            original_len: given.original_length.max(data.len()),
            comments: Vec::new(),
        };
        state.work(Source::Packets, |session, out| session.packet(&packet, out))
    })
}

/// The capture is over, or all connections are: hands out what was still waiting. Nothing can be brought afterwards
/// (`CLUSCOPE_ERROR_FINISHED`). Where the callback asks to stop, call this again for what is left.
///
/// # Safety
/// `session` is null or not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_finish(session: *mut cluscope_session, error: *mut cluscope_error) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut state = unsafe { enter(session) }?;
        if state.finished {
            if state.delivery.left_over.is_empty() {
                return Err(CLUSCOPE_ERROR_FINISHED.into());
            }
            state.delivery.begin();
            return state.delivery.outcome();
        }
        let source = state.source;
        let done = state.work(source, |session, out| session.finish(out));
        state.finished = true;
        done
    })
}

/// Takes a counter; returns 0 to go on.
pub type cluscope_counter_fn = Option<unsafe extern "C" fn(user: *mut c_void, name: cluscope_text, count: u64) -> i32>;

/// Hands out what was given up for a limit, by the names that stand in the last record of `cluscope dissect`; only counts
/// that are not 0. docs/limits.md describes them.
///
/// # Safety
/// `session` is null or not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_counters(
    session: *mut cluscope_session,
    visit: cluscope_counter_fn,
    user: *mut c_void,
) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or(CLUSCOPE_ERROR_NULL)?;
        // SAFETY: the caller's promise.
        let state = unsafe { enter(session) }?;
        let State { session, delivery, .. } = &*state;
        let mut found = session.given_up();
        found.extend(delivery.tracker.counters().all());
        found.push(("records_cut", delivery.printer.borrow().records.cut()));
        found.extend(delivery.selection.given_up());
        found.push(("left_over_omitted", delivery.omitted));
        tell(found.into_iter(), visit, user)
    })
}

/// Hands out how many packets could not be read down to IP, by what stood in the way; only what is not 0.
///
/// # Safety
/// `session` is null or not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_unread(
    session: *mut cluscope_session,
    visit: cluscope_counter_fn,
    user: *mut c_void,
) -> i32 {
    guard(ptr::null_mut(), || {
        let visit = visit.ok_or(CLUSCOPE_ERROR_NULL)?;
        // SAFETY: the caller's promise.
        let state = unsafe { enter(session) }?;
        let unread = state.session.unread();
        let kinds: Vec<_> = unread.iter().map(|(kind, count)| (kind.to_string(), count.packets)).collect();
        let kinds = kinds.iter().map(|(kind, packets)| (kind.as_str(), *packets));
        tell(kinds.chain([("further kinds", unread.further())]), visit, user)
    })
}

fn tell<'n>(
    found: impl Iterator<Item = (&'n str, u64)>,
    visit: unsafe extern "C" fn(*mut c_void, cluscope_text, u64) -> i32,
    user: *mut c_void,
) -> Outcome {
    for (name, count) in found.filter(|(_, count)| *count != 0) {
        // SAFETY: the callback is as the header says.
        if unsafe { visit(user, cluscope_text::of(name), count) } != 0 {
            return Err(CLUSCOPE_ERROR_STOPPED.into());
        }
    }
    Ok(())
}

/// Frees a session; null is none. What waits in it is not handed out: `cluscope_session_finish` does that. Its connections
/// stay what they are, handles to be freed, and bring nothing any more. Returns `CLUSCOPE_ERROR_BUSY`, and frees nothing,
/// from a callback of its own.
///
/// # Safety
/// `session` is null or not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_free(session: *mut cluscope_session) -> i32 {
    guard(ptr::null_mut(), || {
        if session.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        let handle = unsafe { Handle::<State>::of(session) }?;
        handle.enter()?.finished = true;
        handle.retire()?;
        // SAFETY: the share that `cluscope_session_new` has given the caller.
        drop(unsafe { Arc::from_raw(ptr::from_ref(handle)) });
        Ok(())
    })
}
