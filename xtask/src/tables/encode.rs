//! Writes the tables. The format, read back by `asl::resources::tables`:
//!
//! ```text
//! file    = "FHTABLE1" text(stamp) packed(index) chunk*
//! index   = list(service): text(name) text(error prefix) u(offset among chunks) u(packed length) u(length)
//! chunk   = deflated: list(text) list(shape) list(action) list(error)
//! shape   = kind byte, bounds, by kind: list(member) | item | value | list(string) | nothing
//! member  = string, u(shape << 2 | has another legacy name << 1 | required), legacy name
//! action  = string, u(input shape + 1 or 0), u(output shape + 1 or 0)
//! error   = string(code), string(name), string(legacy name)
//! packed  = u(length) u(packed length) deflated bytes
//! text    = u(length) UTF-8 bytes;  string = u(place in the chunk's texts);  list = u(count) items
//! u       = LEB128;  bounds = an 8-byte little-endian float each for min and max, if the kind byte says so
//! ```
//!
//! Everything is sorted or in the model's order, so equal models make equal files.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::model::{Bounds, Member, Service, Shape};

const MAGIC: &[u8; 8] = b"FHTABLE1";
const HAS_MIN: u8 = 0x40;
const HAS_MAX: u8 = 0x80;

pub(super) fn file(stamp: &str, services: &[Service]) -> Result<Vec<u8>> {
    let mut index = Bytes::default();
    let mut chunks = Vec::new();
    index.number(services.len());
    for service in services {
        let chunk = chunk(service)?;
        let packed = deflate(&chunk)?;
        index.text(&service.name);
        index.text(&service.error_prefix);
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

fn chunk(service: &Service) -> Result<Vec<u8>> {
    let mut body = Body::default();
    body.bytes.number(service.shapes.len());
    for shape in &service.shapes {
        body.shape(shape).with_context(|| format!("encoding {}", service.name))?;
    }
    body.bytes.number(service.actions.len());
    for (name, action) in &service.actions {
        body.string(name);
        body.bytes.number(action.input.map_or(0, |shape| shape + 1));
        body.bytes.number(action.output.map_or(0, |shape| shape + 1));
    }
    body.bytes.number(service.errors.len());
    for (code, error) in &service.errors {
        body.string(code);
        body.string(&error.name);
        body.string(&error.legacy_name);
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
            Shape::List { bounds, item } => {
                self.kind(1, bounds)?;
                self.bytes.number(*item);
            }
            Shape::Map { bounds, value } => {
                self.kind(2, bounds)?;
                self.bytes.number(*value);
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
            Shape::Timestamp => self.bytes.0.push(8),
            Shape::Document => self.bytes.0.push(9),
        }
        Ok(())
    }

    fn member(&mut self, member: &Member) {
        let renamed = member.name != member.legacy_name;
        self.string(&member.name);
        self.bytes
            .number(member.shape << 2 | usize::from(renamed) << 1 | usize::from(member.required));
        if renamed {
            self.string(&member.legacy_name);
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
