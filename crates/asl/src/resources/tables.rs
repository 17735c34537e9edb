//! Reads `resources/aws.tables`; `xtask/src/tables/encode.rs` writes it and describes the format.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::shape::{Bounds, Member, Shape, ShapeData};

static FILE: &[u8] = include_bytes!("../../resources/aws.tables");
static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

const MAGIC: &[u8] = b"FHTABLE1";
const MALFORMED: &str = "the tables are what `cargo xtask tables` wrote";

/// An action of an AWS service, as `aws-sdk:<service>:<action>` names it.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    service: &'static Service,
    name: &'static str,
    input: Option<u32>,
    output: Option<u32>,
}

/// An AWS service that Step Functions can call.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    error_prefix: &'static str,
    packed: &'static [u8],
    len: usize,
    unpacked: OnceLock<Facts>,
}

/// What is unpacked on first use.
#[derive(Debug)]
struct Facts {
    shapes: Box<[ShapeData]>,
    /// By name: where the input and the output lie among the shapes.
    actions: BTreeMap<&'static str, (Option<u32>, Option<u32>)>,
    /// By the code on the wire: the name in `aws-sdk:` integrations and in optimized ones.
    errors: BTreeMap<&'static str, (&'static str, &'static str)>,
}

struct Tables {
    stamp: &'static str,
    services: Box<[Service]>,
}

/// The action that `aws-sdk:<service>:<action>` names, if Step Functions knows it.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
#[must_use]
pub fn lookup(service: &str, action: &str) -> Option<Action> {
    self::service(service)?.action(action)
}

/// The service that stands in `aws-sdk:<service>:`.
#[must_use]
pub fn service(name: &str) -> Option<&'static Service> {
    let services = &TABLES.services;
    services.binary_search_by_key(&name, |service| service.name).ok().map(|place| &services[place])
}

/// All services, in the order of their names.
pub fn services() -> impl ExactSizeIterator<Item = &'static Service> {
    TABLES.services.iter()
}

/// Which models the tables were distilled from.
#[must_use]
pub fn stamp() -> &'static str {
    TABLES.stamp
}

impl Action {
    #[must_use]
    pub fn service(self) -> &'static Service {
        self.service
    }

    /// In lower camel case: `putItem`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The operation on the wire: `PutItem`.
    #[must_use]
    pub fn operation(self) -> String {
        let (first, rest) = self.name.split_at(1);
        first.to_ascii_uppercase() + rest
    }

    /// The shape of the request; none where the operation takes nothing.
    #[must_use]
    pub fn input(self) -> Option<Shape> {
        self.input.map(|place| self.service.shape(place))
    }

    /// The shape of the answer; none where the operation answers nothing, which is shown as `{}`.
    #[must_use]
    pub fn output(self) -> Option<Shape> {
        self.output.map(|place| self.service.shape(place))
    }
}

impl Service {
    /// As in `aws-sdk:<name>:`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What stands before the dot in error names of `aws-sdk:` integrations: `DynamoDb`.
    #[must_use]
    pub fn error_prefix(&self) -> &'static str {
        self.error_prefix
    }

    #[must_use]
    pub fn action(&'static self, name: &str) -> Option<Action> {
        let (&name, &(input, output)) = self.facts().actions.get_key_value(name)?;
        Some(Action { service: self, name, input, output })
    }

    /// All actions, in the order of their names.
    pub fn actions(&'static self) -> impl ExactSizeIterator<Item = Action> {
        let actions = self.facts().actions.iter();
        actions.map(move |(&name, &(input, output))| Action { service: self, name, input, output })
    }

    /// The error of an `aws-sdk:` integration for the error code a service answered: a modelled one
    /// by its class name (`DynamoDb.ResourceNotFoundException`, `S3.NoSuchKeyException`), any other
    /// by the service's base class (`DynamoDb.DynamoDbException`).
    #[must_use]
    pub fn error_name(&self, code: &str) -> String {
        let prefix = self.error_prefix;
        match self.facts().errors.get(code) {
            Some((name, _)) => format!("{prefix}.{name}"),
            None => format!("{prefix}.{prefix}Exception"),
        }
    }

    /// The class name of a modelled error in optimized integrations, which use the older SDK.
    pub(super) fn legacy_error(&self, code: &str) -> Option<&'static str> {
        self.facts().errors.get(code).map(|&(_, name)| name)
    }

    pub(super) fn shape_data(&self, place: u32) -> &ShapeData {
        &self.facts().shapes[place as usize]
    }

    fn shape(&'static self, place: u32) -> Shape {
        Shape::new(self, place)
    }

    fn facts(&self) -> &Facts {
        self.unpacked.get_or_init(|| Facts::unpack(unpack(self.packed, self.len)))
    }
}

impl Tables {
    fn read() -> Self {
        let mut reader = Reader(FILE.strip_prefix(MAGIC).expect(MALFORMED));
        let stamp = reader.text();
        let (len, packed_len) = (reader.number(), reader.number());
        let index = reader.take(packed_len);
        let chunks = reader.0;
        let mut index = Reader(unpack(index, len));
        let services = index.list(|index| {
            let (name, error_prefix) = (index.text(), index.text());
            let (offset, packed_len, len) = (index.number(), index.number(), index.number());
            let packed = &chunks[offset..offset + packed_len];
            Service { name, error_prefix, packed, len, unpacked: OnceLock::new() }
        });
        Tables { stamp, services }
    }
}

/// Unpacked bytes live as long as the process, like the packed ones they come from:
/// each part is unpacked once at most, and names borrow from it everywhere.
fn unpack(packed: &[u8], len: usize) -> &'static [u8] {
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, len).expect(MALFORMED);
    bytes.leak()
}

impl Facts {
    fn unpack(chunk: &'static [u8]) -> Self {
        let mut reader = Reader(chunk);
        let strings = reader.list(Reader::text);
        let shapes = reader.list(|reader| reader.shape(&strings));
        let actions = reader.list(|reader| {
            let name = strings[reader.number()];
            (name, (reader.optional_place(), reader.optional_place()))
        });
        let errors = reader.list(|reader| {
            let code = strings[reader.number()];
            (code, (strings[reader.number()], strings[reader.number()]))
        });
        Facts {
            shapes,
            actions: actions.into_iter().collect(),
            errors: errors.into_iter().collect(),
        }
    }
}

struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, len: usize) -> &'static [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn number(&mut self) -> usize {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return number;
            }
            shift += 7;
        }
    }

    fn place(&mut self) -> u32 {
        self.number() as u32
    }

    fn optional_place(&mut self) -> Option<u32> {
        self.place().checked_sub(1)
    }

    fn text(&mut self) -> &'static str {
        let len = self.number();
        str::from_utf8(self.take(len)).expect(MALFORMED)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Box<[T]> {
        let count = self.number();
        (0..count).map(|_| item(self)).collect()
    }

    fn shape(&mut self, strings: &[&'static str]) -> ShapeData {
        let kind = self.byte();
        let bounds = Bounds { min: self.bound(kind & 0x40), max: self.bound(kind & 0x80) };
        match kind & 0x3f {
            0 => ShapeData::Structure(self.list(|reader| reader.member(strings))),
            1 => ShapeData::List(bounds, self.place()),
            2 => ShapeData::Map(bounds, self.place()),
            3 => ShapeData::String(bounds, self.list(|reader| strings[reader.number()])),
            4 => ShapeData::Blob(bounds),
            5 => ShapeData::Integer(bounds),
            6 => ShapeData::Float(bounds),
            7 => ShapeData::Boolean,
            8 => ShapeData::Timestamp,
            9 => ShapeData::Document,
            _ => unreachable!("{MALFORMED}"),
        }
    }

    fn bound(&mut self, given: u8) -> Option<f64> {
        (given != 0).then(|| {
            let bytes = self.take(size_of::<f64>()).try_into().expect("taken by size");
            f64::from_le_bytes(bytes)
        })
    }

    fn member(&mut self, strings: &[&'static str]) -> Member {
        let name = strings[self.number()];
        let packed = self.number();
        let legacy_name = if packed & 2 == 0 { name } else { strings[self.number()] };
        Member { name, legacy_name, required: packed & 1 == 1, shape: (packed >> 2) as u32 }
    }
}

#[cfg(test)]
mod tests;
