//! AWS's rates: how often an API may be asked, connected to, published in and told of.
//!
//! They are enforced only where the configuration asks for AWS's throttling.
//! <https://docs.aws.amazon.com/general/latest/gr/appsync.html>; what a message is:
//! <https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html>.

use std::sync::Arc;

use base::Clock;
use service::{Bucket, Rate, Throttle};

/// Outbound messages are counted by as many bytes.
const MESSAGE_BYTES: usize = 5 * 1024;

/// AWS's rates; none is bound to another.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Requests to the APIs of an account, GraphQL and Event APIs each by themselves. AWS has 10,000 in some regions.
    pub requests: Rate,
    /// Connections to an API.
    pub connections: Rate,
    /// What the subscriptions of an API are to hear of its mutations, or the events that are published in it.
    pub inbound_messages: Rate,
    /// What subscribers of an API are told.
    pub outbound_messages: Rate,
    /// The times that mutations of an API end subscriptions.
    pub invalidations: Rate,
    /// The publish requests of one connection to an Event API.
    pub connection_publishes: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let a_second = |tokens| Rate { bucket: tokens, refill_per_second: tokens };
        Rates {
            requests: a_second(5_000),
            connections: a_second(2_000),
            inbound_messages: a_second(10_000),
            outbound_messages: a_second(1_000_000),
            invalidations: a_second(100),
            connection_publishes: a_second(25),
        }
    }
}

/// Something that has a rate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    Request,
    EventRequest,
    Connection,
    InboundMessage,
    OutboundMessage,
    Invalidation,
}

/// Counts what has a rate, if any is enforced.
pub(crate) struct Gauge {
    clock: Arc<dyn Clock>,
    rates: Option<Rates>,
    throttle: Throttle,
}

/// The publish requests of a connection.
pub(crate) struct Publishes {
    clock: Arc<dyn Clock>,
    bucket: Option<(Rate, Bucket)>,
}

impl Gauge {
    pub(crate) fn new(clock: Arc<dyn Clock>, rates: Option<Rates>) -> Self {
        Gauge { clock, rates, throttle: Throttle::default() }
    }

    /// Whether something may happen once more, in an API or an account.
    pub(crate) fn admits(&self, counted: Counted, whose: &str) -> bool {
        self.take(counted, whose, 1)
    }

    /// Whether a subscriber of an API may be told as much.
    pub(crate) fn admits_telling(&self, api_id: &str, bytes: usize) -> bool {
        let messages = u32::try_from(bytes.div_ceil(MESSAGE_BYTES)).unwrap_or(u32::MAX);
        self.take(Counted::OutboundMessage, api_id, messages)
    }

    /// The publish requests of a new connection.
    pub(crate) fn publishes(&self) -> Publishes {
        let rate = self.rates.as_ref().map(|rates| rates.connection_publishes);
        let bucket = rate.map(|rate| (rate, Bucket::full(rate, self.clock.now())));
        Publishes { clock: Arc::clone(&self.clock), bucket }
    }

    fn take(&self, counted: Counted, whose: &str, tokens: u32) -> bool {
        let Some(rates) = &self.rates else { return true };
        let (name, rate) = match counted {
            Counted::Request => ("requests", rates.requests),
            Counted::EventRequest => ("requests to Event APIs", rates.requests),
            Counted::Connection => ("connections", rates.connections),
            Counted::InboundMessage => ("inbound messages", rates.inbound_messages),
            Counted::OutboundMessage => ("outbound messages", rates.outbound_messages),
            Counted::Invalidation => ("invalidations", rates.invalidations),
        };
        let is_admitted = self.throttle.take(name, whose, rate, tokens, self.clock.now());
        if !is_admitted {
            tracing::debug!(whose, "too many {name}");
        }
        is_admitted
    }
}

impl Publishes {
    /// Whether there may be one more.
    pub(crate) fn admit(&mut self) -> bool {
        let now = self.clock.now();
        self.bucket.as_mut().is_none_or(|(rate, bucket)| bucket.take(*rate, 1, now))
    }
}
