use std::sync::Arc;

use tokio_postgres::Client;

use crate::Room;
use crate::columns;
use crate::errors::Error;
use crate::parameter::{self, Parameter};
use crate::sql::Sql;
use crate::statement::{self, AsyncWork, Outcome};
use crate::visit::{Target, Visit, refuse_schema};
use crate::wire::{
    ExecuteStatementInput, ExecuteStatementOutput, FormattedRecord, RecordsFormatType,
    ResultSetOptions,
};

/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html>
pub(crate) async fn execute_statement(
    ctx: &Visit<'_>,
    req: ExecuteStatementInput,
) -> Result<ExecuteStatementOutput, Error> {
    ctx.check_secret(&req.secret_arn)?;
    refuse_schema(req.schema.as_deref())?;
    let continues = req.continue_after_timeout == Some(true);
    if continues && req.transaction_id.as_ref().is_some_and(|id| !id.is_empty()) {
        let sentence = "continueAfterTimeout is not supported with transactions."; // By analogy.
        return Err(Error::bad_request(sentence));
    }
    let sql = Sql::parse(&req.sql);
    let statement = Statement {
        parameters: parameter::bind(&sql.names, req.parameters.as_deref().unwrap_or_default())?,
        text: sql.text,
        options: req
            .result_set_options
            .unwrap_or(ResultSetOptions { decimal_return_type: None, long_return_type: None }),
        is_formatted: req.format_records_as == Some(RecordsFormatType::Json),
        is_described: req.include_result_metadata == Some(true),
    };
    let target = Target {
        resource_arn: req.resource_arn,
        secret_arn: req.secret_arn,
        database: req.database,
        transaction_id: req.transaction_id,
    };
    let room = Arc::clone(ctx.room());
    let running = tokio::spawn(async move {
        let lease = room.lease(&target).await?;
        statement::in_time(&room, lease, continues, statement).await
    });
    running.await.unwrap_or(Err(Error::ConnectionLost))
}

struct Statement {
    text: String,
    parameters: Vec<Parameter>,
    options: ResultSetOptions,
    is_formatted: bool,
    is_described: bool,
}

impl AsyncWork<ExecuteStatementOutput> for Statement {
    async fn run(self, room: &Room, client: &Client) -> Result<ExecuteStatementOutput, Error> {
        let Statement { text, parameters, options, .. } = &self;
        let bytes_max = room.limits.result_bytes_max;
        let Outcome { prepared, records, affected } =
            statement::run(client, text, parameters, options, bytes_max).await?;
        let columns = prepared.columns();
        if columns.is_empty() {
            return Ok(ExecuteStatementOutput {
                number_of_records_updated: affected,
                generated_fields: Some(Vec::new()),
                ..ExecuteStatementOutput::default()
            });
        }
        if self.is_formatted {
            let labels: Vec<String> =
                columns.iter().map(|column| column.name().to_owned()).collect();
            let records: Vec<FormattedRecord<'_>> =
                records.iter().map(|values| FormattedRecord { labels: &labels, values }).collect();
            let formatted = serde_json::to_string(&records)
                .map_err(|_| Error::bad_request("The result can't be formatted as JSON."))?;
            if room.limits.formatted_bytes_max < formatted.len() {
                return Err(Error::ResultTooLarge);
            }
            return Ok(ExecuteStatementOutput {
                formatted_records: Some(formatted),
                ..ExecuteStatementOutput::default()
            });
        }
        let column_metadata = match self.is_described {
            true => Some(columns::describe(client, columns).await?),
            false => None,
        };
        // Unsure: AWS's number for a statement that gives records (`RETURNING`); JDBC, which it speaks of, has none.
        Ok(ExecuteStatementOutput {
            records: Some(records),
            column_metadata,
            ..ExecuteStatementOutput::default()
        })
    }
}
