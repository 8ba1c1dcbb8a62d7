//! Records through three steps, of which the middle one is done by several threads at a time.
//!
//! The thread that reads packs records into batches, since handing over each by itself would cost more than printing it. Any
//! thread takes the next batch: the first step, which needs records in their order (handles, what is shown), is done by one
//! thread at a time; the second one (printing) by all; what they have made goes through the last step (writing) in the order of the
//! batches again. So the same comes out for every number of threads. Where the others are behind and few ([`HELPED`]),
//! the thread that reads takes batches as well. With two threads ([`FOLLOWED`]) it does the first step, too: what that step knows
//! stays in one processor's cache, which takes a sixth less time (docs/performance.md); more threads would wait for it.
//!
//! Work that comes of the last step and needs no order (encoding tables) is done by any thread before it takes the next batch.
//!
//! Memory: there are at most two more batches than threads, each of the bytes that [`Steps::batch`] says or of a single larger
//! message, of which there is one at a time; of what is made of a batch at most [`BATCH_PRINT`] waits for its turn.

use super::source::RecordConsumer;
use super::{Capture, Failure, source, summary::Totals};
use cluscope::internals::analysis::RecordContext;
#[cfg(doc)]
use cluscope::internals::base::bounds::BATCH_PRINT;
use cluscope::internals::session::{Batch, BatchLimits, Record, Session};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// With more threads than these, the one that reads does nothing else: the others would wait for batches while it is at one.
const HELPED: usize = 4;

/// With so many threads the one that reads does the first step for each record that it packs.
const FOLLOWED: usize = 2;

/// Bytes of stack of a thread, as much as the program's first one usually has.
const STACK: usize = 8 << 20;

/// What is done with records.
pub(super) trait Steps: Sync {
    /// What the first step knows.
    type Order: Send;
    /// What it says of a record to the second one.
    type Choice: Send;
    /// What a thread has for itself.
    type Worker;
    /// What the second step makes of a batch.
    type Made: Send;
    /// What the last step knows.
    type Last: Send;

    /// Whether what is made depends on where batches end. One thread by itself packs records into batches, too, then, so that the
    /// same comes out.
    const PACKED: bool = false;

    /// Records and bytes of a batch.
    fn batch(&self) -> BatchLimits {
        BatchLimits::default()
    }

    /// Whether somebody may wait for what was read so far, when what comes next takes long.
    fn is_live(&self) -> bool {
        true
    }

    /// What a thread has for itself.
    fn worker(&self) -> Self::Worker;

    /// Nothing made yet.
    fn made(&self) -> Self::Made;

    /// Looks at a record in order.
    fn first(&self, order: &mut Self::Order, record: &Record<'_>, seen: &mut RecordContext) -> Self::Choice;

    /// Makes something of a record. What comes to more than [`BATCH_PRINT`] is to be handed on by [`Way::turn`].
    fn middle(
        &self,
        worker: &mut Self::Worker,
        made: &mut Self::Made,
        item: (&Record<'_>, &RecordContext, Self::Choice),
        way: &Way<'_, Self>,
    ) -> Result<(), Failure>;

    /// A batch ends here.
    fn settle(&self, worker: &mut Self::Worker, made: &mut Self::Made) {
        let _ = (worker, made);
    }

    /// Takes what was made, in order; it is empty then.
    fn last(&self, last: &mut Self::Last, made: &mut Self::Made) -> Result<(), Failure>;

    /// Does what has come of the last step, together with whatever other thread is there.
    fn after(&self) -> Result<(), Failure> {
        Ok(())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known of a record in a batch.
struct Known<S: Steps + ?Sized> {
    seen: RecordContext,
    /// What the first step said, from the thread that reads to the one that takes it, where [`Pool::follows`] says so.
    choice: Option<S::Choice>,
}

impl<S: Steps + ?Sized> Default for Known<S> {
    fn default() -> Self {
        Known { seen: RecordContext::default(), choice: None }
    }
}

/// Batches on their way to the other steps.
struct Queue<S: Steps + ?Sized> {
    batches: VecDeque<Batch<Known<S>>>,
    spare: Vec<Batch<Known<S>>>,
    /// Number of the batch that is taken next.
    next: u64,
    /// Batches that were handed over and of which something is still to be done.
    under_way: usize,
    /// No more will come.
    ended: bool,
    failure: Option<Failure>,
}

impl<S: Steps + ?Sized> Default for Queue<S> {
    fn default() -> Self {
        let (batches, spare) = (VecDeque::new(), Vec::new());
        Queue { batches, spare, next: 0, under_way: 0, ended: false, failure: None }
    }
}

/// What the last step knows.
struct InOrder<T> {
    /// Number of the batch that is next.
    next: u64,
    inner: T,
}

struct Made<T> {
    /// What was made of batches before their turn, by number.
    waiting: BTreeMap<u64, T>,
    spare: Vec<T>,
}

/// What the last step knows, and what waits for it.
type Final<S> = (InOrder<<S as Steps>::Last>, Made<<S as Steps>::Made>);

/// The steps with what lies between them.
struct Pool<'p, S: Steps + ?Sized> {
    steps: &'p S,
    /// Batches that may be under way.
    most: usize,
    queue: Mutex<Queue<S>>,
    /// There is a batch, or none will come.
    filled: Condvar,
    /// A batch is through.
    through: Condvar,
    first: Mutex<S::Order>,
    /// Whether the thread that reads does the first step.
    follows: bool,
    last: Mutex<Final<S>>,
    /// Another batch's turn has come.
    turn: Condvar,
    stopped: AtomicBool,
}

/// What a thread has for itself, and something to make the next batch's in.
struct PerThread<S: Steps + ?Sized> {
    worker: S::Worker,
    made: Option<S::Made>,
}

impl<S: Steps + ?Sized> PerThread<S> {
    fn new(steps: &S) -> Self {
        PerThread { worker: steps.worker(), made: None }
    }
}

/// A batch's way to the last step.
pub(super) struct Way<'w, S: Steps + ?Sized> {
    pool: &'w Pool<'w, S>,
    number: u64,
}

/// What the last step knows, as long as nobody else may work with it.
pub(super) struct Turn<'w, S: Steps + ?Sized>(MutexGuard<'w, Final<S>>);

impl<S: Steps + ?Sized> Turn<'_, S> {
    pub(super) fn last(&mut self) -> &mut S::Last {
        &mut self.0.0.inner
    }
}

impl<S: Steps + ?Sized> Way<'_, S> {
    /// Waits until everything before was handed on, and hands on what was made so far.
    pub(super) fn turn(&self, made: &mut S::Made) -> Result<Turn<'_, S>, Failure> {
        let pool = self.pool;
        let mut last = lock(&pool.last);
        while last.0.next != self.number {
            if pool.stopped.load(Ordering::Relaxed) {
                return Err(Failure::Gone);
            }
            last = pool.turn.wait(last).unwrap_or_else(PoisonError::into_inner);
        }
        pool.steps.last(&mut last.0.inner, made)?;
        Ok(Turn(last))
    }
}

/// Ends everything when a thread panics, so that none waits for it.
struct Watch<'w, S: Steps + ?Sized>(&'w Pool<'w, S>);

impl<S: Steps + ?Sized> Drop for Watch<'_, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop(Failure::Gone);
        }
    }
}

impl<S: Steps + ?Sized> Pool<'_, S> {
    /// Ends everything for an error; the first one is told.
    fn stop(&self, failure: Failure) {
        lock(&self.queue).failure.get_or_insert(failure);
        self.stopped.store(true, Ordering::Relaxed);
        // Whoever was about to wait holds one of these locks until it does.
        drop(lock(&self.last));
        self.turn.notify_all();
        drop(lock(&self.queue));
        self.filled.notify_all();
        self.through.notify_all();
    }

    /// Takes batches until there are no more.
    fn work(&self, own: &mut PerThread<S>) {
        let _watch = Watch(self);
        loop {
            let mut queue = lock(&self.queue);
            while queue.batches.is_empty() {
                if queue.failure.is_some() || queue.ended {
                    return;
                }
                queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.failure.is_some() {
                return;
            }
            drop(queue);
            if let Err(failure) = self.help(own) {
                return self.stop(failure);
            }
        }
    }

    /// Does a batch, if there is one that nobody has taken yet.
    fn help(&self, own: &mut PerThread<S>) -> Result<(), Failure> {
        // Whoever has this doesn't wait for anything, so that the thread that reads may wait for it.
        let first = (!self.follows).then(|| lock(&self.first));
        let mut queue = lock(&self.queue);
        let Some(batch) = queue.batches.pop_front() else { return Ok(()) };
        let way = Way { pool: self, number: queue.next };
        queue.next += 1;
        drop(queue);
        self.batch(first, batch, &way, own)
    }

    /// All steps of the next batch; the first one where it is given what that knows.
    fn batch(
        &self,
        first: Option<MutexGuard<'_, S::Order>>,
        mut batch: Batch<Known<S>>,
        way: &Way<'_, S>,
        own: &mut PerThread<S>,
    ) -> Result<(), Failure> {
        let mut made = own.made.take().unwrap_or_else(|| self.steps.made());
        let worker = &mut own.worker;
        match first {
            Some(mut order) => {
                let items: Vec<_> = batch
                    .lend()
                    .map(|(record, Known { seen, .. })| {
                        let choice = self.steps.first(&mut order, &record, seen);
                        (record, seen, choice)
                    })
                    .collect();
                drop(order);
                for (record, seen, choice) in items {
                    self.steps.middle(worker, &mut made, (&record, seen, choice), way)?;
                }
            }
            // The first step was done for each of them when it was packed.
            None => batch.drain(|record, Known { seen, choice }| match choice.take() {
                Some(choice) => self.steps.middle(worker, &mut made, (record, seen, choice), way),
                None => Ok(()),
            })?,
        }
        self.steps.settle(worker, &mut made);
        batch.clear();
        own.made = self.put(way.number, made, batch)?;
        self.steps.after()
    }

    /// PerThread on what was made of a batch, or leaves it to whoever does the one before. Gives back what can be used again, that
    /// of this thread where it can: its memory is in this processor's cache.
    fn put(&self, number: u64, made: S::Made, batch: Batch<Known<S>>) -> Result<Option<S::Made>, Failure> {
        let mut through = 0;
        let mut last = lock(&self.last);
        let (order, between) = &mut *last;
        between.waiting.insert(number, made);
        while let Some(mut made) = between.waiting.remove(&order.next) {
            self.steps.last(&mut order.inner, &mut made)?;
            order.next += 1;
            between.spare.push(made);
            through += 1;
        }
        let spare = between.spare.pop();
        drop(last);
        if through > 0 {
            self.turn.notify_all();
        }
        let mut queue = lock(&self.queue);
        queue.spare.push(batch);
        queue.under_way -= through;
        drop(queue);
        self.through.notify_one();
        Ok(spare)
    }
}

/// Reads captures and lets records go through the steps by so many threads as the command line says. Gives back what the
/// first and the last step know.
pub(super) fn read<S: Steps>(
    capture: &Capture,
    steps: &S,
    order: S::Order,
    last: S::Last,
) -> Result<(S::Order, S::Last, Session, Totals), Failure> {
    let threads = capture.threads.number_within(&capture.memory);
    let pool = Pool {
        steps,
        most: threads + 2,
        queue: Mutex::default(),
        filled: Condvar::new(),
        through: Condvar::new(),
        first: Mutex::new(order),
        follows: threads <= FOLLOWED,
        last: Mutex::new((InOrder { next: 0, inner: last }, Made { waiting: BTreeMap::new(), spare: Vec::new() })),
        turn: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    let (session, totals) = if threads == 1 && !S::PACKED {
        let mut alone = Alone {
            order: lock(&pool.first),
            worker: steps.worker(),
            made: steps.made(),
            way: Way { pool: &pool, number: 0 },
            seen: RecordContext::default(),
        };
        let read = source::read_here(capture, &mut alone)?;
        alone.pause()?;
        read
    } else {
        shared(capture, &pool, threads - 1)?
    };
    let order = pool.first.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (last, _) = pool.last.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((order, last.inner, session, totals))
}

/// Reads in this thread, with so many others to work.
fn shared<S: Steps>(capture: &Capture, pool: &Pool<'_, S>, others: usize) -> Result<(Session, Totals), Failure> {
    thread::scope(|scope| {
        let _watch = Watch(pool);
        for _ in 0..others {
            let work = || pool.work(&mut PerThread::new(pool.steps));
            let started = thread::Builder::new().name("work".into()).stack_size(STACK).spawn_scoped(scope, work);
            if let Err(e) = started {
                pool.stop(Failure::Gone);
                return Err(Failure::Message(format!("starting a thread: {e}")));
            }
        }
        let mut sender = Sender {
            pool,
            batch: Batch::within(pool.steps.batch()),
            own: PerThread::new(pool.steps),
            order: pool.follows.then(|| lock(&pool.first)),
        };
        let read = source::read_here(capture, &mut sender);
        // Where nobody takes it any more, it is known why.
        let _ = sender.rest();
        lock(&pool.queue).ended = true;
        pool.filled.notify_all();
        pool.work(&mut sender.own);
        // The others may still be at their last batches.
        let mut queue = lock(&pool.queue);
        while queue.under_way > 0 && queue.failure.is_none() {
            queue = pool.through.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        match queue.failure.take() {
            Some(failure) => Err(failure),
            None => read,
        }
    })
}

/// All steps in one thread, record by record.
struct Alone<'p, S: Steps> {
    order: MutexGuard<'p, S::Order>,
    worker: S::Worker,
    made: S::Made,
    way: Way<'p, S>,
    seen: RecordContext,
}

impl<S: Steps> RecordConsumer for Alone<'_, S> {
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure> {
        let steps = self.way.pool.steps;
        let choice = steps.first(&mut self.order, record, &mut self.seen);
        steps.middle(&mut self.worker, &mut self.made, (record, &self.seen, choice), &self.way)
    }

    fn pause(&mut self) -> Result<(), Failure> {
        self.way.turn(&mut self.made).map(drop)
    }
}

/// Packs records into batches for other threads.
struct Sender<'p, S: Steps> {
    pool: &'p Pool<'p, S>,
    batch: Batch<Known<S>>,
    own: PerThread<S>,
    /// What the first step knows, where [`Pool::follows`] says so.
    order: Option<MutexGuard<'p, S::Order>>,
}

impl<S: Steps> Sender<'_, S> {
    fn hand_over(&mut self) -> Result<(), Failure> {
        let large = self.batch.is_large();
        // Large messages are not piled up: memory is kept for one of them.
        let most = if large { 1 } else { self.pool.most };
        self.wait(most)?;
        let mut queue = lock(&self.pool.queue);
        let next = queue.spare.pop().unwrap_or_else(|| Batch::within(self.pool.steps.batch()));
        queue.batches.push_back(std::mem::replace(&mut self.batch, next));
        queue.under_way += 1;
        drop(queue);
        self.pool.filled.notify_one();
        if large { self.wait(1) } else { Ok(()) }
    }

    /// PerThread over what there is.
    fn rest(&mut self) -> Result<(), Failure> {
        if self.batch.is_empty() { Ok(()) } else { self.hand_over() }
    }

    /// Waits until fewer batches are under way, and helps so long.
    fn wait(&mut self, most: usize) -> Result<(), Failure> {
        loop {
            let mut queue = lock(&self.pool.queue);
            loop {
                if queue.failure.is_some() {
                    return Err(Failure::Gone);
                }
                if queue.under_way < most {
                    return Ok(());
                }
                if self.pool.most <= HELPED + 2 && !queue.batches.is_empty() {
                    break;
                }
                queue = self.pool.through.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            drop(queue);
            if let Err(failure) = self.pool.help(&mut self.own) {
                self.pool.stop(failure);
                return Err(Failure::Gone);
            }
        }
    }
}

impl<S: Steps> RecordConsumer for Sender<'_, S> {
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure> {
        let (steps, order) = (self.pool.steps, &mut self.order);
        self.batch.push(record, |record, known| {
            if let Some(order) = order {
                known.choice = Some(steps.first(order, record, &mut known.seen));
            }
        });
        if self.batch.is_full() { self.hand_over() } else { Ok(()) }
    }

    fn pause(&mut self) -> Result<(), Failure> {
        if self.pool.steps.is_live() { self.rest() } else { Ok(()) }
    }
}
