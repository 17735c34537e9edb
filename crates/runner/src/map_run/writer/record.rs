//! What is said of one child: its output, or all that is known of it.

use std::sync::Arc;

use json::{Object, Value};

use crate::map_run::start::{Processor, child_arn};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, ItemRow, StatusRow, key};
use crate::{Error, Runner, facts};

pub(super) struct Child<'r> {
    map_run_arn: &'r Arc<str>,
    arn: Arc<str>,
    name: Arc<str>,
    index: u32,
    /// `Running` before its first start too.
    pub(super) status: StatusRow,
}

impl<'r> Child<'r> {
    pub(super) async fn load(
        runner: &Runner,
        map_run_arn: &'r Arc<str>,
        processor: &Processor,
        index: u32,
    ) -> Result<Self, Error> {
        let row = runner.0.store.get(&key::map_child(map_run_arn, index)).await?;
        let row: Option<ChildRow> =
            row.map(|row| tables::decode("map run's child", &row)).transpose()?;
        let generation = row.map_or(0, |row| row.generation);
        let (arn, name) = child_arn(map_run_arn, index, generation, processor.execution_type);
        let status = row.map_or(StatusRow::Running, |row| row.status);
        Ok(Child { map_run_arn, arn, name, index, status })
    }

    pub(super) async fn output(&self, runner: &Runner) -> Result<Arc<str>, Error> {
        let standing = Standing::load(&*runner.0.store, &self.arn).await?;
        let output = standing.and_then(|standing| standing.output);
        output.ok_or_else(|| Error::corrupt("map run's child", "its output is missing"))
    }

    /// `Transformation` `NONE`: as DescribeExecution tells it, in AWS's spelling of exports.
    pub(super) async fn record(&self, runner: &Runner) -> Result<Value, Error> {
        let mut record = Object::new();
        let included = || Value::object([("Included", true)]);
        let insert = |record: &mut Object, name: &str, value: Option<Value>| {
            if let Some(value) = value {
                record.insert(name, value);
            }
        };
        record.insert("ExecutionArn", Arc::clone(&self.arn));
        let Some(described) = runner.described(&self.arn).await? else {
            let row = runner.0.store.get(&key::map_item(self.map_run_arn, self.index)).await?;
            let row = row.ok_or_else(|| Error::corrupt("map run's item", "it is missing"))?;
            let item: ItemRow = tables::decode("map run's item", &row)?;
            record.insert("Input", item.input);
            record.insert("InputDetails", included());
            record.insert("Name", Arc::clone(&self.name));
            record.insert("OutputDetails", included());
            record.insert("RedriveCount", 0);
            record.insert("StateMachineArn", facts::labelled(self.map_run_arn).0);
            record.insert("Status", "PENDING");
            return Ok(record.into());
        };
        let failure = described.failure.unwrap_or_default();
        insert(&mut record, "Cause", failure.cause.map(Value::from));
        insert(&mut record, "Error", failure.error.map(Value::from));
        record.insert("Input", described.input);
        record.insert("InputDetails", included());
        record.insert("Name", described.name);
        insert(&mut record, "Output", described.output.map(Value::from));
        record.insert("OutputDetails", included());
        described.redrive.describe(described.redrive_count, &mut record);
        record.insert("StartDate", described.start_date.to_string());
        record.insert("StateMachineArn", described.state_machine_arn);
        record.insert("Status", self.status_name());
        // A child that was just stopped may not have heard of it.
        let stopped = described.stop_date.unwrap_or_else(|| runner.0.house.now());
        record.insert("StopDate", stopped.to_string());
        Ok(record.into())
    }

    fn status_name(&self) -> &'static str {
        crate::execution::Status::from(self.status).name()
    }
}
