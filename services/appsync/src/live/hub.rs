//! Who listens to what, on whatever core his connection is, and how news reaches him.
//!
//! News is told by one task, so everybody hears it in the same order. Each connection has a queue of its own;
//! who doesn't read while it fills is cut off, so that nobody waits for him.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use json::Value;
use tokio::sync::{Notify, mpsc, watch};

use super::filter::Filter;
use super::shape::Shape;
use crate::rates::Gauge;

/// News that waits to be told. Who publishes more waits, too.
const NEWS_MAX: usize = 1_024;
/// Deliveries that wait for one connection.
const DELIVERIES_MAX: usize = 1_024;
/// Bytes of deliveries that wait for one connection; news that several wait for is counted for each.
const DELIVERY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How many are told before others get their turn on the thread.
const TOLD_AT_ONCE: usize = 256;

/// The listeners of all APIs. What they hear isn't kept: as with AWS, it is for those who are there.
pub(crate) struct Hub {
    topics: Mutex<Topics>,
    next_key: AtomicU64,
    connections: AtomicUsize,
    /// The APIs that somebody has connected to; what is dropped here ends their connections.
    apis: Mutex<HashMap<String, watch::Sender<()>>>,
    teller: mpsc::Sender<News>,
    news: tokio::sync::Mutex<mpsc::Receiver<News>>,
}

/// By API and topic: the field of a subscription, or a channel.
type Topics = HashMap<Arc<str>, HashMap<Arc<str>, Members>>;
type Members = HashMap<u64, Arc<Subscription>>;

/// One subscription of one connection.
pub(crate) struct Subscription {
    key: u64,
    api_id: Arc<str>,
    topic: Arc<str>,
    /// What the client calls it, as JSON.
    pub(super) id: Box<str>,
    interest: Interest,
    outlet: Arc<Outlet>,
}

/// What of a topic somebody wants to hear, and how.
#[derive(Clone, Default)]
pub(crate) struct Interest {
    pub(super) filter: Filter,
    /// What ends the subscription, if anything does.
    pub(super) invalidation: Option<Filter>,
    /// His selections, and what he may see; without them he hears of no mutation.
    pub(super) shape: Option<Arc<Shape>>,
}

/// Lasts as long as an API.
#[derive(Clone)]
pub(super) struct Life(watch::Receiver<()>);

impl Life {
    /// Waits until the API is no more.
    pub(super) async fn ended(&mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// The way to a connection.
pub(super) struct Outlet {
    deliveries: mpsc::Sender<Delivery>,
    bytes: AtomicUsize,
    /// Rings when too much waits.
    pub(super) cut: Notify,
}

/// What a connection is to tell its client.
pub(super) struct Delivery {
    pub(super) subscription: Arc<Subscription>,
    /// The message; none if the subscription has ended.
    pub(super) text: Option<Arc<str>>,
}

/// What has happened in an API.
pub(crate) struct News {
    pub(crate) api_id: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) what: What,
}

pub(crate) enum What {
    /// A mutation gave this.
    Given(Value),
    /// Subscriptions that were made to end with this, end.
    Invalidated(Value),
    /// Something was said on a channel.
    Said(Arc<str>),
}

impl Hub {
    pub(crate) fn new() -> Self {
        let (teller, news) = mpsc::channel(NEWS_MAX);
        Hub {
            topics: Mutex::default(),
            next_key: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
            apis: Mutex::default(),
            teller,
            news: tokio::sync::Mutex::new(news),
        }
    }

    /// Whether anybody listens to that API. Who publishes needn't prepare news for nobody.
    pub(crate) fn has_listeners(&self, api_id: &str) -> bool {
        self.topics().contains_key(api_id)
    }

    /// Hands news over to be told; waits while there is much of it.
    pub(crate) async fn publish(&self, news: News) {
        // The room, which has the other end, lasts longer than whoever publishes in it.
        let _ = self.teller.send(news).await;
    }

    /// Tells the news. To be run once at a time; it doesn't end.
    pub(crate) async fn work(&self, gauge: &Gauge) {
        let mut news = self.news.lock().await;
        while let Some(next) = news.recv().await {
            self.tell(next, gauge).await;
        }
    }

    async fn tell(&self, news: News, gauge: &Gauge) {
        let News { api_id, topic, what } = news;
        let mut texts = HashMap::new();
        for members in self.members(&api_id, &topic).chunks(TOLD_AT_ONCE) {
            for member in members {
                member.hear(&what, &mut texts, gauge);
            }
            tokio::task::yield_now().await;
        }
    }

    fn members(&self, api_id: &str, topic: &str) -> Vec<Arc<Subscription>> {
        let topics = self.topics();
        let members = topics.get(api_id).and_then(|topics| topics.get(topic));
        members.into_iter().flat_map(Members::values).cloned().collect()
    }

    pub(super) fn subscribe(
        &self,
        (api_id, topic): (&str, &str),
        id: &str,
        interest: Interest,
        outlet: &Arc<Outlet>,
    ) -> Arc<Subscription> {
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        let mut topics = self.topics();
        let api_id = named(&topics, api_id);
        let of_api = topics.entry(Arc::clone(&api_id)).or_default();
        let topic = named(of_api, topic);
        let members = of_api.entry(Arc::clone(&topic)).or_default();
        let outlet = Arc::clone(outlet);
        let subscription = Subscription { key, api_id, topic, id: id.into(), interest, outlet };
        Arc::clone(members.entry(key).or_insert_with(|| Arc::new(subscription)))
    }

    pub(super) fn unsubscribe(&self, subscription: &Subscription) {
        let Subscription { key, api_id, topic, .. } = subscription;
        let mut topics = self.topics();
        let Some(of_api) = topics.get_mut(api_id) else { return };
        let Some(members) = of_api.get_mut(topic) else { return };
        members.remove(key);
        if members.is_empty() {
            of_api.remove(topic);
        }
        if of_api.is_empty() {
            topics.remove(api_id);
        }
    }

    /// A place for one more connection, if there is one.
    pub(super) fn enter(&self, connections_max: usize) -> bool {
        let entered = self.connections.fetch_add(1, Ordering::Relaxed) < connections_max;
        if !entered {
            self.leave();
        }
        entered
    }

    pub(super) fn leave(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// How a connection learns that its API is no more.
    pub(super) fn life_of(&self, api_id: &str) -> Life {
        let mut apis = self.apis.lock().unwrap_or_else(PoisonError::into_inner);
        Life(apis.entry(api_id.to_owned()).or_default().subscribe())
    }

    /// Ends the connections to an API that is no more.
    pub(crate) fn end(&self, api_id: &str) {
        self.apis.lock().unwrap_or_else(PoisonError::into_inner).remove(api_id);
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name as the map has it, so that all who use it share one text.
fn named<T>(known: &HashMap<Arc<str>, T>, name: &str) -> Arc<str> {
    known.get_key_value(name).map_or_else(|| name.into(), |(known, _)| Arc::clone(known))
}

impl Subscription {
    /// What it makes of news. Texts are made once for all whose selections are the same.
    fn hear(
        self: &Arc<Self>,
        what: &What,
        texts: &mut HashMap<usize, Option<Arc<str>>>,
        gauge: &Gauge,
    ) {
        let Interest { filter, invalidation, shape } = &self.interest;
        let text = match what {
            What::Said(text) => Some(Arc::clone(text)),
            What::Given(value) if filter.admits(value) => {
                let Some(shape) = shape else { return };
                let place = Arc::as_ptr(shape).addr();
                let text = texts.entry(place).or_insert_with(|| shape.text(value));
                // AWS says nothing where there is too much to say (aws-appsync-community#33).
                let Some(text) = text else { return };
                Some(Arc::clone(text))
            }
            What::Invalidated(value)
                if invalidation.as_ref().is_some_and(|filter| filter.admits(value)) =>
            {
                None
            }
            What::Given(_) | What::Invalidated(_) => return,
        };
        let delivery = Delivery { subscription: Arc::clone(self), text };
        // AWS drops what is beyond its rate, or tells it later.
        if delivery.text.is_none() || gauge.admits_telling(&self.api_id, delivery.len()) {
            self.outlet.deliver(delivery);
        }
    }
}

impl Outlet {
    pub(super) fn new() -> (Arc<Self>, mpsc::Receiver<Delivery>) {
        let (deliveries, queue) = mpsc::channel(DELIVERIES_MAX);
        let outlet = Outlet { deliveries, bytes: AtomicUsize::new(0), cut: Notify::new() };
        (Arc::new(outlet), queue)
    }

    fn deliver(&self, delivery: Delivery) {
        let bytes = delivery.len();
        let waiting = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if DELIVERY_BYTES_MAX < waiting || self.deliveries.try_send(delivery).is_err() {
            self.cut.notify_one();
        }
    }

    /// A delivery has left the queue.
    pub(super) fn delivered(&self, delivery: &Delivery) {
        self.bytes.fetch_sub(delivery.len(), Ordering::Relaxed);
    }
}

impl Delivery {
    fn len(&self) -> usize {
        self.text.as_ref().map_or(0, |text| text.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base::{ManualClock, Timestamp};
    use service::Rate;

    use super::*;
    use crate::rates::Rates;

    fn gauge() -> Gauge {
        Gauge::new(Arc::new(ManualClock::starting_at(Timestamp::default())), None)
    }

    fn news(topic: &str, text: &str) -> News {
        News { api_id: "api".into(), topic: topic.into(), what: What::Said(text.into()) }
    }

    fn texts(queue: &mut mpsc::Receiver<Delivery>) -> Vec<String> {
        let heard = std::iter::from_fn(|| queue.try_recv().ok());
        heard.map(|delivery| delivery.text.unwrap().to_string()).collect()
    }

    #[tokio::test]
    async fn news_reaches_those_who_listen_to_it() {
        let hub = Hub::new();
        let (outlet, mut queue) = Outlet::new();
        let subscription = hub.subscribe(("api", "on"), "\"1\"", Interest::default(), &outlet);
        hub.tell(news("on", "a"), &gauge()).await;
        hub.tell(news("off", "b"), &gauge()).await;
        assert_eq!(texts(&mut queue), ["a"]);
        hub.unsubscribe(&subscription);
        hub.tell(news("on", "c"), &gauge()).await;
        assert_eq!(texts(&mut queue), [""; 0]);
        assert!(!hub.has_listeners("api"));
    }

    #[tokio::test]
    async fn who_doesnt_read_is_cut_off_and_keeps_nobody_waiting() {
        let hub = Hub::new();
        let (slow, _slow_queue) = Outlet::new();
        let (quick, mut quick_queue) = Outlet::new();
        hub.subscribe(("api", "on"), "1", Interest::default(), &slow);
        hub.subscribe(("api", "on"), "1", Interest::default(), &quick);
        for _ in 0..=DELIVERIES_MAX {
            hub.tell(news("on", "a"), &gauge()).await;
            assert_eq!(texts(&mut quick_queue), ["a"]);
            quick.bytes.store(0, Ordering::Relaxed);
        }
        slow.cut.notified().await;
    }

    #[tokio::test]
    async fn what_is_beyond_the_rate_is_told_to_nobody() {
        let once = Rate { bucket: 2, refill_per_second: 1 };
        let rates = Rates { outbound_messages: once, ..Rates::default() };
        let clock = Arc::new(ManualClock::starting_at(Timestamp::default()));
        let gauge = Gauge::new(clock.clone(), Some(rates));
        let hub = Hub::new();
        let (outlet, mut queue) = Outlet::new();
        hub.subscribe(("api", "on"), "1", Interest::default(), &outlet);
        let large = "a".repeat(5 * 1024 + 1);
        hub.tell(news("on", &large), &gauge).await;
        hub.tell(news("on", "b"), &gauge).await;
        assert_eq!(texts(&mut queue), [large]);
        clock.advance(Duration::from_secs(1));
        hub.tell(news("on", "c"), &gauge).await;
        assert_eq!(texts(&mut queue), ["c"]);
    }

    #[tokio::test]
    async fn who_leaves_large_texts_unread_is_cut_off_early() {
        let hub = Hub::new();
        let (outlet, _queue) = Outlet::new();
        hub.subscribe(("api", "on"), "1", Interest::default(), &outlet);
        let large = "a".repeat(DELIVERY_BYTES_MAX / 2 + 1);
        hub.tell(news("on", &large), &gauge()).await;
        hub.tell(news("on", &large), &gauge()).await;
        outlet.cut.notified().await;
    }
}
