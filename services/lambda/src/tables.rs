//! The rows of this room.
//!
//! Whatever changes of a function or its versions goes with a new row of the function, written only if the old one
//! is still there ([`change`]): decisions about one function are serial, however many requests decide at once.

use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Found, Read, Stored, row};

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

/// What a row is called that holds an ARN or a position.
const TEXT: &str = "a text of the lambda room";

impl Stored for Function {
    type Row = Self;
    const WHAT: &'static str = "a function";
}

impl Stored for Settings {
    type Row = Self;
    const WHAT: &'static str = "a version of a function";
}

impl Stored for Event {
    type Row = Self;
    const WHAT: &'static str = "an event";
}

impl Stored for Mapping {
    type Row = Self;
    const WHAT: &'static str = "an event source mapping";
}

impl Stored for Attempt {
    type Row = Self;
    const WHAT: &'static str = "an attempt";
}

impl Stored for Layer {
    type Row = Self;
    const WHAT: &'static str = "a layer";
}

impl Stored for LayerVersion {
    type Row = Self;
    const WHAT: &'static str = "a version of a layer";
}

/// A batch that puts the changed function in the place of the one found, if nothing about that has changed since.
pub(crate) fn change(found: &Found<Function>, changed: Function) -> Batch {
    found.change(Function { changes: found.value.changes + 1, ..changed })
}

/// A batch that removes a function, its versions and its addresses, if nothing about it has changed since it was found.
pub(crate) fn removal(found: &Found<Function>, arn: &FunctionArn) -> Batch {
    let mut batch = found.removal();
    batch.delete_range(key(VERSION, &arn.scope, &arn.name).range());
    for url in found.value.urls.values() {
        delete_url(&mut batch, &url.id);
    }
    batch
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
        Found::read(self.0, key(FUNCTION, &arn.scope, &arn.name)).await
    }

    pub(crate) async fn version(
        &self,
        arn: &FunctionArn,
        number: u64,
    ) -> Result<Option<Settings>, Error> {
        self.value(key(VERSION, &arn.scope, &arn.name).u64(number)).await
    }

    pub(crate) async fn mapping(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<Found<Mapping>>, Error> {
        Found::read(self.0, key(MAPPING, scope, id)).await
    }

    /// How far the shard of a stream was read for a mapping: the sequence number that was taken last.
    pub(crate) async fn position(
        &self,
        mapping: &str,
        shard: &str,
    ) -> Result<Option<String>, Error> {
        self.text(position_key(mapping).text(shard)).await
    }

    /// The ARN of the function or alias that an address leads to.
    pub(crate) async fn url(&self, id: &str) -> Result<Option<String>, Error> {
        self.text(url_key(id)).await
    }

    pub(crate) async fn layer(&self, arn: &LayerArn) -> Result<Option<Found<Layer>>, Error> {
        Found::read(self.0, key(LAYER, &arn.scope, &arn.name)).await
    }

    pub(crate) async fn layer_version(
        &self,
        arn: &LayerArn,
        number: u64,
    ) -> Result<Option<Found<LayerVersion>>, Error> {
        Found::read(self.0, key(LAYER_VERSION, &arn.scope, &arn.name).u64(number)).await
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
        self.value(attempt_key(attempt)).await
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
            Ok((place, row::value(&entry.value)?))
        };
        entries.iter().map(event).collect()
    }

    /// Every mapping of the house, with its scope and id.
    pub(crate) async fn all_mappings(&self) -> Result<Vec<(Scope, String, Mapping)>, Error> {
        let entries = self.0.scan(&Key::of(MAPPING).scan()).await?;
        let mapping = |entry: &store::Entry| {
            let (scope, id) = names(MAPPING, &entry.key)?;
            Ok((scope, id, row::value(&entry.value)?))
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
            used_by(row::value::<Function>(&entry.value)?.latest);
        }
        for entry in self.0.scan(&Key::of(VERSION).scan()).await? {
            used_by(row::value(&entry.value)?);
        }
        for entry in self.0.scan(&Key::of(LAYER_VERSION).scan()).await? {
            all.push(row::value::<LayerVersion>(&entry.value)?.code);
        }
        Ok(all)
    }

    /// The attempts that were made before an instant.
    pub(crate) async fn attempts_before(&self, instant: i64) -> Result<Vec<Bytes>, Error> {
        let mut keys = Vec::new();
        for entry in self.0.scan(&Key::of(ATTEMPT).scan()).await? {
            if row::value::<Attempt>(&entry.value)?.at < instant {
                keys.push(entry.key);
            }
        }
        Ok(keys)
    }

    async fn text(&self, key: Key) -> Result<Option<String>, Error> {
        self.0.get(&key).await?.map(|text| row::decode(&text, TEXT)).transpose()
    }

    async fn value<T: Stored>(&self, key: Key) -> Result<Option<T>, Error> {
        Ok(Found::read(self.0, key).await?.map(|found| found.value))
    }

    /// Entries of a table whose keys end with a name.
    async fn page<T: Stored>(
        &self,
        table: &str,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, T)>, Error> {
        let mut scan = Key::of(table).text(scope.as_str()).scan().limit(limit);
        if let Some(after) = after {
            scan = scan.after(&key(table, scope, after));
        }
        let entries = self.0.scan(&scan).await?;
        let named =
            |entry: &store::Entry| Ok((names(table, &entry.key)?.1, row::value(&entry.value)?));
        entries.iter().map(named).collect()
    }
}

/// A batch that creates a function, if its name is free.
pub(crate) fn creation(arn: &FunctionArn, function: &Function) -> Batch {
    row::creation(key(FUNCTION, &arn.scope, &arn.name), function.clone())
}

pub(crate) fn put_version(batch: &mut Batch, arn: &FunctionArn, number: u64, settings: &Settings) {
    batch.put(key(VERSION, &arn.scope, &arn.name).u64(number), row::encode(settings));
}

pub(crate) fn delete_version(batch: &mut Batch, arn: &FunctionArn, number: u64) {
    batch.delete(key(VERSION, &arn.scope, &arn.name).u64(number));
}

pub(crate) fn put_event(batch: &mut Batch, place: &Place, event: &Event) {
    batch.put(place.key(), row::encode(event));
}

pub(crate) fn delete_event(batch: &mut Batch, place: &Place) {
    batch.delete(place.key());
}

pub(crate) fn put_mapping(batch: &mut Batch, scope: &Scope, id: &str, mapping: &Mapping) {
    batch.put(key(MAPPING, scope, id), row::encode(mapping));
}

/// Forgets a mapping and how far it came.
pub(crate) fn forget_positions(batch: &mut Batch, mapping: &str) {
    batch.delete_range(position_key(mapping).range());
}

pub(crate) fn put_position(batch: &mut Batch, mapping: &str, shard: &str, number: &String) {
    batch.put(position_key(mapping).text(shard), row::encode(number));
}

pub(crate) fn put_url(batch: &mut Batch, id: &str, arn: &FunctionArn) {
    batch.put(url_key(id), row::encode(&arn.to_string()));
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
        Some(found) => found.change(layer),
        None => row::creation(key(LAYER, &arn.scope, &arn.name), layer),
    };
    batch.put(key(LAYER_VERSION, &arn.scope, &arn.name).u64(number), row::encode(version));
    (number, batch)
}

/// A batch that notes that an attempt is being made, if it never was.
pub(crate) fn first_attempt(attempt: &str, at: i64) -> Batch {
    row::creation(attempt_key(attempt), Attempt { at, reply: None })
}

pub(crate) fn put_attempt(batch: &mut Batch, attempt: &str, kept: &Attempt) {
    batch.put(attempt_key(attempt), row::encode(kept));
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
fn numbered<T: Stored>(table: &str, entry: &store::Entry) -> Result<(u64, T), Error> {
    let mut parts = Parts::of(table, &entry.key)?;
    parts.text()?;
    parts.text()?;
    let number = parts.u64()?;
    parts.end()?;
    Ok((number, row::value(&entry.value)?))
}
