//! Reads `resources/aws.tables`; `xtask/src/tables/encode.rs` writes it and describes the format.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use crate::{Bounds, Location, Member, Protocol, Service, TimestampFormat};

static FILE: &[u8] = include_bytes!("../resources/aws.tables");
pub(crate) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

const MAGIC: &[u8] = b"FHTABLE2";
const MALFORMED: &str = "the tables are what `cargo xtask tables` wrote";

pub(crate) struct Tables {
    pub(crate) stamp: &'static str,
    pub(crate) services: Box<[Service]>,
}

/// What is unpacked on first use.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) shapes: Box<[ShapeData]>,
    /// Sorted by name.
    pub(crate) operations: Box<[OperationData]>,
    pub(crate) errors: Box<[ErrorData]>,
}

/// A shape as the tables hold it: contained shapes are places in the service's list.
#[derive(Debug)]
pub(crate) enum ShapeData {
    Structure(Box<[Member]>),
    List {
        bounds: Bounds,
        item: u32,
        item_name: Option<&'static str>,
    },
    Map {
        bounds: Bounds,
        value: u32,
        key_name: Option<&'static str>,
        value_name: Option<&'static str>,
    },
    String(Bounds, Box<[&'static str]>),
    Blob(Bounds),
    Integer(Bounds),
    Float(Bounds),
    Boolean,
    Timestamp(TimestampFormat),
    Document,
}

#[derive(Debug)]
pub(crate) struct OperationData {
    pub(crate) name: &'static str,
    pub(crate) action: &'static str,
    pub(crate) input: Option<u32>,
    pub(crate) output: Option<u32>,
    pub(crate) method: &'static str,
    pub(crate) uri: &'static str,
    pub(crate) status: u16,
    pub(crate) result_wrapper: Option<&'static str>,
    pub(crate) root: Option<&'static str>,
    pub(crate) is_integrated: bool,
    pub(crate) is_unsigned: bool,
    pub(crate) wants_checksum: bool,
}

#[derive(Debug)]
pub(crate) struct ErrorData {
    pub(crate) shape: &'static str,
    pub(crate) code: &'static str,
    pub(crate) sdk_name: &'static str,
    pub(crate) legacy_name: &'static str,
    pub(crate) status: Option<u16>,
}

impl Tables {
    fn read() -> Self {
        let mut reader = Reader(FILE.strip_prefix(MAGIC).expect(MALFORMED));
        let stamp = reader.text();
        let (len, packed_len) = (reader.number(), reader.number());
        let index = reader.take(packed_len);
        let chunks = reader.0;
        let mut index = Reader(unpack(index, len));
        let services = index.list(|index| index.service(chunks));
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
    pub(crate) fn unpack(packed: &[u8], len: usize, was_query: bool) -> Self {
        let mut reader = Reader(unpack(packed, len));
        let texts = reader.list(Reader::text);
        let mut chunk = Chunk { reader, texts, capitalized: BTreeMap::new(), was_query };
        Facts {
            shapes: chunk.list(Chunk::shape),
            operations: chunk.list(Chunk::operation),
            errors: chunk.list(Chunk::error),
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

    fn text(&mut self) -> &'static str {
        let len = self.number();
        str::from_utf8(self.take(len)).expect(MALFORMED)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Box<[T]> {
        let count = self.number();
        (0..count).map(|_| item(self)).collect()
    }

    fn service(&mut self, chunks: &'static [u8]) -> Service {
        let (name, cli_name, error_prefix) = (self.text(), self.text(), self.text());
        let protocol = match self.byte() {
            0 => Some(Protocol::Json1_0),
            1 => Some(Protocol::Json1_1),
            2 => Some(Protocol::Query),
            3 => Some(Protocol::RestJson),
            4 => Some(Protocol::RestXml),
            5 => Some(Protocol::Ec2),
            _ => None,
        };
        let (api_version, target_prefix) = (self.text(), self.text());
        let (endpoint_prefix, signing_name) = (self.text(), self.text());
        let (xml_namespace, is_query_compatible) = (self.text(), self.byte() == 1);
        let (offset, packed_len, len) = (self.number(), self.number(), self.number());
        Service {
            name,
            cli_name,
            error_prefix,
            protocol,
            api_version,
            target_prefix,
            endpoint_prefix,
            signing_name,
            xml_namespace,
            is_query_compatible,
            packed: &chunks[offset..offset + packed_len],
            len,
            unpacked: OnceLock::new(),
        }
    }
}

/// An unpacked chunk on its way to [`Facts`].
struct Chunk {
    reader: Reader,
    texts: Box<[&'static str]>,
    /// Names with their first letter in upper case, each made once.
    capitalized: BTreeMap<&'static str, &'static str>,
    /// Whether names of the query protocol are those of its documents, too.
    was_query: bool,
}

impl Chunk {
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Box<[T]> {
        let count = self.reader.number();
        (0..count).map(|_| item(self)).collect()
    }

    fn string(&mut self) -> &'static str {
        self.texts[self.reader.number()]
    }

    fn string_if(&mut self, given: bool) -> Option<&'static str> {
        given.then(|| self.string())
    }

    fn optional_place(&mut self) -> Option<u32> {
        (self.reader.number() as u32).checked_sub(1)
    }

    fn shape(&mut self) -> ShapeData {
        let kind = self.reader.byte();
        let bounds = Bounds { min: self.bound(kind & 0x40), max: self.bound(kind & 0x80) };
        match kind & 0x3f {
            0 => ShapeData::Structure(self.list(Chunk::member)),
            1 => {
                let item = self.reader.number();
                let item_name = self.string_if(item & 1 != 0);
                ShapeData::List { bounds, item: (item >> 1) as u32, item_name }
            }
            2 => {
                let value = self.reader.number();
                let key_name = self.string_if(value & 1 != 0);
                let value_name = self.string_if(value & 2 != 0);
                ShapeData::Map { bounds, value: (value >> 2) as u32, key_name, value_name }
            }
            3 => ShapeData::String(bounds, self.list(Chunk::string)),
            4 => ShapeData::Blob(bounds),
            5 => ShapeData::Integer(bounds),
            6 => ShapeData::Float(bounds),
            7 => ShapeData::Boolean,
            8 => ShapeData::Timestamp(match self.reader.byte() {
                1 => TimestampFormat::Iso8601,
                2 => TimestampFormat::Epoch,
                3 => TimestampFormat::HttpDate,
                _ => TimestampFormat::Default,
            }),
            9 => ShapeData::Document,
            _ => unreachable!("{MALFORMED}"),
        }
    }

    fn bound(&mut self, given: u8) -> Option<f64> {
        (given != 0).then(|| {
            let bytes = self.reader.take(size_of::<f64>()).try_into().expect("taken by size");
            f64::from_le_bytes(bytes)
        })
    }

    fn member(&mut self) -> Member {
        let name = self.string();
        let packed = self.reader.number();
        let (sdk_name, legacy_name) = match packed >> 1 & 3 {
            0 => (name, name),
            1 => {
                let name = self.capitalized(name);
                (name, name)
            }
            _ => (self.string(), self.string()),
        };
        let traits = if packed & 8 != 0 { self.reader.number() } else { 0 };
        let wire_name = self.string_if(traits & 1 << 3 != 0);
        let query_name = self.string_if(traits & 1 << 4 != 0);
        let old_name = query_name.filter(|_| self.was_query);
        Member {
            name,
            sdk_name,
            legacy_name,
            required: packed & 1 != 0,
            shape: (packed >> 4) as u32,
            location: location(traits & 7),
            wire_name,
            query_name,
            element_name: old_name.or(wire_name).unwrap_or(name),
            namespace: self.string_if(traits & 1 << 5 != 0),
            is_flattened: traits & 1 << 6 != 0,
            is_attribute: traits & 1 << 7 != 0,
            is_json: traits & 1 << 8 != 0,
            is_idempotency_token: traits & 1 << 9 != 0,
        }
    }

    fn capitalized(&mut self, name: &'static str) -> &'static str {
        self.capitalized.entry(name).or_insert_with(|| {
            let (first, rest) = name.split_at(1);
            (first.to_ascii_uppercase() + rest).leak()
        })
    }

    fn operation(&mut self) -> OperationData {
        let name = self.string();
        let (input, output) = (self.optional_place(), self.optional_place());
        let bits = self.reader.number();
        let (method, uri) =
            if bits & 1 << 3 != 0 { (self.string(), self.string()) } else { ("POST", "/") };
        OperationData {
            name,
            action: (name[..1].to_ascii_lowercase() + &name[1..]).leak(),
            input,
            output,
            method,
            uri,
            status: if bits & 1 << 4 != 0 { self.reader.number() as u16 } else { 200 },
            result_wrapper: self.string_if(bits & 1 << 5 != 0),
            root: self.string_if(bits & 1 << 6 != 0),
            is_integrated: bits & 1 != 0,
            is_unsigned: bits & 1 << 1 != 0,
            wants_checksum: bits & 1 << 2 != 0,
        }
    }

    fn error(&mut self) -> ErrorData {
        let (shape, code) = (self.string(), self.string());
        let (sdk_name, legacy_name) = (self.string(), self.string());
        let status = self.reader.number() as u16;
        ErrorData { shape, code, sdk_name, legacy_name, status: Some(status).filter(|it| *it != 0) }
    }
}

fn location(number: usize) -> Location {
    match number {
        1 => Location::Uri,
        2 => Location::Query,
        3 => Location::Header,
        4 => Location::Headers,
        5 => Location::Status,
        6 => Location::Payload,
        _ => Location::Body,
    }
}
