//! The rows of metric filters, and of what is on its way to subscribers.

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Error, Stored, row};

use super::{Tables, of_group};
use crate::identifier::Scope;
use crate::model::{Delivery, DeliveryPlace, MetricFilter};
use crate::wire::MetricTransformation;

pub(super) const METRIC_FILTER: &str = "logs.metric_filter";
const DELIVERY: &str = "logs.delivery";

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct MetricFilterRow {
    #[n(0)]
    pattern: String,
    /// JSON, as AWS writes it.
    #[n(1)]
    transformations: Vec<String>,
    #[n(2)]
    on_transformed: bool,
    #[n(3)]
    created_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct DeliveryRow {
    #[n(0)]
    destination_arn: String,
    #[n(1)]
    group_arn: String,
    #[n(2)]
    data: String,
    #[n(3)]
    created_at: i64,
    #[n(4)]
    attempts: u32,
}

impl From<MetricFilter> for MetricFilterRow {
    fn from(filter: MetricFilter) -> Self {
        let text = |one: &MetricTransformation| {
            serde_json::to_string(one).expect("writing to memory succeeds")
        };
        MetricFilterRow {
            pattern: filter.pattern,
            transformations: filter.transformations.iter().map(text).collect(),
            on_transformed: filter.on_transformed,
            created_at: filter.created_at.as_millis(),
        }
    }
}

impl TryFrom<MetricFilterRow> for MetricFilter {
    type Error = Error;

    fn try_from(row: MetricFilterRow) -> Result<Self, Error> {
        let read = |text: &String| {
            aws::decode(text.as_bytes()).map_err(|_| Error::Corrupt("a metric transformation"))
        };
        Ok(MetricFilter {
            pattern: row.pattern,
            transformations: row.transformations.iter().map(read).collect::<Result<_, _>>()?,
            on_transformed: row.on_transformed,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

impl From<Delivery> for DeliveryRow {
    fn from(delivery: Delivery) -> Self {
        DeliveryRow {
            destination_arn: delivery.destination_arn,
            group_arn: delivery.group_arn,
            data: delivery.data,
            created_at: delivery.created_at.as_millis(),
            attempts: delivery.attempts,
        }
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Delivery {
            destination_arn: row.destination_arn,
            group_arn: row.group_arn,
            data: row.data,
            created_at: Timestamp::from_millis(row.created_at),
            attempts: row.attempts,
        }
    }
}

impl Stored for MetricFilter {
    type Row = MetricFilterRow;
    const WHAT: &'static str = "a metric filter";
}

impl Stored for Delivery {
    type Row = DeliveryRow;
    const WHAT: &'static str = "a delivery to a subscriber";
}

/// The key of a delivery.
pub(crate) fn delivery_key(place: DeliveryPlace) -> Key {
    Key::of(DELIVERY).i64(place.due.as_millis()).u64(place.id)
}

/// Adds a delivery that is due then.
pub(crate) fn put_delivery(batch: &mut Batch, place: DeliveryPlace, delivery: Delivery) {
    batch.put(delivery_key(place), row::of(delivery));
}

/// Adds a metric filter of a group, in the place of another one of its name.
pub(crate) fn put_metric_filter(
    batch: &mut Batch,
    scope: &Scope,
    group: &str,
    name: &str,
    filter: MetricFilter,
) {
    let key = of_group(METRIC_FILTER, scope, group).text(name);
    batch.put(key, row::of(filter));
}

pub(crate) fn delete_metric_filter(batch: &mut Batch, scope: &Scope, group: &str, name: &str) {
    batch.delete(of_group(METRIC_FILTER, scope, group).text(name));
}

impl Tables<'_> {
    /// The first deliveries, in the order in which they are due.
    pub(crate) async fn deliveries(
        &self,
        limit: usize,
    ) -> Result<Vec<(DeliveryPlace, Delivery)>, Error> {
        let mut deliveries = Vec::new();
        for entry in self.0.scan(&Key::of(DELIVERY).scan().limit(limit)).await? {
            let mut parts = Parts::of(DELIVERY, &entry.key)?;
            let due = Timestamp::from_millis(parts.i64()?);
            let place = DeliveryPlace { due, id: parts.u64()? };
            parts.end()?;
            deliveries.push((place, row::value(&entry.value)?));
        }
        Ok(deliveries)
    }

    /// The metric filters of a group, or of all groups, with the names of group and filter, in their order.
    pub(crate) async fn metric_filters(
        &self,
        scope: &Scope,
        group: Option<&str>,
    ) -> Result<Vec<(String, String, MetricFilter)>, Error> {
        let key = match group {
            Some(group) => of_group(METRIC_FILTER, scope, group),
            None => Key::of(METRIC_FILTER).text(scope.as_str()),
        };
        let mut filters = Vec::new();
        for entry in self.0.scan(&key.scan()).await? {
            let mut parts = Parts::of(METRIC_FILTER, &entry.key)?;
            parts.text()?;
            let (group, name) = (parts.text()?, parts.text()?);
            parts.end()?;
            filters.push((group, name, row::value(&entry.value)?));
        }
        Ok(filters)
    }
}
