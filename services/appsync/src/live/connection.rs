//! One WebSocket connection as long as it lasts, whatever is spoken over it.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use service::{Connection, Stopping};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval};
use websocket::{Close, Error, Message, Socket};

use super::hub::{Delivery, Interest, Life, Outlet, Subscription};
use crate::Room;
use crate::limits::Limits;

/// What is written at once, where several deliveries wait.
const WRITTEN_AT_ONCE: usize = 16 * 1024;

/// What is spoken over a connection.
pub(super) trait Protocol: Send + 'static {
    /// What came of something that took time.
    type Done: Send + 'static;

    /// Bytes of a message that the client may send.
    fn message_bytes_max(&self, limits: &Limits) -> usize {
        limits.message_bytes_max
    }

    /// Answers a message, at once into `out`, or later.
    fn hear(&mut self, message: Message, seat: &mut Seat, out: &mut Out) -> Step<Self::Done>;

    /// Says what came of something that took time.
    fn settle(&mut self, done: Self::Done, seat: &mut Seat, out: &mut Out);

    /// Says that something has happened.
    fn tell(&self, delivery: &Delivery, out: &mut Out);

    /// Says that the connection lives.
    fn keep_alive(&mut self, out: &mut Out);
}

/// How it goes on after a message.
pub(super) enum Step<D> {
    Listen,
    /// This is to be done meanwhile.
    Meanwhile(Pin<Box<dyn Future<Output = D> + Send>>),
    End(Close),
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Out {
    frames: Vec<u8>,
    /// Whether the connection ends once that is written.
    pub(super) ends: Option<Close>,
}

impl Out {
    /// A text message made of several parts.
    pub(super) fn text(&mut self, parts: &[&str]) {
        websocket::text_into(&mut self.frames, parts);
    }

    /// A message of bytes made of several parts.
    pub(super) fn binary(&mut self, parts: &[&[u8]]) {
        websocket::binary_into(&mut self.frames, parts);
    }
}

/// The subscriptions of a connection; they go with it.
pub(super) struct Seat {
    room: Arc<Room>,
    outlet: Arc<Outlet>,
    entries: Vec<Entry>,
    /// The places that were kept so far.
    reservations: u64,
}

/// A place that was kept. A client may give one up and ask for another by the same name before it is looked whether he
/// may have the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reservation(u64);

struct Entry {
    /// What the client calls it, as JSON.
    id: Box<str>,
    reservation: Reservation,
    /// None while it is being looked whether he may have it.
    subscription: Option<Arc<Subscription>>,
}

/// Why there is no place for one more subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    Full,
    Taken,
}

impl Seat {
    /// Keeps a place for a subscription.
    pub(super) fn reserve(&mut self, id: &str) -> Result<Reservation, NoPlace> {
        if self.room.limits.connection_subscriptions_max <= self.entries.len() {
            return Err(NoPlace::Full);
        }
        if self.entries.iter().any(|entry| *entry.id == *id) {
            return Err(NoPlace::Taken);
        }
        self.reservations += 1;
        let reservation = Reservation(self.reservations);
        self.entries.push(Entry { id: id.into(), reservation, subscription: None });
        Ok(reservation)
    }

    /// Puts a subscription in its place, unless the client has given it up meanwhile.
    pub(super) fn subscribe(
        &mut self,
        place: (&str, &str),
        reservation: Reservation,
        interest: Interest,
    ) -> bool {
        let is_reserved = |entry: &&mut Entry| entry.reservation == reservation;
        let Some(entry) = self.entries.iter_mut().find(is_reserved) else { return false };
        let subscription = self.room.hub.subscribe(place, &entry.id, interest, &self.outlet);
        entry.subscription = Some(subscription);
        true
    }

    /// Gives up a place, unless the client has done so; tells whether there was one.
    pub(super) fn give_up(&mut self, reservation: Reservation) -> bool {
        let place = self.entries.iter().position(|entry| entry.reservation == reservation);
        place.map(|place| self.entries.swap_remove(place)).is_some()
    }

    /// Ends a subscription, or gives up its place; tells whether there was one.
    pub(super) fn unsubscribe(&mut self, id: &str) -> bool {
        let place = self.entries.iter().position(|entry| *entry.id == *id);
        let Some(place) = place else { return false };
        if let Some(subscription) = self.entries.swap_remove(place).subscription {
            self.room.hub.unsubscribe(&subscription);
        }
        true
    }

    /// Whether the client still has it.
    fn has(&self, subscription: &Arc<Subscription>) -> bool {
        let own = self.entries.iter().filter_map(|entry| entry.subscription.as_ref());
        own.into_iter().any(|own| Arc::ptr_eq(own, subscription))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        for subscription in self.entries.drain(..).filter_map(|entry| entry.subscription) {
            self.room.hub.unsubscribe(&subscription);
        }
    }
}

/// What ends a connection that neither end wants to end.
pub(super) struct Ends {
    pub(super) stopping: Stopping,
    pub(super) life: Life,
}

impl Ends {
    /// Waits until the house stops, or the API is no more.
    async fn wait(&mut self) {
        tokio::select! {
            () = self.stopping.wait() => {}
            () = self.life.ended() => {}
        }
    }
}

/// Serves a connection that the hub has let in, to its end.
pub(super) async fn serve<P: Protocol>(
    room: Arc<Room>,
    connection: Connection,
    mut ends: Ends,
    mut protocol: P,
) {
    let limits = &room.limits;
    let (write_timeout, farewell) = (limits.write, limits.farewell);
    let (mut beats, end) = (beats(limits.keep_alive), Instant::now() + limits.connection);
    let mut socket = Socket::new(connection, protocol.message_bytes_max(limits));
    let (outlet, mut deliveries) = Outlet::new();
    let mut seat = Seat { room, outlet: Arc::clone(&outlet), entries: Vec::new(), reservations: 0 };
    let mut meanwhile = FuturesUnordered::new();
    let why = loop {
        let mut out = Out::default();
        tokio::select! {
            heard = socket.next() => match heard {
                Ok(Message::Ping(payload)) => websocket::pong_into(&mut out.frames, &payload),
                Ok(Message::Pong) => continue,
                Ok(Message::Close) => break Close::Normal,
                Ok(message) => match protocol.hear(message, &mut seat, &mut out) {
                    Step::Listen => {}
                    Step::Meanwhile(work) => meanwhile.push(work),
                    Step::End(why) => out.ends = Some(why),
                },
                Err(Error::Refused(why)) => break why,
                Err(Error::Io(_)) => return,
            },
            Some(done) = meanwhile.next() => protocol.settle(done, &mut seat, &mut out),
            Some(delivery) = deliveries.recv() => {
                tell(&protocol, delivery, &mut deliveries, &mut seat, &mut out);
            }
            now = beats.tick() => {
                if end <= now {
                    break Close::Normal;
                }
                protocol.keep_alive(&mut out);
            }
            () = outlet.cut.notified() => break Close::Policy,
            () = ends.wait() => break Close::GoingAway,
        }
        // Who takes nothing in while more and more waits for him, or the house stops, is cut off in the midst of a message.
        let written = tokio::select! {
            biased;
            written = tokio::time::timeout(write_timeout, socket.write(&out.frames)) => written,
            () = outlet.cut.notified() => return,
            () = ends.wait() => return,
        };
        match (written, out.ends) {
            (Ok(Ok(())), None) => {}
            (Ok(Ok(())), Some(why)) => break why,
            (Ok(Err(_)) | Err(_), _) => return,
        }
    };
    drop((seat, deliveries, meanwhile));
    // Whether the client hears why it ends is all that could go wrong yet.
    let _ = tokio::time::timeout(farewell, socket.close(why)).await;
}

fn beats(every: std::time::Duration) -> Interval {
    let mut beats = tokio::time::interval_at(Instant::now() + every, every);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    beats
}

/// Says all that waits, as far as it is to be written at once.
fn tell<P: Protocol>(
    protocol: &P,
    first: Delivery,
    deliveries: &mut mpsc::Receiver<Delivery>,
    seat: &mut Seat,
    out: &mut Out,
) {
    let mut next = Some(first);
    while let Some(delivery) = next {
        seat.outlet.delivered(&delivery);
        // Nothing is said of a subscription after its end.
        if seat.has(&delivery.subscription) {
            protocol.tell(&delivery, out);
            if delivery.text.is_none() {
                seat.unsubscribe(&delivery.subscription.id);
            }
        }
        next = match out.frames.len() < WRITTEN_AT_ONCE {
            true => deliveries.try_recv().ok(),
            false => None,
        };
    }
}
