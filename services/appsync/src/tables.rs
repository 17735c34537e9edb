//! The rows of this room.
//!
//! Whatever changes of an API or of what belongs to it goes with a new row of the API, written only if the old one
//! is still there ([`change`]): decisions about one API are serial, however many requests decide at once.
//! What belongs to an API has keys that begin with the API's id, and goes with it.

mod rows;

use base::Timestamp;
use serde::Serialize;
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Found, Read, Stored, row};

use crate::model::{Api, Domain, Introspection};
use crate::wire::{
    ApiKey, ChannelNamespace, DataSource, FunctionConfiguration, MergedSource, Resolver,
    SourceApiAssociation,
};
use rows::{ApiRow, DomainRow, IntrospectionRow, TextRow};

const API: &str = "appsync.api";
const SCHEMA: &str = "appsync.schema";
const SCHEMA_CREATION: &str = "appsync.schema_creation";
const DOMAIN: &str = "appsync.domain";
const INTROSPECTION: &str = "appsync.introspection";
const MERGED_INTO: &str = "appsync.merged_into";

/// What a row is called that holds SDL, or what AWS describes.
const TEXT: &str = "a text of an API";

/// What belongs to an API, under a name or an id.
pub(crate) trait Part: aws::Shape + Serialize {
    const TABLE: &'static str;
    /// The last part of its key.
    fn name(&self) -> String;
}

impl Part for DataSource {
    const TABLE: &'static str = "appsync.data_source";

    fn name(&self) -> String {
        self.name.clone()
    }
}

impl Part for FunctionConfiguration {
    const TABLE: &'static str = "appsync.function";

    fn name(&self) -> String {
        self.function_id.clone()
    }
}

impl Part for Resolver {
    const TABLE: &'static str = "appsync.resolver";

    fn name(&self) -> String {
        resolver_name(&self.type_name, &self.field_name)
    }
}

impl Part for ApiKey {
    const TABLE: &'static str = "appsync.api_key";

    fn name(&self) -> String {
        self.id.clone()
    }
}

impl Part for ChannelNamespace {
    const TABLE: &'static str = "appsync.channel_namespace";

    fn name(&self) -> String {
        self.name.clone()
    }
}

impl Part for SourceApiAssociation {
    const TABLE: &'static str = "appsync.source_api_association";

    fn name(&self) -> String {
        self.association_id.clone()
    }
}

impl Part for MergedSource {
    const TABLE: &'static str = "appsync.merged_source";

    fn name(&self) -> String {
        self.association_id.clone()
    }
}

const PARTS: [&str; 7] = [
    DataSource::TABLE,
    FunctionConfiguration::TABLE,
    Resolver::TABLE,
    ApiKey::TABLE,
    ChannelNamespace::TABLE,
    SourceApiAssociation::TABLE,
    MergedSource::TABLE,
];

/// Names hold no dot: all resolvers of a type begin with its name and one.
pub(crate) fn resolver_name(type_name: &str, field_name: &str) -> String {
    format!("{type_name}.{field_name}")
}

impl Stored for Api {
    type Row = ApiRow;
    const WHAT: &'static str = "an API";
}

impl Stored for Domain {
    type Row = DomainRow;
    const WHAT: &'static str = "a domain name";
}

/// A batch that puts the changed API in the place of the one found, if nothing about that has changed since.
pub(crate) fn change(found: &Found<Api>, changed: Api) -> Batch {
    found.change(Api { changes: found.value.changes + 1, ..changed })
}

/// A batch that removes an API and what belongs to it, if nothing about it has changed since it was found.
pub(crate) fn removal(found: &Found<Api>) -> Batch {
    let id = found.value.id();
    let mut batch = found.removal();
    batch.delete(Key::of(SCHEMA).text(id)).delete(Key::of(SCHEMA_CREATION).text(id));
    for table in PARTS {
        batch.delete_range(Key::of(table).text(id).range());
    }
    batch
}

/// Reads rows, from the store or from one snapshot of it.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn api(&self, id: &str) -> Result<Option<Found<Api>>, Error> {
        Found::read(self.0, Key::of(API).text(id)).await
    }

    /// The row of an API, unread: who has read it before knows whether anything has changed.
    pub(crate) async fn api_row(&self, id: &str) -> Result<Option<Bytes>, Error> {
        self.0.get(&Key::of(API).text(id)).await
    }

    /// Every API of the house.
    pub(crate) async fn apis(&self) -> Result<Vec<Api>, Error> {
        let entries = self.0.scan(&Key::of(API).scan()).await?;
        entries.iter().map(|entry| row::value(&entry.value)).collect()
    }

    /// The schema that an API serves.
    pub(crate) async fn schema(&self, api_id: &str) -> Result<Option<String>, Error> {
        self.text(Key::of(SCHEMA).text(api_id)).await
    }

    /// The definitions that are to become schemas, with the ids of their APIs.
    pub(crate) async fn schema_creations(&self) -> Result<Vec<(String, String)>, Error> {
        let entries = self.0.scan(&Key::of(SCHEMA_CREATION).scan()).await?;
        let creation = |entry: &store::Entry| {
            let mut parts = Parts::of(SCHEMA_CREATION, &entry.key)?;
            let id = parts.text()?;
            parts.end()?;
            Ok((id, row::decode::<TextRow>(&entry.value, TEXT)?.text))
        };
        entries.iter().map(creation).collect()
    }

    pub(crate) async fn part<P: Part>(&self, api_id: &str, name: &str) -> Result<Option<P>, Error> {
        let text = self.text(part_key::<P>(api_id, name)).await?;
        text.map(|text| read_part(&text)).transpose()
    }

    /// The parts of an API whose names begin so, in the order of their names, those after `after`.
    pub(crate) async fn parts<P: Part>(
        &self,
        api_id: &str,
        beginning: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<P>, Error> {
        let mut scan = Key::of(P::TABLE).text(api_id).beginning(beginning).scan().limit(limit);
        if let Some(after) = after {
            scan = scan.after(&part_key::<P>(api_id, after));
        }
        let entries = self.0.scan(&scan).await?;
        let part =
            |entry: &store::Entry| read_part(&row::decode::<TextRow>(&entry.value, TEXT)?.text);
        entries.iter().map(part).collect()
    }

    /// All parts of an API.
    pub(crate) async fn all_parts<P: Part>(&self, api_id: &str) -> Result<Vec<P>, Error> {
        self.parts(api_id, "", None, usize::MAX).await
    }

    /// The associations that a source API is in: the ids of merged APIs and of associations.
    pub(crate) async fn merged_into(
        &self,
        source_api_id: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        let entries = self.0.scan(&Key::of(MERGED_INTO).text(source_api_id).scan()).await?;
        let association = |entry: &store::Entry| {
            let mut parts = Parts::of(MERGED_INTO, &entry.key)?;
            parts.text()?;
            let names = (parts.text()?, parts.text()?);
            parts.end()?;
            Ok(names)
        };
        entries.iter().map(association).collect()
    }

    pub(crate) async fn domain(&self, name: &str) -> Result<Option<Found<Domain>>, Error> {
        Found::read(self.0, Key::of(DOMAIN).text(name)).await
    }

    /// Every domain name of the house.
    pub(crate) async fn domains(&self) -> Result<Vec<Domain>, Error> {
        let entries = self.0.scan(&Key::of(DOMAIN).scan()).await?;
        entries.iter().map(|entry| row::value(&entry.value)).collect()
    }

    pub(crate) async fn introspection(&self, id: &str) -> Result<Option<Introspection>, Error> {
        let Some(row) = self.0.get(&Key::of(INTROSPECTION).text(id)).await? else {
            return Ok(None);
        };
        Ok(Some(row::decode::<IntrospectionRow>(&row, INTROSPECTION)?.read(id)))
    }

    /// The keys of what is to be forgotten by then.
    pub(crate) async fn introspections_until(&self, now: Timestamp) -> Result<Vec<Bytes>, Error> {
        let mut over = Vec::new();
        for entry in self.0.scan(&Key::of(INTROSPECTION).scan()).await? {
            if row::decode::<IntrospectionRow>(&entry.value, INTROSPECTION)?.until() <= now {
                over.push(entry.key);
            }
        }
        Ok(over)
    }

    async fn text(&self, key: Key) -> Result<Option<String>, Error> {
        let Some(row) = self.0.get(&key).await? else { return Ok(None) };
        Ok(Some(row::decode::<TextRow>(&row, TEXT)?.text))
    }
}

/// A batch that creates an API, if its id is free.
pub(crate) fn api_creation(api: &Api) -> Batch {
    row::creation(Key::of(API).text(api.id()), api.clone())
}

/// A batch that creates a domain name, if nobody has it.
pub(crate) fn domain_creation(domain: &Domain) -> Batch {
    row::creation(Key::of(DOMAIN).text(&domain.config.domain_name), domain.clone())
}

pub(crate) fn introspection_creation(introspection: &Introspection) -> Batch {
    let key = Key::of(INTROSPECTION).text(&introspection.id);
    let mut batch = Batch::new();
    batch.require_absent(key.clone()).put(key, row::encode(&IntrospectionRow::of(introspection)));
    batch
}

pub(crate) fn put_part<P: Part>(batch: &mut Batch, api_id: &str, part: &P) {
    let row = TextRow { text: crate::wire::text(part) };
    batch.put(part_key::<P>(api_id, &part.name()), row::encode(&row));
}

pub(crate) fn delete_part<P: Part>(batch: &mut Batch, api_id: &str, name: &str) {
    batch.delete(part_key::<P>(api_id, name));
}

/// Removes every part of that kind that an API has.
pub(crate) fn delete_parts<P: Part>(batch: &mut Batch, api_id: &str) {
    batch.delete_range(Key::of(P::TABLE).text(api_id).range());
}

pub(crate) fn put_schema(batch: &mut Batch, api_id: &str, schema: String) {
    batch.put(Key::of(SCHEMA).text(api_id), row::encode(&TextRow { text: schema }));
}

pub(crate) fn delete_schema(batch: &mut Batch, api_id: &str) {
    batch.delete(Key::of(SCHEMA).text(api_id));
}

pub(crate) fn put_schema_creation(batch: &mut Batch, api_id: &str, definition: String) {
    batch.put(Key::of(SCHEMA_CREATION).text(api_id), row::encode(&TextRow { text: definition }));
}

pub(crate) fn delete_schema_creation(batch: &mut Batch, api_id: &str) {
    batch.delete(Key::of(SCHEMA_CREATION).text(api_id));
}

pub(crate) fn put_merged_into(batch: &mut Batch, association: &SourceApiAssociation) {
    batch.put(merged_into_key(association), Bytes::new());
}

pub(crate) fn delete_merged_into(batch: &mut Batch, association: &SourceApiAssociation) {
    batch.delete(merged_into_key(association));
}

fn merged_into_key(association: &SourceApiAssociation) -> Key {
    let SourceApiAssociation { source_api_id, merged_api_id, association_id, .. } = association;
    Key::of(MERGED_INTO).text(source_api_id).text(merged_api_id).text(association_id)
}

/// The API of a row.
pub(crate) fn read_api(row: &[u8]) -> Result<Api, Error> {
    row::value(row)
}

fn part_key<P: Part>(api_id: &str, name: &str) -> Key {
    Key::of(P::TABLE).text(api_id).text(name)
}

fn read_part<P: Part>(text: &str) -> Result<P, Error> {
    crate::wire::read(text).map_err(|_| Error::Corrupt("a part of an API"))
}
