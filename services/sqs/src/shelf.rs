//! Which messages a queue holds, and who may have them now: an index in memory over the rows that are the truth.
//!
//! Pure: time comes in, nothing is stored. A message is known here by its number, which rises in the order of sending.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;

/// A message without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) sent_at: Timestamp,
    /// When it may be received: after its delay, and after whoever holds it has held it long enough.
    pub(crate) visible_at: Timestamp,
    /// How often it has been received, in all queues that it has been in.
    pub(crate) receive_count: u32,
    /// How often it had been received when it came to this queue.
    pub(crate) received_before: u32,
    pub(crate) first_received_at: Option<Timestamp>,
    pub(crate) group: Option<Arc<str>>,
    /// Whether somebody has received it and neither deleted it nor given it back.
    pub(crate) is_held: bool,
}

/// What keeps an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Messages go out roughly as they came.
    Standard,
    /// Messages of a group go out in their order, none while an earlier one is held.
    Fifo,
}

/// What GetQueueAttributes counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

/// What a consumer gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    /// Held from now on.
    pub(crate) items: Vec<(u64, Item)>,
    /// Received often enough: on their way to the dead-letter queue.
    pub(crate) dead: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Delayed,
    Ready,
    InFlight,
    /// On its way to another queue.
    Leaving,
}

#[derive(Debug)]
pub(crate) struct Shelf {
    order: Order,
    items: BTreeMap<u64, (Item, Stage)>,
    ready: BTreeSet<u64>,
    /// Delayed and held messages, by when they become visible.
    waiting: BTreeSet<(Timestamp, u64)>,
    ages: BTreeSet<(Timestamp, u64)>,
    leaving: BTreeSet<u64>,
    delayed: usize,
    in_flight: usize,
    groups: BTreeMap<Arc<str>, Group>,
    /// The groups that may be received from, by their first message.
    open: BTreeMap<u64, Arc<str>>,
}

#[derive(Debug, Default)]
struct Group {
    members: BTreeSet<u64>,
    in_flight: usize,
    /// Under which message it stands among the open ones.
    open_as: Option<u64>,
}

impl Shelf {
    pub(crate) fn new(order: Order) -> Self {
        Shelf {
            order,
            items: BTreeMap::new(),
            ready: BTreeSet::new(),
            waiting: BTreeSet::new(),
            ages: BTreeSet::new(),
            leaving: BTreeSet::new(),
            delayed: 0,
            in_flight: 0,
            groups: BTreeMap::new(),
            open: BTreeMap::new(),
        }
    }

    /// Removes every message.
    pub(crate) fn clear(&mut self) {
        *self = Shelf::new(self.order);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.items.last_key_value().map_or(0, |(number, _)| *number)
    }

    pub(crate) fn counts(&self) -> Counts {
        let (in_flight, delayed) = (self.in_flight, self.delayed);
        Counts { visible: self.items.len() - in_flight - delayed, in_flight, delayed }
    }

    pub(crate) fn item(&self, number: u64) -> Option<&Item> {
        self.items.get(&number).map(|(item, _)| item)
    }

    /// Whether somebody holds the message at this moment.
    pub(crate) fn is_in_flight(&self, number: u64) -> bool {
        self.items.get(&number).is_some_and(|(_, stage)| *stage == Stage::InFlight)
    }

    pub(crate) fn insert(&mut self, number: u64, item: Item) {
        self.ages.insert((item.sent_at, number));
        if let Some(group) = self.kept_group(&item) {
            self.groups.entry(group).or_default().members.insert(number);
        }
        let stage = if item.is_held { Stage::InFlight } else { Stage::Delayed };
        self.waiting.insert((item.visible_at, number));
        *self.count(stage) += 1;
        if let (Stage::InFlight, Some(group)) = (stage, self.kept_group(&item)) {
            self.groups.entry(group).or_default().in_flight += 1;
        }
        self.items.insert(number, (item, stage));
    }

    /// Lets what has waited long enough be received.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some((visible_at, number)) = self.waiting.first().copied() {
            if now < visible_at {
                break;
            }
            self.enter(number, Stage::Ready);
        }
    }

    /// When the next message becomes visible by itself.
    pub(crate) fn next_visible(&self) -> Option<Timestamp> {
        self.waiting.first().map(|(visible_at, _)| *visible_at)
    }

    /// When the oldest message was sent.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.ages.first().map(|(sent_at, _)| *sent_at)
    }

    /// Removes what has been kept longer than that.
    pub(crate) fn expire(&mut self, now: Timestamp, retention: Duration) -> Vec<u64> {
        let mut expired = Vec::new();
        while let Some((sent_at, number)) = self.ages.first().copied() {
            if now < sent_at.after(retention) {
                break;
            }
            self.remove(number);
            expired.push(number);
        }
        expired
    }

    /// Gives up to `limit` messages to a consumer, who holds them until `until`.
    /// Those that have been received `receives_max` times in this queue leave it instead.
    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        limit: usize,
        until: Timestamp,
        receives_max: Option<u32>,
    ) -> Received {
        let mut received = Received::default();
        while received.items.len() < limit {
            let Some(number) = self.first_ready(&received) else { break };
            let Some((item, _)) = self.items.get_mut(&number) else { break };
            let receives = item.receive_count - item.received_before;
            if receives_max.is_some_and(|most| most <= receives) {
                self.enter(number, Stage::Leaving);
                received.dead.push(number);
                continue;
            }
            item.receive_count += 1;
            item.first_received_at.get_or_insert(now);
            item.visible_at = until;
            item.is_held = true;
            let given = item.clone();
            self.enter(number, Stage::InFlight);
            received.items.push((number, given));
        }
        received
    }

    /// The next message for a consumer who has already been given some: more of the same group come first.
    fn first_ready(&self, given: &Received) -> Option<u64> {
        if self.order == Order::Standard {
            return self.ready.first().copied();
        }
        let same_group = given.items.last().and_then(|(number, item)| {
            let group = self.groups.get(item.group.as_ref()?)?;
            let next = group.members.range(number + 1..).find(|next| !self.leaving.contains(*next));
            next.copied().filter(|next| self.ready.contains(next))
        });
        same_group.or_else(|| self.open.first_key_value().map(|(head, _)| *head))
    }

    /// Lets whoever holds the message hold it until then; gives the item as it is now.
    pub(crate) fn hold_until(&mut self, number: u64, until: Timestamp) -> Option<Item> {
        let (item, _) =
            self.items.get_mut(&number).filter(|(_, stage)| *stage == Stage::InFlight)?;
        self.waiting.remove(&(item.visible_at, number));
        self.waiting.insert((until, number));
        item.visible_at = until;
        Some(item.clone())
    }

    /// Takes the first visible message out of the reach of consumers, on its way to another queue.
    pub(crate) fn begin_leaving(&mut self) -> Option<u64> {
        let number = self.ready.first().copied()?;
        self.enter(number, Stage::Leaving);
        Some(number)
    }

    /// The messages that are on their way to another queue.
    pub(crate) fn leaving(&self) -> &BTreeSet<u64> {
        &self.leaving
    }

    /// Lets a message be received again that was on its way to another queue.
    pub(crate) fn stay(&mut self, number: u64) {
        if self.leaving.contains(&number) {
            self.enter(number, Stage::Ready);
        }
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Item> {
        self.items.get(&number)?;
        self.leave(number);
        let (item, _) = self.items.remove(&number)?;
        self.ages.remove(&(item.sent_at, number));
        if let Some(name) = self.kept_group(&item)
            && let Some(group) = self.groups.get_mut(&name)
        {
            group.members.remove(&number);
            self.reopen(&name);
        }
        Some(item)
    }

    /// Moves a message from its stage to another.
    fn enter(&mut self, number: u64, to: Stage) {
        self.leave(number);
        let Some((item, stage)) = self.items.get_mut(&number) else { return };
        *stage = to;
        let (visible_at, group) = (item.visible_at, item.group.clone());
        match to {
            Stage::Delayed | Stage::InFlight => {
                self.waiting.insert((visible_at, number));
                *self.count(to) += 1;
            }
            Stage::Ready => {
                if let Some((item, _)) = self.items.get_mut(&number) {
                    item.is_held = false;
                }
                self.ready.insert(number);
            }
            Stage::Leaving => {
                self.leaving.insert(number);
            }
        }
        let Some(name) = group.filter(|_| self.order == Order::Fifo) else { return };
        if let (Stage::InFlight, Some(group)) = (to, self.groups.get_mut(&name)) {
            group.in_flight += 1;
        }
        self.reopen(&name);
    }

    /// Takes a message out of everything that its stage has put it in.
    fn leave(&mut self, number: u64) {
        let Some((item, stage)) = self.items.get(&number) else { return };
        let (visible_at, stage, group) = (item.visible_at, *stage, self.kept_group(item));
        match stage {
            Stage::Delayed | Stage::InFlight => {
                // What becomes held has its new time already; it came out of `ready` then.
                self.waiting.remove(&(visible_at, number));
                *self.count(stage) -= 1;
            }
            Stage::Ready => {
                self.ready.remove(&number);
            }
            Stage::Leaving => {
                self.leaving.remove(&number);
            }
        }
        if let (Stage::InFlight, Some(name)) = (stage, group)
            && let Some(group) = self.groups.get_mut(&name)
        {
            group.in_flight -= 1;
        }
    }

    /// Finds out whether a group may be received from, and from which message on.
    fn reopen(&mut self, name: &Arc<str>) {
        let Some(group) = self.groups.get_mut(name) else { return };
        if let Some(head) = group.open_as.take() {
            self.open.remove(&head);
        }
        if group.members.is_empty() {
            self.groups.remove(name);
            return;
        }
        let head = group.members.iter().find(|number| !self.leaving.contains(*number));
        let head = head.copied().filter(|head| group.in_flight == 0 && self.ready.contains(head));
        if let Some(head) = head {
            group.open_as = Some(head);
            self.open.insert(head, Arc::clone(name));
        }
    }

    fn count(&mut self, stage: Stage) -> &mut usize {
        match stage {
            Stage::InFlight => &mut self.in_flight,
            Stage::Delayed | Stage::Ready | Stage::Leaving => &mut self.delayed,
        }
    }

    /// The group whose order the queue keeps. Groups of standard queues order nothing.
    fn kept_group(&self, item: &Item) -> Option<Arc<str>> {
        item.group.clone().filter(|_| self.order == Order::Fifo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn item(sent_at: i64, group: Option<&str>) -> Item {
        Item {
            sent_at: at(sent_at),
            visible_at: at(sent_at),
            receive_count: 0,
            received_before: 0,
            first_received_at: None,
            group: group.map(Arc::from),
            is_held: false,
        }
    }

    fn shelf(order: Order, groups: &[&str]) -> Shelf {
        let mut shelf = Shelf::new(order);
        for (number, group) in (1..).zip(groups) {
            shelf.insert(number, item(0, Some(*group).filter(|group| !group.is_empty())));
        }
        shelf.settle(at(0));
        shelf
    }

    fn receive(shelf: &mut Shelf, now: i64, limit: usize) -> Vec<u64> {
        shelf.settle(at(now));
        let received = shelf.receive(at(now), limit, at(now + 30), None);
        received.items.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn what_is_held_comes_back_in_its_place() {
        let mut shelf = shelf(Order::Standard, &["", "", ""]);
        assert_eq!(receive(&mut shelf, 0, 2), [1, 2]);
        assert_eq!(shelf.counts(), Counts { visible: 1, in_flight: 2, delayed: 0 });
        assert_eq!(shelf.next_visible(), Some(at(30)));
        shelf.remove(1);
        assert_eq!(receive(&mut shelf, 30, 10), [2, 3]);
        assert_eq!(shelf.item(2).map(|item| item.receive_count), Some(2));
        assert_eq!(shelf.item(2).and_then(|item| item.first_received_at), Some(at(0)));
    }

    #[test]
    fn a_group_waits_for_what_is_held_of_it() {
        let mut shelf = shelf(Order::Fifo, &["a", "b", "a", "a", "b"]);
        assert_eq!(receive(&mut shelf, 0, 2), [1, 3], "of one group first");
        assert_eq!(receive(&mut shelf, 0, 10), [2, 5]);
        assert_eq!(receive(&mut shelf, 0, 10), [0; 0]);
        shelf.remove(1);
        assert_eq!(receive(&mut shelf, 0, 10), [0; 0], "the third is held");
        shelf.remove(3);
        assert_eq!(receive(&mut shelf, 0, 10), [4]);
        assert_eq!(receive(&mut shelf, 30, 10), [2, 5, 4], "in the order of groups");
    }

    #[test]
    fn a_delayed_message_holds_its_group_back() {
        let mut shelf = Shelf::new(Order::Fifo);
        shelf.insert(1, Item { visible_at: at(10), ..item(0, Some("a")) });
        shelf.insert(2, item(0, Some("a")));
        assert_eq!(receive(&mut shelf, 5, 10), [0; 0]);
        assert_eq!(receive(&mut shelf, 10, 10), [1, 2]);
    }

    #[test]
    fn what_was_received_too_often_leaves() {
        for order in [Order::Standard, Order::Fifo] {
            let mut shelf = shelf(order, &["a", "a"]);
            assert_eq!(receive(&mut shelf, 0, 1), [1]);
            shelf.settle(at(30));
            let received = shelf.receive(at(30), 1, at(60), Some(1));
            assert_eq!((received.dead, received.items[0].0), (vec![1], 2));
            assert_eq!(shelf.counts(), Counts { visible: 1, in_flight: 1, delayed: 0 });
            shelf.remove(1);
            shelf.remove(2);
            assert_eq!(shelf.counts(), Counts::default());
            assert!(shelf.is_empty() && shelf.groups.is_empty() && shelf.open.is_empty());
        }
    }

    #[test]
    fn a_message_that_stays_is_received_again() {
        let mut shelf = shelf(Order::Standard, &["", ""]);
        assert_eq!(shelf.begin_leaving(), Some(1));
        assert_eq!(receive(&mut shelf, 0, 10), [2]);
        shelf.stay(1);
        assert_eq!(receive(&mut shelf, 0, 10), [1]);
    }

    #[test]
    fn holding_longer_or_giving_back_moves_the_time() {
        let mut shelf = shelf(Order::Fifo, &["a"]);
        receive(&mut shelf, 0, 1);
        shelf.hold_until(1, at(100));
        assert_eq!(receive(&mut shelf, 99, 1), [0; 0]);
        shelf.hold_until(1, at(99));
        assert_eq!(receive(&mut shelf, 99, 1), [1]);
    }

    #[test]
    fn old_messages_expire_wherever_they_are() {
        let mut shelf = shelf(Order::Fifo, &["a", "a"]);
        shelf.insert(3, item(50, Some("b")));
        receive(&mut shelf, 0, 1);
        assert_eq!(shelf.expire(at(60), Duration::from_millis(60)), [1, 2]);
        assert_eq!(shelf.counts(), Counts { visible: 0, in_flight: 0, delayed: 1 });
        assert_eq!(shelf.oldest(), Some(at(50)));
    }
}
