//! Writes the tables. The format, read back by `models`:
//!
//! ```text
//! file      = "FHTABLE2" text(stamp) packed(index) chunk*
//! index     = list(service): text(name) text(cli name) text(error prefix) protocol byte text(api version)
//!             text(target prefix) text(endpoint prefix) text(signing name) text(xml namespace)
//!             query compatible byte u(offset among chunks) u(packed length) u(length)
//! chunk     = deflated: list(text) list(shape) list(operation) list(error)
//! shape     = kind byte, bounds, by kind: list(member) | item | value | list(string) | format byte | nothing
//! item      = u(shape << 1 | has a name), string(name)
//! value     = u(shape << 2 | value has a name << 1 | key has a name), string(key name), string(value name)
//! member    = string(name), u(shape << 4 | has traits << 3 | naming << 1 | required),
//!             string(sdk name) string(legacy name) where the naming is 2; where it is 1, both are
//!             the name with its first letter in upper case; where it is 0, the name itself
//! traits    = u(bits: three of the location, then the TRAIT bits), string(wire name), string(query name),
//!             string(namespace)
//! operation = string(name), u(input shape + 1 or 0), u(output shape + 1 or 0), u(OPERATION bits), string(method)
//!             string(uri), u(status), string(result wrapper), string(root)
//! error     = string(shape name), string(code), string(name), string(legacy name), u(status or 0)
//! packed    = u(length) u(packed length) deflated bytes
//! text      = u(length) UTF-8 bytes;  string = u(place in the chunk's texts);  list = u(count) items
//! u         = LEB128;  bounds = an 8-byte little-endian float each for min and max, if the kind byte says so
//! ```
//!
//! Everything is sorted or in the model's order, so equal models make equal files.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::model::{Bounds, Member, Operation, Service, Shape};
use super::naming;

const MAGIC: &[u8; 8] = b"FHTABLE2";
const HAS_MIN: u8 = 0x40;
const HAS_MAX: u8 = 0x80;

/// Of traits: a wire name, a query name, a namespace are given; flattened, attribute, JSON, idempotency token.
const TRAIT: [usize; 7] = [1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9];
/// Of operations: integrated, unsigned, wants a checksum; method and URI, status, wrapper, root are given.
const OPERATION: [usize; 7] = [1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6];

pub(super) fn file(stamp: &str, services: &[Service]) -> Result<Vec<u8>> {
    let mut index = Bytes::default();
    let mut chunks = Vec::new();
    index.number(services.len());
    for service in services {
        let chunk = chunk(service)?;
        let packed = deflate(&chunk)?;
        index.text(&service.name);
        index.text(&service.cli_name);
        index.text(&service.error_prefix);
        index.0.push(service.protocol as u8);
        index.text(&service.api_version);
        index.text(&service.target_prefix);
        index.text(&service.endpoint_prefix);
        index.text(&service.signing_name);
        index.text(&service.xml_namespace);
        index.0.push(u8::from(service.is_query_compatible));
        index.number(chunks.len());
        index.number(packed.len());
        index.number(chunk.len());
        chunks.extend(packed);
    }
    let mut file = Bytes(MAGIC.to_vec());
    file.text(stamp);
    let packed = deflate(&index.0)?;
    file.number(index.0.len());
    file.number(packed.len());
    file.0.extend(packed);
    file.0.extend(chunks);
    Ok(file.0)
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The sum of the bits that are set.
fn selected<const COUNT: usize>(set: [bool; COUNT], bits: [usize; COUNT]) -> usize {
    set.into_iter().zip(bits).filter(|(set, _)| *set).map(|(_, bit)| bit).sum()
}

fn chunk(service: &Service) -> Result<Vec<u8>> {
    let mut body = Body::default();
    body.bytes.number(service.shapes.len());
    for shape in &service.shapes {
        body.shape(shape).with_context(|| format!("encoding {}", service.name))?;
    }
    body.bytes.number(service.operations.len());
    for (name, operation) in &service.operations {
        body.operation(name, operation);
    }
    body.bytes.number(service.errors.len());
    for (shape, error) in &service.errors {
        body.string(shape);
        body.string(&error.code);
        body.string(&error.name);
        body.string(&error.legacy_name);
        body.bytes.number(usize::from(error.status.unwrap_or(0)));
    }
    let mut chunk = Bytes::default();
    chunk.number(body.strings.texts.len());
    for text in &body.strings.texts {
        chunk.text(text);
    }
    chunk.0.extend(body.bytes.0);
    Ok(chunk.0)
}

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, mut number: usize) {
        while 0x80 <= number {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend(text.as_bytes());
    }
}

/// The texts of a chunk, each once, in the order of first use.
#[derive(Default)]
struct Strings {
    places: HashMap<String, usize>,
    texts: Vec<String>,
}

#[derive(Default)]
struct Body {
    bytes: Bytes,
    strings: Strings,
}

impl Body {
    fn string(&mut self, text: &str) {
        let Strings { places, texts } = &mut self.strings;
        let place = *places.entry(text.to_owned()).or_insert_with(|| {
            texts.push(text.to_owned());
            texts.len() - 1
        });
        self.bytes.number(place);
    }

    fn shape(&mut self, shape: &Shape) -> Result<()> {
        match shape {
            Shape::Structure(members) => {
                self.bytes.0.push(0);
                self.bytes.number(members.len());
                for member in members {
                    self.member(member);
                }
            }
            Shape::List { bounds, item, item_name } => {
                self.kind(1, bounds)?;
                self.bytes.number(item << 1 | usize::from(item_name.is_some()));
                self.optional(item_name.as_ref());
            }
            Shape::Map { bounds, value, key_name, value_name } => {
                self.kind(2, bounds)?;
                let named =
                    usize::from(value_name.is_some()) << 1 | usize::from(key_name.is_some());
                self.bytes.number(value << 2 | named);
                self.optional(key_name.as_ref());
                self.optional(value_name.as_ref());
            }
            Shape::String { bounds, values } => {
                self.kind(3, bounds)?;
                self.bytes.number(values.len());
                for value in values {
                    self.string(value);
                }
            }
            Shape::Blob { bounds } => self.kind(4, bounds)?,
            Shape::Integer { bounds } => self.kind(5, bounds)?,
            Shape::Float { bounds } => self.kind(6, bounds)?,
            Shape::Boolean => self.bytes.0.push(7),
            Shape::Timestamp(format) => self.bytes.0.extend([8, *format as u8]),
            Shape::Document => self.bytes.0.push(9),
        }
        Ok(())
    }

    fn member(&mut self, member: &Member) {
        let (name, capitalized) = (&member.name, naming::legacy_member(&member.name));
        let naming = match () {
            () if member.sdk_name == *name && member.legacy_name == *name => 0,
            () if member.sdk_name == capitalized && member.legacy_name == capitalized => 1,
            () => 2,
        };
        let traits = selected(
            [
                member.wire_name.is_some(),
                member.query_name.is_some(),
                member.namespace.is_some(),
                member.is_flattened,
                member.is_attribute,
                member.is_json,
                member.is_idempotency_token,
            ],
            TRAIT,
        ) | member.location as usize;
        self.string(name);
        let has_traits = usize::from(traits != 0) << 3;
        self.bytes
            .number(member.shape << 4 | has_traits | naming << 1 | usize::from(member.required));
        if naming == 2 {
            self.string(&member.sdk_name);
            self.string(&member.legacy_name);
        }
        if traits != 0 {
            self.bytes.number(traits);
            for name in [&member.wire_name, &member.query_name, &member.namespace] {
                self.optional(name.as_ref());
            }
        }
    }

    fn operation(&mut self, name: &str, operation: &Operation) {
        let is_plain = operation.method == "POST" && operation.uri == "/";
        self.string(name);
        self.bytes.number(operation.input.map_or(0, |shape| shape + 1));
        self.bytes.number(operation.output.map_or(0, |shape| shape + 1));
        let bits = [
            operation.is_integrated,
            operation.is_unsigned,
            operation.wants_checksum,
            !is_plain,
            operation.status != 200,
            operation.result_wrapper.is_some(),
            operation.root.is_some(),
        ];
        self.bytes.number(selected(bits, OPERATION));
        if !is_plain {
            self.string(&operation.method);
            self.string(&operation.uri);
        }
        if operation.status != 200 {
            self.bytes.number(usize::from(operation.status));
        }
        self.optional(operation.result_wrapper.as_ref());
        self.optional(operation.root.as_ref());
    }

    fn optional(&mut self, text: Option<&String>) {
        if let Some(text) = text {
            self.string(text);
        }
    }

    fn kind(&mut self, kind: u8, bounds: &Bounds) -> Result<()> {
        let min = if bounds.min.is_some() { HAS_MIN } else { 0 };
        let max = if bounds.max.is_some() { HAS_MAX } else { 0 };
        self.bytes.0.push(kind | min | max);
        for bound in [&bounds.min, &bounds.max].into_iter().flatten() {
            let bound: f64 = bound.parse().with_context(|| format!("the bound {bound}"))?;
            self.bytes.0.extend(bound.to_le_bytes());
        }
        Ok(())
    }
}
