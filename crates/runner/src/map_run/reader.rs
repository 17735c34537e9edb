//! `ItemReader`: the items of a map run, read from S3 into its rows.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
//!
//! No child starts before the last item is stored, so that after a crash all of it is read again, or none. Objects
//! are read in pieces and items are written in pages, so that neither is held whole.

mod csv;
mod intake;
mod json_items;
mod lists;
mod selecting;

use std::sync::Arc;

use asl::error_name;
use asl::program::{Items, Map};
use engine::Reading;
use json::{Object, Value};

use super::objects::{Objects, Source, Stop};
use super::start::map_of;
use crate::Runner;
use crate::facts::Facts;
use crate::tables::MapRunRow;
use csv::Header;
use intake::Intake;

/// A longer item doesn't fit into an execution's input.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const ITEM_BYTES_MAX: usize = 256 * 1024;

/// How the items of a map run are read.
struct Reader<'r> {
    objects: Objects<'r>,
    config: &'r Value,
    arguments: Value,
}

/// Reads all items of a map run into its rows. How many items each child has.
pub(super) async fn read(
    runner: &Runner,
    facts: &Facts,
    map_run_arn: &Arc<str>,
    row: &MapRunRow,
    reading: Reading,
) -> Result<Vec<u32>, Stop> {
    let map: &Map = map_of(&facts.machine.program, row.state);
    let Items::Reader(reader) = &map.items else { unreachable!("only an ItemReader is read with") };
    let program = &facts.machine.program;
    let mut intake = Intake::new(runner, map_run_arn, row, program, &reading);
    let objects = Objects { runner, facts, error: error_name::ITEM_READER_FAILED };
    if reading.items_max < 0 {
        return Err(objects.failed("field MaxItems must be positive"));
    }
    let reader = Reader { objects, config: &reader.config, arguments: reading.arguments };
    reader.read(&mut intake).await?;
    intake.finish().await
}

impl Reader<'_> {
    fn config(&self, name: &str) -> Option<String> {
        self.config.get(name).and_then(|value| value.as_str().map(str::to_owned))
    }

    async fn read(&self, intake: &mut Intake<'_>) -> Result<(), Stop> {
        let has_key = self.arguments.get("Key").is_some();
        let is_manifest = self.config.get("ManifestType").is_some()
            || self.config("InputType").as_deref() == Some("MANIFEST");
        match (has_key, is_manifest) {
            (false, _) => self.read_listed(intake).await,
            (true, true) => self.read_manifest(intake).await,
            (true, false) => {
                let mut request = self.objects.request(&self.arguments)?;
                for name in ["Key", "VersionId"] {
                    if let Some(value) = self.arguments.get(name) {
                        request.insert(name, value);
                    }
                }
                self.read_object(request, false, intake).await.map(drop)
            }
        }
    }

    /// Reads the items of one object. Whether more are wanted.
    async fn read_object(
        &self,
        request: Object,
        is_compressed: bool,
        intake: &mut Intake<'_>,
    ) -> Result<bool, Stop> {
        intake.set_source(&request);
        let source = &mut self.objects.open(request, is_compressed);
        match self.config("InputType").as_deref() {
            Some("JSON") => {
                let pointer = self.config("ItemsPointer").unwrap_or_default();
                json_items::read(source, &pointer, intake).await
            }
            Some("JSONL") => read_lines(source, intake).await,
            Some("CSV") => {
                let header = match self.config.get("CSVHeaders") {
                    Some(names) => {
                        let names = names.items().filter_map(|name| name.as_str().map(Arc::from));
                        Some(Header::new(names.collect(), source)?)
                    }
                    None => None,
                };
                let delimiter = csv::delimiter(self.config("CSVDelimiter").as_deref());
                csv::read(source, header, delimiter, intake).await
            }
            other => {
                let input_type = other.unwrap_or("null");
                Err(self
                    .objects
                    .failed(format!("Freehold doesn't read the InputType {input_type}.")))
            }
        }
    }
}

/// JSON Lines: a value a line.
async fn read_lines(source: &mut Source<'_>, intake: &mut Intake<'_>) -> Result<bool, Stop> {
    while let Some(line) = line(source).await? {
        if line.trim().is_empty() {
            continue;
        }
        let value = parsed(source, &line)?;
        if !intake.push(None, value).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A line without its end.
async fn line(source: &mut Source<'_>) -> Result<Option<String>, Stop> {
    let mut line = Vec::new();
    if source.peek().await?.is_none() {
        return Ok(None);
    }
    while let Some(byte) = source.next().await?.filter(|byte| *byte != b'\n') {
        line.push(byte);
        check_length(source, line.len())?;
    }
    text(source, line).map(Some)
}

fn check_length(source: &Source<'_>, bytes: usize) -> Result<(), Stop> {
    match ITEM_BYTES_MAX < bytes {
        true => Err(source.failed(format!("An item is longer than {ITEM_BYTES_MAX} bytes."))),
        false => Ok(()),
    }
}

fn text(source: &Source<'_>, bytes: Vec<u8>) -> Result<String, Stop> {
    String::from_utf8(bytes).map_err(|_| source.failed("The object isn't UTF-8."))
}

fn parsed(source: &Source<'_>, text: &str) -> Result<Value, Stop> {
    Value::parse(text)
        .map_err(|error| source.failed(format!("The object isn't valid JSON: {error}.")))
}
