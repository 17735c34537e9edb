//! `ResultWriter`: what has become of a map run's children, exported to S3 or shaped into the state's output.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>
//!
//! Exporting again, after a crash, puts the same objects again.

mod record;

use std::sync::Arc;

use asl::error_name;
use asl::program::ResultWriter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::decide::MapRunOutcome;
use json::{Object, Value};

use super::objects::{Objects, Stop};
use super::plan::Plan;
use super::start::{Processor, map_run_id};
use crate::facts::Facts;
use crate::tables::{self, ChildRow, MapRunRow, StatusRow, key};
use crate::{Error, Runner};
use record::Child;

/// Where AWS begins another file at 5 GB, we do at what is sent in one request.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// `WriterConfig.Transformation`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transformation {
    None,
    Compact,
    Flatten,
}

/// `WriterConfig`.
#[derive(Clone, Copy)]
struct Shape {
    transformation: Transformation,
    is_lines: bool,
}

impl Shape {
    fn of(writer: Option<&ResultWriter>) -> Self {
        let config = writer.map(|writer| &writer.config);
        let text = |name: &str| {
            let value = config.and_then(|config| config.get(name));
            value.and_then(|value| value.as_str().map(str::to_owned))
        };
        let transformation = match text("Transformation").as_deref() {
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            Some(_) => Transformation::None,
            // What is exported has its metadata, what isn't has not.
            None if writer.is_some_and(|writer| writer.resource.is_some()) => Transformation::None,
            None => Transformation::Compact,
        };
        Shape { transformation, is_lines: text("OutputType").as_deref() == Some("JSONL") }
    }

    /// The texts that a child adds to a result.
    async fn texts(self, runner: &Runner, child: &Child<'_>) -> Result<Vec<String>, Error> {
        if self.transformation == Transformation::None || child.status != StatusRow::Succeeded {
            return Ok(vec![child.record(runner).await?.to_string()]);
        }
        let output = child.output(runner).await?;
        if self.transformation == Transformation::Compact {
            return Ok(vec![output.to_string()]);
        }
        let value =
            Value::parse(&output).map_err(|error| Error::corrupt("map run's output", error))?;
        Ok(match value.kind() {
            json::Kind::Array => value.items().map(|item| item.to_string()).collect(),
            _ => vec![output.to_string()],
        })
    }
}

/// Objects of one kind: `SUCCEEDED_0.json`, `SUCCEEDED_1.json` …
struct Files {
    name: &'static str,
    is_lines: bool,
    text: String,
    /// `Key` and `Size` of those that are written.
    written: Vec<Value>,
}

/// Where results are exported to.
struct Export<'r> {
    objects: Objects<'r>,
    arguments: Value,
    folder: String,
}

/// Exports what has become of all children.
pub(super) async fn write(
    runner: &Runner,
    facts: &Facts,
    map_run_arn: &Arc<str>,
    row: &MapRunRow,
    arguments: Value,
) -> Result<(), Stop> {
    let objects = Objects { runner, facts, error: error_name::RESULT_WRITER_FAILED };
    let bucket = objects.request(&arguments)?.get("Bucket").cloned().unwrap_or_default();
    let folder = folder(&arguments, map_run_arn);
    let export = Export { objects, arguments, folder };
    let processor = Processor::of(&facts.machine.program, row.state);
    let shape = Shape::of(processor.writer(&facts.machine.program));
    let files = |name, is_lines| Files { name, is_lines, text: String::new(), written: Vec::new() };
    let mut succeeded = files("SUCCEEDED", shape.is_lines);
    let (mut failed, mut pending) =
        (files("FAILED", shape.is_lines), files("PENDING", shape.is_lines));
    for index in 0..row.children {
        let child = Child::load(runner, map_run_arn, &processor, index).await?;
        let files = match child.status {
            StatusRow::Succeeded => &mut succeeded,
            StatusRow::Failed | StatusRow::TimedOut | StatusRow::Aborted => &mut failed,
            StatusRow::Running | StatusRow::PendingRedrive => &mut pending,
        };
        for text in shape.texts(runner, &child).await? {
            files.add(&text, &export).await?;
        }
    }
    let mut lists = Object::new();
    for mut files in [failed, pending, succeeded] {
        files.close(&export).await?;
        lists.insert(files.name, Value::array(files.written));
    }
    let mut manifest = Object::new();
    manifest.insert("DestinationBucket", bucket);
    manifest.insert("MapRunArn", Arc::clone(map_run_arn));
    manifest.insert("ResultFiles", lists);
    export.put("manifest.json", &Value::from(manifest).to_string()).await.map(drop)
}

impl Files {
    async fn add(&mut self, text: &str, export: &Export<'_>) -> Result<(), Stop> {
        if FILE_BYTES_MAX < self.text.len() + text.len() {
            self.close(export).await?;
        }
        match (self.is_lines, self.text.is_empty()) {
            (true, _) => {}
            (false, true) => self.text.push('['),
            (false, false) => self.text.push(','),
        }
        self.text.push_str(text);
        if self.is_lines {
            self.text.push('\n');
        }
        Ok(())
    }

    /// Writes the file that was begun.
    async fn close(&mut self, export: &Export<'_>) -> Result<(), Stop> {
        if self.text.is_empty() {
            return Ok(());
        }
        if !self.is_lines {
            self.text.push(']');
        }
        let extension = if self.is_lines { "jsonl" } else { "json" };
        let name = format!("{}_{}.{extension}", self.name, self.written.len());
        let text = std::mem::take(&mut self.text);
        let mut file = Object::new();
        file.insert("Key", export.put(&name, &text).await?);
        file.insert("Size", text.len() as i64);
        self.written.push(file.into());
        Ok(())
    }
}

impl Export<'_> {
    /// Puts an object; gives its key.
    async fn put(&self, name: &str, text: &str) -> Result<String, Stop> {
        let key = format!("{}{name}", self.folder);
        let mut request = self.objects.request(&self.arguments)?;
        request.insert("Key", key.clone());
        request.insert("Body", STANDARD.encode(text));
        self.objects.ask("PutObject", request).await?;
        Ok(key)
    }
}

/// `<prefix>/<id of the map run>/`.
fn folder(arguments: &Value, map_run_arn: &str) -> String {
    let prefix = arguments.get("Prefix");
    let prefix = prefix.as_ref().and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{prefix}{slash}{}/", map_run_id(map_run_arn))
}

/// The result of a Map state whose run has succeeded.
pub(super) async fn result(
    runner: &Runner,
    facts: &Facts,
    map_run_arn: &Arc<str>,
    row: &MapRunRow,
) -> Result<MapRunOutcome, Error> {
    if let Some(arguments) = Plan::load(&runner.0, map_run_arn).await?.writing {
        let key = format!("{}manifest.json", folder(&arguments, map_run_arn));
        let mut details = Object::new();
        details.insert("Bucket", arguments.get("Bucket").unwrap_or_default());
        details.insert("Key", key);
        let mut result = Object::new();
        result.insert("MapRunArn", Arc::clone(map_run_arn));
        result.insert("ResultWriterDetails", details);
        return Ok(MapRunOutcome::Succeeded(result.into()));
    }
    let processor = Processor::of(&facts.machine.program, row.state);
    let shape = Shape::of(processor.writer(&facts.machine.program));
    let (mut texts, mut bytes) = (Vec::new(), 0);
    let mut children = key::Pages::of(key::map_children(map_run_arn).scan());
    'all: while let Some(rows) = children.next(&*runner.0.store).await? {
        for entry in rows {
            let row: ChildRow = tables::decode("map run's child", &entry.value)?;
            if row.status != StatusRow::Succeeded && shape.transformation != Transformation::None {
                continue;
            }
            let index = key::map_child_index(&entry.key)?;
            let child = Child::load(runner, map_run_arn, &processor, index).await?;
            for text in shape.texts(runner, &child).await? {
                bytes += text.len();
                texts.push(text);
            }
            if runner.0.limits.payload_bytes_max < bytes {
                // It is too large already: the engine will say so.
                break 'all;
            }
        }
    }
    let result = match shape.is_lines {
        true => Value::from(texts.join("\n")),
        false => Value::parse(&format!("[{}]", texts.join(",")))
            .map_err(|error| Error::corrupt("map run's output", error))?,
    };
    Ok(MapRunOutcome::Succeeded(result))
}
