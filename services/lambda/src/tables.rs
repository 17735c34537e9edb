//! The rows of this room.
//!
//! Whatever changes of a function or its versions goes with a new row of the function, written only if the old one
//! is still there ([`Found::change`]): decisions about one function are serial, however many requests decide at once.

use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Read};

use crate::arn::{FunctionArn, LayerArn, Scope};
use crate::model::{Attempt, Code, Event, Function, Layer, LayerVersion, Mapping, Settings};

const FUNCTION: &str = "lambda.function";
const VERSION: &str = "lambda.version";
const EVENT: &str = "lambda.event";
const MAPPING: &str = "lambda.mapping";
const ATTEMPT: &str = "lambda.attempt";
const LAYER: &str = "lambda.layer";
const LAYER_VERSION: &str = "lambda.layer-version";
const URL: &str = "lambda.url";
const POSITION: &str = "lambda.position";

/// A value as a row held it.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    key: Bytes,
    row: Bytes,
}

impl<T: Encode<()>> Found<T> {
    fn unchanged(&self) -> Batch {
        let mut batch = Batch::new();
        batch.require_value(self.key.clone(), self.row.clone());
        batch
    }

    /// A batch that puts another value in the place of this one, if that hasn't changed since.
    pub(crate) fn replacement(&self, value: &T) -> Batch {
        let mut batch = self.unchanged();
        batch.put(self.key.clone(), encode(value));
        batch
    }

    /// A batch that removes the value, if it hasn't changed since.
    pub(crate) fn removal(&self) -> Batch {
        let mut batch = self.unchanged();
        batch.delete(self.key.clone());
        batch
    }
}

impl Found<Function> {
    /// A batch that puts the changed function in the place of this one, if nothing about it has changed since.
    pub(crate) fn change(&self, mut changed: Function) -> Batch {
        changed.changes = self.value.changes + 1;
        self.replacement(&changed)
    }

    /// A batch that removes the function, its versions and its addresses, if nothing about it has changed since.
    pub(crate) fn removal_with_versions(&self, arn: &FunctionArn) -> Batch {
        let mut batch = self.removal();
        batch.delete_range(key(VERSION, &arn.scope, &arn.name).range());
        for url in self.value.urls.values() {
            delete_url(&mut batch, &url.id);
        }
        batch
    }
}

/// Where an event stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) due: i64,
    pub(crate) id: String,
}

impl Place {
    fn key(&self) -> Key {
        Key::of(EVENT).i64(self.due).text(&self.id)
    }
}

/// Reads rows, from the store or from one snapshot of it.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn function(
        &self,
        arn: &FunctionArn,
    ) -> Result<Option<Found<Function>>, Error> {
        self.found(key(FUNCTION, &arn.scope, &arn.name)).await
    }

    pub(crate) async fn version(
        &self,
        arn: &FunctionArn,
        number: u64,
    ) -> Result<Option<Settings>, Error> {
        let found = self.found(key(VERSION, &arn.scope, &arn.name).u64(number)).await?;
        Ok(found.map(|found| found.value))
    }

    pub(crate) async fn mapping(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<Found<Mapping>>, Error> {
        self.found(key(MAPPING, scope, id)).await
    }

    /// How far the shard of a stream was read for a mapping: the sequence number that was taken last.
    pub(crate) async fn position(
        &self,
        mapping: &str,
        shard: &str,
    ) -> Result<Option<String>, Error> {
        let found = self.found(position_key(mapping).text(shard)).await?;
        Ok(found.map(|found| found.value))
    }

    /// The ARN of the function or alias that an address leads to.
    pub(crate) async fn url(&self, id: &str) -> Result<Option<String>, Error> {
        Ok(self.found(url_key(id)).await?.map(|found| found.value))
    }

    pub(crate) async fn layer(&self, arn: &LayerArn) -> Result<Option<Found<Layer>>, Error> {
        self.found(key(LAYER, &arn.scope, &arn.name)).await
    }

    pub(crate) async fn layer_version(
        &self,
        arn: &LayerArn,
        number: u64,
    ) -> Result<Option<Found<LayerVersion>>, Error> {
        self.found(key(LAYER_VERSION, &arn.scope, &arn.name).u64(number)).await
    }

    /// The names of the layers, those after `after`.
    pub(crate) async fn layers(
        &self,
        scope: &Scope,
        after: Option<&str>,
    ) -> Result<Vec<(String, Layer)>, Error> {
        self.page(LAYER, scope, after, usize::MAX).await
    }

    /// The versions of a layer, newest first.
    pub(crate) async fn layer_versions(
        &self,
        arn: &LayerArn,
    ) -> Result<Vec<(u64, LayerVersion)>, Error> {
        let scan = key(LAYER_VERSION, &arn.scope, &arn.name).scan();
        let entries = self.0.scan(&scan).await?;
        entries.iter().rev().map(|entry| numbered(LAYER_VERSION, entry)).collect()
    }

    pub(crate) async fn attempt(&self, attempt: &str) -> Result<Option<Attempt>, Error> {
        Ok(self.found(attempt_key(attempt)).await?.map(|found| found.value))
    }

    /// Functions by name, those after `after`.
    pub(crate) async fn functions(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Function)>, Error> {
        self.page(FUNCTION, scope, after, limit).await
    }

    /// Mappings by id, those after `after`.
    pub(crate) async fn mappings(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Mapping)>, Error> {
        self.page(MAPPING, scope, after, limit).await
    }

    /// The versions of a function, oldest first, those after `after`.
    pub(crate) async fn versions(
        &self,
        arn: &FunctionArn,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Settings)>, Error> {
        let of = key(VERSION, &arn.scope, &arn.name);
        let mut scan = of.clone().scan().limit(limit);
        if let Some(after) = after {
            scan = scan.after(&of.u64(after));
        }
        let entries = self.0.scan(&scan).await?;
        entries.iter().map(|entry| numbered(VERSION, entry)).collect()
    }

    /// Events in the order of when they are due, those after `after`.
    pub(crate) async fn events(
        &self,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<(Place, Event)>, Error> {
        let mut scan = Key::of(EVENT).scan().limit(limit);
        if let Some(after) = after {
            scan = scan.after(&after.key());
        }
        let entries = self.0.scan(&scan).await?;
        let event = |entry: &store::Entry| {
            let mut parts = Parts::of(EVENT, &entry.key)?;
            let place = Place { due: parts.i64()?, id: parts.text()? };
            parts.end()?;
            Ok((place, decode(&entry.value)?))
        };
        entries.iter().map(event).collect()
    }

    /// Every mapping of the house, with its scope and id.
    pub(crate) async fn all_mappings(&self) -> Result<Vec<(Scope, String, Mapping)>, Error> {
        let entries = self.0.scan(&Key::of(MAPPING).scan()).await?;
        let mapping = |entry: &store::Entry| {
            let (scope, id) = names(MAPPING, &entry.key)?;
            Ok((scope, id, decode(&entry.value)?))
        };
        entries.iter().map(mapping).collect()
    }

    /// Every code that some function or version runs, and that of the layers.
    pub(crate) async fn all_code(&self) -> Result<Vec<Code>, Error> {
        let mut all = Vec::new();
        let mut used_by = |settings: Settings| {
            all.push(settings.code);
            all.extend(settings.layers.into_iter().map(|layer| layer.code));
        };
        for entry in self.0.scan(&Key::of(FUNCTION).scan()).await? {
            used_by(decode::<Function>(&entry.value)?.latest);
        }
        for entry in self.0.scan(&Key::of(VERSION).scan()).await? {
            used_by(decode(&entry.value)?);
        }
        for entry in self.0.scan(&Key::of(LAYER_VERSION).scan()).await? {
            all.push(decode::<LayerVersion>(&entry.value)?.code);
        }
        Ok(all)
    }

    /// The attempts that were made before an instant.
    pub(crate) async fn attempts_before(&self, instant: i64) -> Result<Vec<Bytes>, Error> {
        let mut keys = Vec::new();
        for entry in self.0.scan(&Key::of(ATTEMPT).scan()).await? {
            if decode::<Attempt>(&entry.value)?.at < instant {
                keys.push(entry.key);
            }
        }
        Ok(keys)
    }

    async fn found<T>(&self, key: Key) -> Result<Option<Found<T>>, Error>
    where
        T: for<'b> Decode<'b, ()>,
    {
        let Some(row) = self.0.get(&key).await? else { return Ok(None) };
        Ok(Some(Found { value: decode(&row)?, key: key.into(), row }))
    }

    /// Entries of a table whose keys end with a name.
    async fn page<T>(
        &self,
        table: &str,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, T)>, Error>
    where
        T: for<'b> Decode<'b, ()>,
    {
        let mut scan = Key::of(table).text(scope.as_str()).scan().limit(limit);
        if let Some(after) = after {
            scan = scan.after(&key(table, scope, after));
        }
        let entries = self.0.scan(&scan).await?;
        let named = |entry: &store::Entry| Ok((names(table, &entry.key)?.1, decode(&entry.value)?));
        entries.iter().map(named).collect()
    }
}

/// A batch that creates a function, if its name is free.
pub(crate) fn creation(arn: &FunctionArn, function: &Function) -> Batch {
    let key = key(FUNCTION, &arn.scope, &arn.name);
    let mut batch = Batch::new();
    batch.require_absent(key.clone()).put(key, encode(function));
    batch
}

pub(crate) fn put_version(batch: &mut Batch, arn: &FunctionArn, number: u64, settings: &Settings) {
    batch.put(key(VERSION, &arn.scope, &arn.name).u64(number), encode(settings));
}

pub(crate) fn delete_version(batch: &mut Batch, arn: &FunctionArn, number: u64) {
    batch.delete(key(VERSION, &arn.scope, &arn.name).u64(number));
}

pub(crate) fn put_event(batch: &mut Batch, place: &Place, event: &Event) {
    batch.put(place.key(), encode(event));
}

pub(crate) fn delete_event(batch: &mut Batch, place: &Place) {
    batch.delete(place.key());
}

pub(crate) fn put_mapping(batch: &mut Batch, scope: &Scope, id: &str, mapping: &Mapping) {
    batch.put(key(MAPPING, scope, id), encode(mapping));
}

/// Forgets a mapping and how far it came.
pub(crate) fn forget_positions(batch: &mut Batch, mapping: &str) {
    batch.delete_range(position_key(mapping).range());
}

pub(crate) fn put_position(batch: &mut Batch, mapping: &str, shard: &str, number: &String) {
    batch.put(position_key(mapping).text(shard), encode(number));
}

pub(crate) fn put_url(batch: &mut Batch, id: &str, arn: &FunctionArn) {
    batch.put(url_key(id), encode(&arn.to_string()));
}

pub(crate) fn delete_url(batch: &mut Batch, id: &str) {
    batch.delete(url_key(id));
}

/// A batch that gives a layer another version, if nobody else has meanwhile.
pub(crate) fn next_layer_version(
    arn: &LayerArn,
    found: Option<&Found<Layer>>,
    version: &LayerVersion,
) -> (u64, Batch) {
    let number = found.map_or(0, |found| found.value.last_version) + 1;
    let layer = Layer { last_version: number };
    let mut batch = match found {
        Some(found) => found.replacement(&layer),
        None => {
            let key = key(LAYER, &arn.scope, &arn.name);
            let mut batch = Batch::new();
            batch.require_absent(key.clone()).put(key, encode(&layer));
            batch
        }
    };
    batch.put(key(LAYER_VERSION, &arn.scope, &arn.name).u64(number), encode(version));
    (number, batch)
}

/// A batch that notes that an attempt is being made, if it never was.
pub(crate) fn first_attempt(attempt: &str, at: i64) -> Batch {
    let key = attempt_key(attempt);
    let mut batch = Batch::new();
    batch.require_absent(key.clone()).put(key, encode(&Attempt { at, reply: None }));
    batch
}

pub(crate) fn put_attempt(batch: &mut Batch, attempt: &str, kept: &Attempt) {
    batch.put(attempt_key(attempt), encode(kept));
}

pub(crate) fn delete_attempt(batch: &mut Batch, attempt: &str) {
    batch.delete(attempt_key(attempt));
}

fn position_key(mapping: &str) -> Key {
    Key::of(POSITION).text(mapping)
}

fn url_key(id: &str) -> Key {
    Key::of(URL).text(id)
}

fn attempt_key(attempt: &str) -> Key {
    Key::of(ATTEMPT).text(attempt)
}

fn key(table: &str, scope: &Scope, name: &str) -> Key {
    Key::of(table).text(scope.as_str()).text(name)
}

fn names(table: &str, key: &[u8]) -> Result<(Scope, String), Error> {
    let mut parts = Parts::of(table, key)?;
    let names = (Scope::read(parts.text()?), parts.text()?);
    parts.end()?;
    Ok(names)
}

/// An entry of a table whose keys end with a name and a number.
fn numbered<T>(table: &str, entry: &store::Entry) -> Result<(u64, T), Error>
where
    T: for<'b> Decode<'b, ()>,
{
    let mut parts = Parts::of(table, &entry.key)?;
    parts.text()?;
    parts.text()?;
    let number = parts.u64()?;
    parts.end()?;
    Ok((number, decode(&entry.value)?))
}

fn encode<R: Encode<()>>(row: &R) -> Vec<u8> {
    minicbor::to_vec(row).expect("a vector takes all that is written")
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    minicbor::decode(row).map_err(|_| Error::Corrupt("a row of the lambda room"))
}
