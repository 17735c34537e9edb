//! Where items go that are read: through `ItemSelector` and `ItemBatcher` into rows, some at a time.

use std::sync::Arc;

use asl::{Failure, Program};
use engine::event::Payload;
use engine::frame::Item;
use engine::{Batcher, Reading};
use json::{Object, Value};
use store::Batch;

use super::selecting::Selecting;
use crate::map_run::objects::Stop;
use crate::tables::{self, ItemRow, MapRunRow, StatusRow, key};
use crate::{Error, Runner};

/// Rows and bytes that are committed at once.
const PAGE_ROWS: usize = 512;
const PAGE_BYTES: usize = 1024 * 1024;

pub(super) struct Intake<'r> {
    runner: &'r Runner,
    map_run_arn: &'r Arc<str>,
    /// Of the run as it is read for.
    redrive_count: u32,
    /// What `ItemSelector` makes of them, where there is one.
    selecting: Option<Selecting>,
    batcher: Option<Batcher>,
    /// Items that are still wanted.
    wanted: i64,
    /// `Map.Item.Index` of the next one.
    index: u32,
    /// `Map.Item.Source`.
    source: String,
    items_per_child: Vec<u32>,
    page: Batch,
    page_rows: usize,
    page_bytes: usize,
}

impl<'r> Intake<'r> {
    pub(super) fn new(
        runner: &'r Runner,
        map_run_arn: &'r Arc<str>,
        row: &MapRunRow,
        program: &Arc<Program>,
        reading: &Reading,
    ) -> Self {
        let selecting = |selection| Selecting::new(program, row.state, selection);
        Intake {
            runner,
            map_run_arn,
            redrive_count: row.redrive_count,
            selecting: reading.selection.clone().map(selecting),
            batcher: reading.batching.clone().map(Batcher::new),
            wanted: if reading.items_max == 0 { i64::MAX } else { reading.items_max },
            index: 0,
            source: String::new(),
            items_per_child: Vec::new(),
            page: Batch::new(),
            page_rows: 0,
            page_bytes: 0,
        }
    }

    /// The items that follow are of this object, or of the bucket's list.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>
    pub(super) fn set_source(&mut self, request: &Object) {
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        self.source = match request.get("Key") {
            Some(_) => format!("S3://{}/{}", text("Bucket"), text("Key")),
            None => format!("S3://{}", text("Bucket")),
        };
    }

    /// Takes an item, with its key if it is a member of an object. Whether more are wanted.
    pub(super) async fn push(&mut self, key: Option<String>, value: Value) -> Result<bool, Stop> {
        let input = match &mut self.selecting {
            Some(selecting) => {
                let item = Item { index: self.index, value: Payload(value), key };
                let (arn, source) = (self.map_run_arn, &self.source);
                let selected = selecting.select(self.runner, arn, item, source).await?;
                selected.map_err(|fault| Stop::Failed(Failure::new(fault.error, fault.cause)))?
            }
            None => value,
        };
        self.index += 1;
        self.wanted -= 1;
        let child = match &mut self.batcher {
            Some(batcher) => batcher.push(input),
            None => Some((input, 1)),
        };
        self.put(child).await?;
        Ok(0 < self.wanted)
    }

    /// All items are read: how many of them each child has.
    pub(super) async fn finish(mut self) -> Result<Vec<u32>, Stop> {
        let last = self.batcher.as_mut().and_then(Batcher::finish);
        self.put(last).await?;
        self.turn_page().await?;
        Ok(self.items_per_child)
    }

    async fn put(&mut self, child: Option<(Value, u32)>) -> Result<(), Stop> {
        let Some((input, items)) = child else { return Ok(()) };
        let row = ItemRow { input: input.to_string(), items };
        self.page_rows += 1;
        self.page_bytes += row.input.len();
        let index = self.items_per_child.len() as u32;
        self.page.put(key::map_item(self.map_run_arn, index), tables::encode(&row));
        self.items_per_child.push(items);
        if PAGE_ROWS <= self.page_rows || PAGE_BYTES <= self.page_bytes {
            self.turn_page().await?;
        }
        Ok(())
    }

    async fn turn_page(&mut self) -> Result<(), Stop> {
        if self.runner.0.tasks.is_closing() || !self.is_wanted().await? {
            return Err(Stop::Broken(Error::Interrupted));
        }
        (self.page_rows, self.page_bytes) = (0, 0);
        let page = std::mem::take(&mut self.page);
        if !page.is_empty() {
            self.runner.0.store.commit(page).await?;
        }
        Ok(())
    }

    /// Whether the run still waits for what is read: it may have been stopped, and even redriven.
    async fn is_wanted(&self) -> Result<bool, Error> {
        let row = self.runner.0.store.get(&key::map_run(self.map_run_arn)).await?;
        let row: Option<MapRunRow> = row.map(|row| tables::decode("map run", &row)).transpose()?;
        Ok(row.is_some_and(|row| {
            row.status == StatusRow::Running && row.redrive_count == self.redrive_count
        }))
    }
}
