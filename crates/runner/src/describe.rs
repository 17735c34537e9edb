//! Reading executions: one, a list of them, a history. Nothing here waits for whoever works on an execution.

use std::collections::VecDeque;
use std::sync::Arc;

use base::Timestamp;
use engine::Limits;
use engine::history::{Facts as HistoryFacts, HistoryEvent, Renderer};
use json::Value;
use store::{Read, Scan};

use crate::execution::{
    Cursor, Description, HistoryPage, HistoryQuery, ListExecutions, Page, Redrive, Status,
};
use crate::facts::{Facts, Parent, labelled};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, ExecutionRow, StatusRow, key};
use crate::{Error, ExecutionError, MachineType, Runner, map_run};

/// The `redriveStatusReason` of a child that its map run redrives.
pub(crate) const BY_MAP_RUN: &str =
    "Execution is a child of a map run and is redriven by redriving its parent";

impl Runner {
    /// Describes an execution.
    pub async fn describe(&self, execution_arn: &str) -> Result<Description, ExecutionError> {
        let arn = Arc::from(execution_arn);
        self.described(&arn).await?.ok_or(ExecutionError::DoesNotExist)
    }

    pub(crate) async fn described(&self, arn: &Arc<str>) -> Result<Option<Description>, Error> {
        let newer = self.0.store.get(&key::standing(arn)).await?;
        let Some(bytes) = self.0.store.get(&key::execution(arn)).await? else { return Ok(None) };
        let row: ExecutionRow<'_> = tables::decode("execution", &bytes)?;
        let facts = Facts::of_row(&self.0, arn, &row).await?;
        let standing = Standing::of_rows(&row, newer.as_deref())?;
        let now = self.0.house.now();
        let awaits_redrive = standing.is_unsuccessful() && self.awaits_redrive(&facts).await?;
        let mut described = description(facts, standing, &self.0.limits, now);
        if awaits_redrive {
            (described.status, described.stop_date) = (Status::PendingRedrive, None);
        }
        Ok(Some(described))
    }

    /// Whether the map run of a child that has ended is about to redrive it.
    async fn awaits_redrive(&self, child: &Facts) -> Result<bool, Error> {
        let Some(Parent::MapRun { map_run_arn, index, .. }) = &child.parent else {
            return Ok(false);
        };
        let row = self.0.store.get(&key::map_child(map_run_arn, *index)).await?;
        let row: Option<ChildRow> =
            row.map(|row| tables::decode("map run's child", &row)).transpose()?;
        Ok(row.is_some_and(|row| {
            row.status == StatusRow::PendingRedrive
                && map_run::is_child(&child.arn, map_run_arn, *index, row.generation)
        }))
    }

    /// Lists executions, newest first: by the date of their start or redrive, or of their end once they are closed.
    pub async fn list(
        &self,
        query: &ListExecutions,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Description>, Error> {
        let snapshot = self.0.store.snapshot().await?;
        let statuses = match query.status {
            None => Status::ALL.to_vec(),
            // They stand where they ended.
            Some(Status::PendingRedrive) => vec![Status::Failed, Status::TimedOut, Status::Aborted],
            Some(status) => vec![status],
        };
        let mut items = Vec::new();
        let mut next = after.cloned();
        loop {
            let wanted = (limit - items.len()).min(key::SCAN_ROWS) + 1;
            let mut rows = Vec::new();
            for status in &statuses {
                let scan = newest_first(&query.of, *status, next.as_ref()).limit(wanted);
                for row in snapshot.scan(&scan).await? {
                    rows.push(key::list_parts(&row.key)?);
                }
            }
            rows.sort_unstable_by(|a, b| b.cmp(a));
            let is_last = rows.len() < wanted;
            for (date, arn) in rows.into_iter().take(wanted - 1) {
                let arn = Arc::from(arn);
                next = Some(Cursor { date: Timestamp::from_millis(date), arn: Arc::clone(&arn) });
                let described = self.described(&arn).await?;
                let fits = |of: &Description| {
                    query.status.is_none_or(|status| status == of.status)
                        && query.redriven.is_none_or(|redriven| redriven == (0 < of.redrive_count))
                };
                items.extend(described.filter(fits));
                if items.len() == limit {
                    break;
                }
            }
            if is_last {
                return Ok(Page { items, next: None });
            }
            if items.len() == limit {
                return Ok(Page { items, next });
            }
        }
    }

    /// Reads a page of an execution's history.
    pub async fn history(
        &self,
        execution_arn: &str,
        query: HistoryQuery,
    ) -> Result<HistoryPage, ExecutionError> {
        let arn = Arc::from(execution_arn);
        let snapshot = self.0.store.snapshot().await?;
        let bytes = snapshot.get(&key::execution(&arn)).await?;
        let bytes = bytes.ok_or(ExecutionError::DoesNotExist)?;
        let row: ExecutionRow<'_> = tables::decode("execution", &bytes)?;
        let facts = Facts::of_row(&self.0, &arn, &row).await?;
        let machine = &facts.machine;
        let shown = HistoryFacts {
            input_text: &facts.input_text,
            state_machine_version_arn: machine.facts.version_arn.as_deref(),
            state_machine_alias_arn: machine.facts.alias_arn.as_deref(),
            include_data: query.include_data,
        };
        let identity = facts.identity(Value::NULL, &self.0.region);
        let mut history = History {
            renderer: Renderer::new(&machine.program, &identity, shown),
            query,
            page: VecDeque::new(),
            more: false,
        };
        history.read(&*snapshot, &arn, row.first_turn.unwrap_or_default()).await?;
        Ok(history.into_page())
    }
}

fn newest_first(of: &str, status: Status, after: Option<&Cursor>) -> Scan {
    let scan = key::listed(of, status).scan().backward();
    match after {
        None => scan,
        Some(cursor) => scan.after(&key::list(of, status, cursor.date.as_millis(), &cursor.arn)),
    }
}

fn description(facts: Facts, standing: Standing, limits: &Limits, now: Timestamp) -> Description {
    let redrive = redrive(&facts, &standing, limits, now);
    let (state_machine_arn, processor, item_count) = match &facts.parent {
        Some(Parent::MapRun { map_run_arn, items, machine, .. }) => {
            (labelled(map_run_arn).0, Some(*machine), Some(*items))
        }
        Some(Parent::Task(_)) | None => (Arc::clone(&facts.machine.facts.arn), None, None),
    };
    Description {
        map_run_arn: facts.map_run_arn().cloned(),
        execution_arn: facts.arn,
        name: facts.name,
        machine: facts.machine,
        state_machine_arn,
        processor,
        item_count,
        status: standing.status,
        start_date: facts.started_at,
        stop_date: (standing.status != Status::Running).then_some(standing.date),
        input: facts.input_text,
        output: standing.output,
        failure: standing.failure,
        trace_header: facts.trace_header,
        redrive_count: standing.redrive_count,
        redrive_date: standing.redriven_at,
        redrive,
    }
}

/// Whether an execution could be redriven now, in AWS's words.
pub(crate) fn redrive(
    facts: &Facts,
    standing: &Standing,
    limits: &Limits,
    now: Timestamp,
) -> Redrive {
    let not = |why: &str| Redrive::NotRedrivable(why.to_owned());
    if !standing.is_unsuccessful() {
        let status = standing.status.name();
        return not(&format!("Execution is {status} and cannot be redriven"));
    }
    if facts.machine.facts.machine_type == MachineType::Express {
        return not("Execution is of type EXPRESS and cannot be redriven");
    }
    if limits.history_events_max <= standing.last_event_id + 1 {
        return not("Execution history event limit exceeded");
    }
    if limits.redrive_max < now.since(standing.date) {
        return not("Execution redrivable period exceeded");
    }
    if limits.execution_max < now.since(facts.started_at) {
        return not("Execution has exceeded the max execution time");
    }
    match facts.map_run_arn() {
        Some(_) => Redrive::RedrivableByMapRun,
        None => Redrive::Redrivable,
    }
}

/// A page in the making. The renderer must see every event from the first on; no more than a page is kept.
struct History<'a> {
    renderer: Renderer<'a>,
    query: HistoryQuery,
    page: VecDeque<HistoryEvent>,
    /// Whether an event of the page's other side was left out.
    more: bool,
}

impl History<'_> {
    async fn read(&mut self, store: &dyn Read, arn: &str, first_turn: &[u8]) -> Result<(), Error> {
        if self.is_complete_after(first_turn)? {
            return Ok(());
        }
        let mut next = 1;
        loop {
            let rows = store.scan(&key::scan_turns(arn, next)).await?;
            for row in &rows {
                if self.is_complete_after(&row.value)? {
                    return Ok(());
                }
                next = key::turn_number(&row.key)? + 1;
            }
            if rows.len() < key::SCAN_ROWS {
                return Ok(());
            }
        }
    }

    /// Takes a turn's events. Whether nothing that follows belongs on the page.
    fn is_complete_after(&mut self, record: &[u8]) -> Result<bool, Error> {
        let events = engine::record::decode(record);
        for event in events.map_err(|error| Error::corrupt("turn", error))? {
            let shown = self.renderer.render(&event);
            let shown = shown.map_err(|misfit| Error::corrupt("turn", misfit))?;
            let Some(shown) = shown else { continue };
            if self.is_complete_with(shown) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts an event on the page if it belongs there. Whether nothing that follows does.
    fn is_complete_with(&mut self, event: HistoryEvent) -> bool {
        let HistoryQuery { after, limit, reverse, .. } = self.query;
        if reverse {
            // The newest events before `after`: the last of them that are seen.
            if after.is_some_and(|after| after <= event.id) {
                return true;
            }
            self.page.push_back(event);
            if limit < self.page.len() {
                self.page.pop_front();
                self.more = true;
            }
            return false;
        }
        if after.is_some_and(|after| event.id <= after) {
            return false;
        }
        self.more = self.page.len() == limit;
        if !self.more {
            self.page.push_back(event);
        }
        self.more
    }

    fn into_page(self) -> HistoryPage {
        let mut events: Vec<HistoryEvent> = self.page.into();
        if self.query.reverse {
            events.reverse();
        }
        let next = if self.more { events.last().map(|event| event.id) } else { None };
        HistoryPage { events, next }
    }
}
